//! The table of participants.

pub(in crate::view) const TABLES: &str = "
CREATE TABLE participants (
    no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, handle TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '', display_name TEXT NOT NULL DEFAULT '', profile TEXT NOT NULL DEFAULT '{}',
    registered_at INTEGER NOT NULL DEFAULT 0);
";
