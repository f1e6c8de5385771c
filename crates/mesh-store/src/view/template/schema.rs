//! The table of templates.

/// Facts and content as the log has them.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE templates (
    id BLOB PRIMARY KEY, name TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, author INTEGER NOT NULL,
    facts TEXT NOT NULL, content TEXT) WITHOUT ROWID;
";
