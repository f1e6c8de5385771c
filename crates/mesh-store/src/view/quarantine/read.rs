//! What waits for a moderator.

use mesh_model::events::{MessageHeader, MessagePosted, Released};
use mesh_model::{MessageId, Millis, ParticipantId, RoomId, Seq};
use rusqlite::{OptionalExtension, Row};
use serde_json::value::RawValue;

use crate::StoreError;
use crate::sql::{self, int};
use crate::view::message::{Body, MessageRow};
use crate::view::open::upto;
use crate::view::{Numbers, View};

/// A message that waits, as a message and as the log has it.
#[derive(Debug, Clone)]
pub struct WaitingRow {
    /// As it would be shown.
    pub message: MessageRow,
    /// What would be posted.
    pub facts: MessagePosted,
    /// The exact content.
    pub content: Option<Box<RawValue>>,
}

/// At most so many are listed at a time.
const WAITING_MAX: u64 = 500;

const COLUMNS: &str = "seq, room, author, at, facts, content";

impl View {
    /// What waits in these rooms, oldest first, at most 500. Nothing of it is in histories, searches or inboxes.
    pub fn quarantine(&self, rooms: &[RoomId]) -> Result<Vec<WaitingRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM quarantine WHERE waits AND room = ?1 ORDER BY seq LIMIT ?2"
            ))?;
            let mut waiting = Vec::new();
            for room in rooms.iter().filter_map(|room| numbers.room(*room)) {
                let rows =
                    statement.query_map((room, int(WAITING_MAX)), |found| row(numbers, found))?;
                for row in rows {
                    waiting.extend(row?);
                }
            }
            waiting.sort_by_key(|row| row.message.seq);
            waiting.truncate(WAITING_MAX as usize);
            Ok(waiting)
        })
    }

    /// One message that waits. The caller checks whether it may be seen.
    pub fn waiting_message(&self, message: MessageId) -> Result<Option<WaitingRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM quarantine WHERE waits AND seq = ?1"
            ))?;
            let found = statement.query_row([int(message.0.0)], |found| row(numbers, found));
            Ok(found.optional()?.flatten())
        })
    }
}

impl View {
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
                    as_of,
                })
            });
            Ok(header.optional()?)
        })
    }
}

fn row(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<Option<WaitingRow>> {
    let (facts, content): (String, Option<String>) = (row.get(4)?, row.get(5)?);
    let Ok(facts) = serde_json::from_str::<MessagePosted>(&facts) else {
        return Ok(None);
    };
    let place = Place {
        seq: sql::seq(row, 0)?,
        room: numbers.room_id(row.get(1)?),
        author: numbers.participant_id(row.get(2)?),
        at: sql::millis(row, 3)?,
    };
    let message = place.message(&facts, Body::read(content.as_deref()));
    Ok(Some(WaitingRow {
        message,
        facts,
        content: content.and_then(|json| RawValue::from_string(json).ok()),
    }))
}

struct Place {
    seq: Seq,
    room: RoomId,
    author: ParticipantId,
    at: Millis,
}

impl Place {
    fn message(self, facts: &MessagePosted, body: Body<'_>) -> MessageRow {
        let facts = facts.clone();
        MessageRow {
            seq: self.seq,
            at: self.at,
            room: self.room,
            author: self.author,
            text: body.text.into_owned(),
            mentions: facts.mentions,
            priority: facts.priority,
            reply_to: facts.reply_to,
            thread: facts.thread,
            payload: body.payload.map(ToOwned::to_owned),
            payload_type: facts.payload_type,
            edited_at: None,
            deleted: false,
            redacted: false,
            replies: 0,
            trust: facts.trust,
            command: facts.command,
            signed: facts.signed,
            relayed: facts.relayed,
            labels: facts.labels,
            // A moderator judges the words of the message; what it quotes was judged where it stands.
            quotes: Vec::new(),
            guard: facts.guard,
            released: None::<Released>,
        }
    }
}
