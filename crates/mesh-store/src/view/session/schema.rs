//! The table of sessions.

pub(in crate::view) const TABLES: &str = "
CREATE TABLE sessions (
    id BLOB PRIMARY KEY, participant INTEGER NOT NULL, opened INTEGER NOT NULL, opened_at INTEGER NOT NULL,
    client TEXT NOT NULL, closed_at INTEGER, reason TEXT, closed INTEGER) WITHOUT ROWID;
CREATE INDEX sessions_by_participant ON sessions (participant, opened);
CREATE INDEX sessions_open ON sessions (opened) WHERE closed_at IS NULL;
CREATE INDEX sessions_closed ON sessions (closed) WHERE closed IS NOT NULL;
";
