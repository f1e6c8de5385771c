//! The tables of kinds of events and of published ones.

pub(in crate::view) const TABLES: &str = "
CREATE TABLE event_types (
    name TEXT, version INTEGER, at INTEGER NOT NULL, schema TEXT NOT NULL, about TEXT NOT NULL,
    seq INTEGER NOT NULL, author INTEGER NOT NULL,
    PRIMARY KEY (name, version)) WITHOUT ROWID;
CREATE TABLE published (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, room INTEGER NOT NULL, author INTEGER NOT NULL, name TEXT NOT NULL,
    version INTEGER NOT NULL, payload TEXT NOT NULL);
CREATE INDEX published_by_room ON published (room, seq);
";
