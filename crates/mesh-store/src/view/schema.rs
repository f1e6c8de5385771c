//! The view's tables. A change here raises [`VERSION`], and every view is rebuilt from its log.

/// Kept in the file; a view of another version is deleted and rebuilt.
pub(super) const VERSION: i64 = 3;

/// Rooms and participants are numbered in the order in which the log first names them: numbers
/// keep rows and indexes small, and the same log always gives the same ones.
///
/// `message_fts` holds only the index; the text stays in `messages`. Its second column holds words
/// that no query can name (see `words::tag`): room, author and whom the message names, so that a
/// search in one small room does not walk through the matches of all others.
///
/// `words` holds each word of the index once, in the order of first use, so that the words with a given beginning
/// can be named. The index can find them by itself, but reads all their places before it gives the first one.
///
/// `nth` counts a room's messages and `nth_own` those of one author in it, from 1. With them the number of
/// messages in a stretch of the log is a difference of two rows instead of a walk over all of them.
///
/// `gone` has the bits 1 for deleted and 2 for redacted; in both cases the words are out of the row and the index.
/// `signed` holds key and signature, `more` what few messages have (see `more::More`).
///
/// `quarantine` keeps a row for each message that waited or waits. Its words are there only while it waits, its
/// place for good: it is a place whose content belongs to the message that it may have become.
///
/// `approvals`, `templates`, `context` and `memories` keep the event's facts and content as the log has them. A memory
/// that is forgotten keeps its row without content: `gone` is the place of the event that ended it, and `seq` is where
/// the log has to be erased. Its content is sealed here as it is there.
pub(super) const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE rooms (
    no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, group_id BLOB, topic TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL, messages INTEGER NOT NULL DEFAULT 0);
CREATE INDEX rooms_by_group ON rooms (group_id) WHERE group_id IS NOT NULL;

CREATE TABLE participants (
    no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, handle TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '', display_name TEXT NOT NULL DEFAULT '', profile TEXT NOT NULL DEFAULT '{}',
    registered_at INTEGER NOT NULL DEFAULT 0);

CREATE TABLE messages (
    seq INTEGER PRIMARY KEY, room INTEGER NOT NULL, author INTEGER NOT NULL, at INTEGER NOT NULL,
    nth INTEGER NOT NULL, nth_own INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL, reply_to INTEGER, thread INTEGER, edited_at INTEGER,
    mentions BLOB, payload_type TEXT, text TEXT NOT NULL, payload TEXT,
    trust INTEGER NOT NULL, signed BLOB, more TEXT);
CREATE INDEX messages_by_room ON messages (room, seq, nth);
CREATE INDEX messages_by_author ON messages (room, author, seq, nth_own);
CREATE INDEX messages_by_thread ON messages (thread, seq) WHERE thread IS NOT NULL;
CREATE INDEX messages_gone ON messages (room, seq, author) WHERE gone;
CREATE INDEX messages_urgent ON messages (room, seq) WHERE priority = 0;
CREATE INDEX messages_answers ON messages (reply_to, author) WHERE reply_to IS NOT NULL;

CREATE TABLE voices (room INTEGER, author INTEGER, messages INTEGER NOT NULL, PRIMARY KEY (room, author)) WITHOUT ROWID;
CREATE TABLE threads (root INTEGER PRIMARY KEY, replies INTEGER NOT NULL);
CREATE TABLE mentions (
    participant INTEGER, room INTEGER, seq INTEGER, PRIMARY KEY (participant, room, seq)) WITHOUT ROWID;
