//! The table of shared context.

pub(in crate::view) const TABLES: &str = "
CREATE TABLE context (
    room INTEGER, key TEXT, seq INTEGER NOT NULL, at INTEGER NOT NULL, author INTEGER NOT NULL, content TEXT,
    PRIMARY KEY (room, key)) WITHOUT ROWID;
";
