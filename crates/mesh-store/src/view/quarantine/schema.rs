//! The table of what waits for a moderator.

/// It waits for a moderator.
pub(super) const FOR_MODERATOR: i64 = 1;
/// It waits for its room's home.
pub(super) const FOR_HOME: i64 = 2;

/// A row for each message that waited or waits. Its words are there only while it waits, its place for good: it is a
/// place whose content belongs to the message that it may have become.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE quarantine (
    seq INTEGER PRIMARY KEY, room INTEGER NOT NULL, author INTEGER NOT NULL, at INTEGER NOT NULL,
    waits INTEGER NOT NULL DEFAULT 1, facts TEXT NOT NULL, content TEXT);
CREATE INDEX quarantine_by_room ON quarantine (room, seq);
";