CREATE TABLE edits (seq INTEGER PRIMARY KEY, message INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX edits_by_message ON edits (message, seq);

CREATE TABLE quarantine (
    seq INTEGER PRIMARY KEY, room INTEGER NOT NULL, author INTEGER NOT NULL, at INTEGER NOT NULL,
    waits INTEGER NOT NULL DEFAULT 1, facts TEXT NOT NULL, content TEXT);
CREATE INDEX quarantine_by_room ON quarantine (room, seq);
CREATE TABLE expired_tasks (
    expiry INTEGER, place INTEGER, PRIMARY KEY (expiry, place)) WITHOUT ROWID;
CREATE TABLE expiries (seq INTEGER PRIMARY KEY, room INTEGER NOT NULL, upto INTEGER NOT NULL);

CREATE VIEW message_index AS SELECT seq, text, '' AS tags FROM messages;
CREATE VIRTUAL TABLE message_fts USING fts5 (
    text, tags, content = 'message_index', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE words (no INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);

CREATE TABLE sessions (
    id BLOB PRIMARY KEY, participant INTEGER NOT NULL, opened INTEGER NOT NULL, opened_at INTEGER NOT NULL,
    client TEXT NOT NULL, closed_at INTEGER, reason TEXT) WITHOUT ROWID;
CREATE INDEX sessions_by_participant ON sessions (participant, opened);
CREATE INDEX sessions_open ON sessions (opened) WHERE closed_at IS NULL;

CREATE TABLE stays (
    room INTEGER, participant INTEGER, joined INTEGER, joined_at INTEGER NOT NULL, left INTEGER, left_at INTEGER,
    PRIMARY KEY (room, participant, joined)) WITHOUT ROWID;
CREATE INDEX stays_by_participant ON stays (participant, joined);

CREATE TABLE workers (participant INTEGER PRIMARY KEY, machine TEXT, runner TEXT);
CREATE TABLE labels (id BLOB PRIMARY KEY, label TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE event_types (
    name TEXT, version INTEGER, at INTEGER NOT NULL, schema TEXT NOT NULL, about TEXT NOT NULL,
    PRIMARY KEY (name, version)) WITHOUT ROWID;
CREATE TABLE published (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, room INTEGER NOT NULL, author INTEGER NOT NULL, name TEXT NOT NULL,
    version INTEGER NOT NULL, payload TEXT NOT NULL);
CREATE INDEX published_by_room ON published (room, seq);
CREATE TABLE refusals (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, participant INTEGER, operation TEXT NOT NULL, code TEXT NOT NULL,
    count INTEGER NOT NULL, minute INTEGER);

CREATE TABLE approvals (
    id BLOB PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL, room INTEGER NOT NULL, task BLOB,
    facts TEXT NOT NULL, content TEXT, state INTEGER NOT NULL DEFAULT 0, answered INTEGER, answered_at INTEGER,
    answered_by INTEGER, reason TEXT) WITHOUT ROWID;
CREATE INDEX approvals_by_room ON approvals (room, seq);
CREATE INDEX approvals_waiting ON approvals (room, seq) WHERE state = 0;
CREATE INDEX approvals_by_task ON approvals (task) WHERE task IS NOT NULL;
CREATE TABLE templates (
    id BLOB PRIMARY KEY, name TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, author INTEGER NOT NULL,
    facts TEXT NOT NULL, content TEXT) WITHOUT ROWID;
CREATE TABLE context (
    room INTEGER, key TEXT, seq INTEGER NOT NULL, at INTEGER NOT NULL, author INTEGER NOT NULL, content TEXT,
    PRIMARY KEY (room, key)) WITHOUT ROWID;
CREATE TABLE memories (
    seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, owner INTEGER NOT NULL, author INTEGER NOT NULL,
    at INTEGER NOT NULL, gone INTEGER, facts TEXT NOT NULL, content TEXT);
CREATE INDEX memories_by_owner ON memories (owner, seq);
CREATE INDEX memories_gone ON memories (gone) WHERE gone IS NOT NULL;

INSERT INTO message_fts (message_fts, rank) VALUES ('secure-delete', 1);
";

/// The rooms a reader may see, from which place on: filled for each read that spans rooms.
pub(super) const ALLOWED: &str =
    "CREATE TEMP TABLE allowed (room INTEGER PRIMARY KEY, first INTEGER NOT NULL)";
