//! The tables of messages.

/// `nth` counts a room's messages and `nth_own` those of one author in it, from 1. With them the number of
/// messages in a stretch of the log is a difference of two rows instead of a walk over all of them.
///
/// `own` is its author, and 0 if it is news for that one too: a schedule posted it for its author and names it.
/// `nth_own` counts by it.
///
/// `gone` has the bits 1 for deleted and 2 for redacted; in both cases the words are out of the row and the index.
/// `signed` holds key and signature, `more` what few messages have (see `more::More`).
pub(in crate::view) const TABLES: &str = "
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY, room INTEGER NOT NULL, author INTEGER NOT NULL, own INTEGER NOT NULL, at INTEGER NOT NULL,
    nth INTEGER NOT NULL, nth_own INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL, reply_to INTEGER, thread INTEGER, edited_at INTEGER,
    mentions BLOB, payload_type TEXT, text TEXT NOT NULL, payload TEXT,
    trust INTEGER NOT NULL, signed BLOB, more TEXT);
CREATE INDEX messages_by_room ON messages (room, seq, nth);
CREATE INDEX messages_by_author ON messages (room, own, seq, nth_own);
CREATE INDEX messages_by_thread ON messages (thread, seq) WHERE thread IS NOT NULL;
CREATE INDEX messages_gone ON messages (room, seq, own) WHERE gone;
CREATE INDEX messages_urgent ON messages (room, seq) WHERE priority = 0;
CREATE INDEX messages_answers ON messages (reply_to, author) WHERE reply_to IS NOT NULL;
CREATE TABLE voices (room INTEGER, author INTEGER, messages INTEGER NOT NULL, PRIMARY KEY (room, author)) WITHOUT ROWID;
CREATE TABLE threads (root INTEGER PRIMARY KEY, replies INTEGER NOT NULL);
CREATE TABLE reactions (
    message INTEGER, reaction TEXT, participant INTEGER, seq INTEGER NOT NULL,
    PRIMARY KEY (message, reaction, participant)) WITHOUT ROWID;
CREATE TABLE mentions (
    participant INTEGER, room INTEGER, seq INTEGER, PRIMARY KEY (participant, room, seq)) WITHOUT ROWID;
CREATE TABLE edits (seq INTEGER PRIMARY KEY, message INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX edits_by_message ON edits (message, seq);
CREATE TABLE mirrored (
    room INTEGER, mesh BLOB, there INTEGER, seq INTEGER NOT NULL, PRIMARY KEY (room, mesh, there)) WITHOUT ROWID;
";
