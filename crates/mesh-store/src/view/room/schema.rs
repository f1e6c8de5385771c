//! The tables of rooms.

/// `stays` tells who was in which room when, `expiries` up to which place a room let go of its words, and `expired_tasks`
/// which places of tasks went with them.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE rooms (
    no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, group_id BLOB, topic TEXT NOT NULL DEFAULT '',
    topic_seq INTEGER NOT NULL DEFAULT 0, topic_by INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, messages INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL DEFAULT 0);
CREATE INDEX rooms_by_group ON rooms (group_id) WHERE group_id IS NOT NULL;
CREATE TABLE expired_tasks (
    expiry INTEGER, place INTEGER, PRIMARY KEY (expiry, place)) WITHOUT ROWID;
CREATE TABLE expiries (seq INTEGER PRIMARY KEY, room INTEGER NOT NULL, upto INTEGER NOT NULL);
CREATE TABLE stays (
    room INTEGER, participant INTEGER, joined INTEGER, joined_at INTEGER NOT NULL, left INTEGER, left_at INTEGER,
    PRIMARY KEY (room, participant, joined)) WITHOUT ROWID;
CREATE INDEX stays_by_room ON stays (room, joined);
CREATE INDEX stays_by_participant ON stays (participant, joined);
";
