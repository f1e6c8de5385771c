//! The table of memories.

/// Facts and content as the log has them: sealed. A memory that is forgotten keeps its row without content: `gone` is
/// the place of the event that ended it, and `seq` is where the log has to be erased.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE memories (
    seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, owner INTEGER NOT NULL, author INTEGER NOT NULL,
    at INTEGER NOT NULL, gone INTEGER, facts TEXT NOT NULL, content TEXT);
CREATE INDEX memories_by_owner ON memories (owner, seq);
CREATE INDEX memories_gone ON memories (gone) WHERE gone IS NOT NULL;
";
