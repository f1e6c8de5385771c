//! The table of journals.

/// A line that is erased keeps its row without content: where it stands the log has to be told, and what was noted when is
/// counted still. What is read is found by the indexes that leave such rows out.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY, author INTEGER NOT NULL, level INTEGER NOT NULL, room INTEGER, task BLOB, at INTEGER NOT NULL,
    facts TEXT NOT NULL, content TEXT);
CREATE INDEX journal_kept ON journal (seq) WHERE content IS NOT NULL;
CREATE INDEX journal_by_author ON journal (author, seq) WHERE task IS NULL;
CREATE INDEX journal_by_task ON journal (task, seq) WHERE task IS NOT NULL;
";
