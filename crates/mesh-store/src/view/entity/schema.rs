//! The table of claims. One that is gone has no row.

pub(in crate::view) const TABLES: &str = "
CREATE TABLE entity_claims (
    seq INTEGER PRIMARY KEY, room INTEGER NOT NULL, author INTEGER NOT NULL, at INTEGER NOT NULL,
    facts TEXT NOT NULL, content TEXT NOT NULL);
CREATE INDEX entity_claims_by_room ON entity_claims (room, seq);
";
