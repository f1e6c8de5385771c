//! The table of labels.

pub(in crate::view) const TABLES: &str = "
CREATE TABLE labels (id BLOB PRIMARY KEY, label TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
";
