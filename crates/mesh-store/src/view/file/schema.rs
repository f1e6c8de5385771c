//! The tables of shared files.

/// A file has its path as long as a version of it is left, and the place where it was removed as long as it is. A version that
/// is erased keeps its row without content and hash. Bytes to which no row has the hash are needed by nobody.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE files (
    id BLOB PRIMARY KEY, room INTEGER NOT NULL, path TEXT, newest INTEGER NOT NULL, removed INTEGER) WITHOUT ROWID;
CREATE INDEX files_by_path ON files (room, path) WHERE path IS NOT NULL;
CREATE TABLE file_versions (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, room INTEGER NOT NULL, file BLOB NOT NULL, version INTEGER NOT NULL,
    author INTEGER NOT NULL, facts TEXT NOT NULL, content TEXT, sha256 BLOB);
CREATE UNIQUE INDEX file_versions_by_file ON file_versions (file, version);
CREATE INDEX file_versions_by_room ON file_versions (room, seq);
CREATE INDEX file_versions_by_hash ON file_versions (sha256) WHERE sha256 IS NOT NULL;
";
