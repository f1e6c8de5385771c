//! The view's tables, put together from those of the nouns. A change in any of them raises [`VERSION`], and every view
//! is rebuilt from its log.

use super::{
    approval, context, credential, event_type, memory, mesh, message, participant, quarantine,
    room, session, task, template, worker,
};

/// Kept in the file; a view of another version is deleted and rebuilt.
pub(super) const VERSION: i64 = 4;

/// The tables of each noun.
///
/// Rooms and participants are numbered in the order in which the log first names them: numbers
/// keep rows and indexes small, and the same log always gives the same ones.
pub(super) const NOUNS: &[&str] = &[
    approval::schema::TABLES,
    context::schema::TABLES,
    credential::schema::TABLES,
    event_type::schema::TABLES,
    memory::schema::TABLES,
    mesh::schema::TABLES,
    message::schema::TABLES,
    participant::schema::TABLES,
    quarantine::schema::TABLES,
    room::schema::TABLES,
    session::schema::TABLES,
    task::schema::TABLES,
    template::schema::TABLES,
    worker::schema::TABLES,
];

/// What belongs to no noun: how far the view is, and the index of messages.
///
/// `message_fts` holds only the index; the text stays in `messages`. Its second column holds words
/// that no query can name (see `words::tag`): room, author and whom the message names, so that a
/// search in one small room does not walk through the matches of all others.
///
/// `words` holds each word of the index once, in the order of first use, so that the words with a given beginning
/// can be named. The index can find them by itself, but reads all their places before it gives the first one.
pub(super) const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE VIEW message_index AS SELECT seq, text, '' AS tags FROM messages;
CREATE VIRTUAL TABLE message_fts USING fts5 (
    text, tags, content = 'message_index', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE words (no INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);

INSERT INTO message_fts (message_fts, rank) VALUES ('secure-delete', 1);
";

/// The rooms a reader may see, from which place on: filled for each read that spans rooms.
pub(super) const ALLOWED: &str =
    "CREATE TEMP TABLE allowed (room INTEGER PRIMARY KEY, first INTEGER NOT NULL)";
