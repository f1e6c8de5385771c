//! The table of skills.

/// A version that is erased keeps its row without content, words and hash, so that it is known where its words were. `words` are
/// the terms of name and text with a space before and after each. `open`: it may be used.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE skill_versions (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, room INTEGER NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
    author INTEGER NOT NULL, facts TEXT NOT NULL, content TEXT, sha256 BLOB, words TEXT, open INTEGER NOT NULL,
    accepted_by INTEGER);
CREATE UNIQUE INDEX skill_versions_by_name ON skill_versions (room, name, version) WHERE content IS NOT NULL;
CREATE INDEX skill_versions_by_room ON skill_versions (room, seq);
CREATE INDEX skill_versions_by_hash ON skill_versions (sha256) WHERE sha256 IS NOT NULL;
";
