//! The table of what waits for another mesh.

/// A row for each message, and for each time that a message got new words, that was said in a mirror and that its home has not
/// taken. What the home refused stays without waiting: it may be told once more.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE home_waits (
    seq INTEGER PRIMARY KEY, room INTEGER NOT NULL, author INTEGER NOT NULL, waits INTEGER NOT NULL DEFAULT 1);
CREATE INDEX home_waits_by_room ON home_waits (room, author) WHERE waits;
";
