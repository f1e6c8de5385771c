//! The view's tables, put together from those of the nouns. A change in any of them raises [`VERSION`], and every view
//! is rebuilt from its log.

use super::{
    approval, context, credential, entity, event_type, file, index, journal, link, log, memory,
    mesh, message, participant, project, quarantine, room, schedule, session, skill, task,
    template, worker,
};

/// Kept in the file; a view of another version is deleted and rebuilt.
pub(super) const VERSION: i64 = 14;

/// The tables of each noun, the index of words, and where words are that go with something else.
///
/// Rooms and participants are numbered in the order in which the log first names them: numbers
/// keep rows and indexes small, and the same log always gives the same ones.
pub(super) const NOUNS: &[&str] = &[
    approval::schema::TABLES,
    context::schema::TABLES,
    credential::schema::TABLES,
    entity::schema::TABLES,
    event_type::schema::TABLES,
    file::schema::TABLES,
    index::TABLES,
    journal::schema::TABLES,
    link::schema::TABLES,
    log::schema::TABLES,
    memory::schema::TABLES,
    mesh::schema::TABLES,
    message::schema::TABLES,
    participant::schema::TABLES,
    project::ERASE_TABLES,
    quarantine::schema::TABLES,
    room::schema::TABLES,
    schedule::schema::TABLES,
    session::schema::TABLES,
    skill::schema::TABLES,
    task::schema::TABLES,
    template::schema::TABLES,
    worker::schema::TABLES,
];

/// What belongs to no noun: how far the view is.
pub(super) const TABLES: &str = "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;";

/// The rooms a reader may see, from which place on: filled for each read that spans rooms.
pub(super) const ALLOWED: &str =
    "CREATE TEMP TABLE allowed (room INTEGER PRIMARY KEY, first INTEGER NOT NULL)";
