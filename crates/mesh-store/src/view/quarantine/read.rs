//! What waits for a moderator.

use mesh_model::events::{MessageHeader, Trust};
use mesh_model::{MessageId, RoomId};
use rusqlite::{OptionalExtension, Row};

use super::schema::FOR_MODERATOR;
use crate::StoreError;
use crate::sql::{self, int};
use crate::view::message::{AttachedRow, Body, MessageRow, complete};
use crate::view::open::upto;
use crate::view::{Numbers, View};

/// At most so many are listed at a time.
const WAITING_MAX: u64 = 500;

const COLUMNS: &str = "seq, author, at, facts, content";

impl View {
    /// What waits for moderators in these rooms, oldest first, at most 500. Nothing of it is in histories, searches or inboxes.
    pub fn quarantine(&self, rooms: &[RoomId]) -> Result<Vec<MessageRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM quarantine WHERE waits = {FOR_MODERATOR} AND room = ?1 ORDER BY seq LIMIT ?2"
            ))?;
            let mut waiting = Vec::new();
            for room in rooms.iter().filter_map(|room| numbers.room(*room)) {
                let rows =
                    statement.query_map((room, int(WAITING_MAX)), |found| row(numbers, found))?;
                for row in rows {
                    waiting.extend(row?);
                }
            }
            waiting.sort_by_key(|row| row.seq);
            waiting.truncate(WAITING_MAX as usize);
            complete(db, numbers, &mut waiting)?;
            Ok(waiting)
        })
    }

    /// The header of a message that waited and waits no more: nobody reads it, but its words are in the log until they
    /// are erased.
    pub fn reviewed_header(&self, message: MessageId) -> Result<Option<MessageHeader>, StoreError> {
        self.read(|db, numbers| {
            let as_of = upto(db)?;
            let mut statement = db.prepare_cached(
                "SELECT room, author FROM quarantine WHERE seq = ?1 AND NOT waits",
            )?;
            let header = statement.query_row([int(message.0.0)], |row| {
                Ok(MessageHeader {
                    message,
                    room: numbers.room_id(row.get(0)?),
                    author: numbers.participant_id(row.get(1)?),
                    thread: None,
                    deleted: true,
                    names_asker: false,
                    // What is known of it left with its words.
                    trust: Trust::Untrusted,
                    relayed: None,
                    as_of,
                })
            });
            Ok(header.optional()?)
        })
    }
}

/// As it would be shown.
fn row(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<Option<MessageRow>> {
    let (facts, content): (String, Option<String>) = (row.get(3)?, row.get(4)?);
    let Ok(facts) = serde_json::from_str(&facts) else {
        return Ok(None);
    };
    let body = Body::read(content.as_deref());
    Ok(Some(MessageRow {
        seq: sql::seq(row, 0)?,
        author: numbers.participant_id(row.get(1)?),
        at: sql::millis(row, 2)?,
        facts,
        text: body.text.into_owned(),
        payload: body.payload.map(ToOwned::to_owned),
        edited_at: None,
        deleted: false,
        redacted: false,
        reactions: Vec::new(),
        replies: 0,
        // A moderator judges the words of the message; what it quotes was judged where it stands.
        quotes: Vec::new(),
        files: body.files.into_iter().map(AttachedRow::unread).collect(),
    }))
}
