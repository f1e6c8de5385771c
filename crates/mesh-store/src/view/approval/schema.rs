//! The table of approvals.

/// Facts and content as the log has them, and the answer.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE approvals (
    id BLOB PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL, room INTEGER NOT NULL, task BLOB,
    facts TEXT NOT NULL, content TEXT, state INTEGER NOT NULL DEFAULT 0, answered INTEGER, answered_at INTEGER,
    answered_by INTEGER, reason TEXT) WITHOUT ROWID;
CREATE INDEX approvals_by_room ON approvals (room, seq, answered);
CREATE INDEX approvals_waiting ON approvals (room, seq) WHERE state = 0;
CREATE INDEX approvals_by_task ON approvals (task) WHERE task IS NOT NULL;
";
