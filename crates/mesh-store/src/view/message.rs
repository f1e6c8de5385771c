//! One message: by its id, its header as evidence, its thread, its edits.

use mesh_model::events::{MessageHeader, Priority};
use mesh_model::{MessageId, Millis, ParticipantId, RoomId, Seq};
use rusqlite::{OptionalExtension, Row};
use serde_json::value::RawValue;

use super::open::upto;
use super::{Numbers, View};
use crate::StoreError;
use crate::sql::{self, int};

/// A message as it stands now, edits and deletion included.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// Its place; its id is `m` and this.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
    /// Where it stands.
    pub room: RoomId,
    /// Who wrote it.
    pub author: ParticipantId,
    /// The text; empty once deleted or erased.
    pub text: String,
    /// Whom it names.
    pub mentions: Vec<ParticipantId>,
    /// How soon to look at it.
    pub priority: Priority,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// The first message of its thread.
    pub thread: Option<MessageId>,
    /// A structured payload: a JSON object.
    pub payload: Option<Box<RawValue>>,
    /// The registered type the payload was checked against.
    pub payload_type: Option<String>,
    /// When the text last changed.
    pub edited_at: Option<Millis>,
    /// Whether it was taken back.
    pub deleted: bool,
    /// Messages of its thread that were not deleted, this one not counted.
    pub replies: u32,
}

/// The columns that [`row`] reads, from `messages m`.
pub(super) const COLUMNS: &str = "m.seq, m.at, m.room, m.author, m.text, m.mentions, m.priority, m.reply_to, m.thread, m.payload, \
     m.payload_type, m.edited_at, m.deleted, (SELECT t.replies FROM threads t WHERE t.root = m.seq)";

/// How many columns that is.
pub(super) const COLUMNS_COUNT: usize = 14;

pub(super) fn row(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    let mentions: Option<Vec<u8>> = row.get(5)?;
    let payload: Option<String> = row.get(9)?;
    Ok(MessageRow {
        seq: sql::seq(row, 0)?,
        at: sql::millis(row, 1)?,
        room: numbers.room_id(row.get(2)?),
        author: numbers.participant_id(row.get(3)?),
        text: row.get(4)?,
        mentions: sql::uuids(mentions.as_deref().unwrap_or_default())
            .map(ParticipantId)
            .collect(),
        priority: priority(row.get(6)?),
        reply_to: sql::seq_option(row, 7)?.map(MessageId),
        thread: sql::seq_option(row, 8)?.map(MessageId),
        payload: payload.and_then(|json| RawValue::from_string(json).ok()),
        payload_type: row.get(10)?,
        edited_at: sql::millis_option(row, 11)?,
        deleted: row.get(12)?,
        replies: row.get::<_, Option<u32>>(13)?.unwrap_or(0),
    })
}

/// Stored so that what is more urgent comes first.
pub(super) fn priority(stored: i64) -> Priority {
    match stored {
        0 => Priority::Now,
        2 => Priority::Low,
        _ => Priority::Next,
    }
}

impl View {
    /// A message, if there is one at that place. The caller checks whether it may be seen.
    pub fn message(&self, message: MessageId) -> Result<Option<MessageRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM messages m WHERE m.seq = ?1"
            ))?;
            Ok(statement
                .query_row([int(message.0.0)], |found| row(numbers, found))
                .optional()?)
        })
    }

    /// What the core needs to know about an older message: evidence, with how far the view was.
    pub fn header(&self, message: MessageId) -> Result<Option<MessageHeader>, StoreError> {
        self.read(|db, numbers| {
            let as_of = upto(db)?;
            let mut statement = db.prepare_cached(
                "SELECT room, author, thread, deleted FROM messages WHERE seq = ?1",
            )?;
            let header = statement.query_row([int(message.0.0)], |row| {
                Ok(MessageHeader {
                    message,
                    room: numbers.room_id(row.get(0)?),
                    author: numbers.participant_id(row.get(1)?),
                    thread: sql::seq_option(row, 2)?.map(MessageId),
                    deleted: row.get(3)?,
                    as_of,
                })
            });
            Ok(header.optional()?)
        })
    }

    /// A thread by any of its messages: the first one and its answers, ascending, at most `limit`
    /// and only from `first` on. Empty if there is no such message. All of a thread is in one room.
    pub fn thread(
        &self,
        message: MessageId,
        first: Seq,
        limit: usize,
    ) -> Result<Vec<MessageRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached("SELECT coalesce(thread, seq) FROM messages WHERE seq = ?1")?;
            let Some(root) = statement.query_row([int(message.0.0)], |row| row.get::<_, i64>(0)).optional()? else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM messages m WHERE m.seq = ?1 AND m.seq >= ?2
                 UNION ALL SELECT * FROM (
                     SELECT {COLUMNS} FROM messages m WHERE m.thread = ?1 AND m.seq >= ?2 ORDER BY m.seq)
                 LIMIT ?3"
            ))?;
            let rows = statement.query_map((root, int(first.0), int(limit as u64)), |found| row(numbers, found))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// When a message's text was changed, oldest first. What it said before is in the log alone.
    pub fn edits(&self, message: MessageId) -> Result<Vec<(Seq, Millis)>, StoreError> {
        self.read(|db, _| {
            let mut statement =
                db.prepare_cached("SELECT seq, at FROM edits WHERE message = ?1 ORDER BY seq")?;
            let rows = statement.query_map([int(message.0.0)], |row| {
                Ok((sql::seq(row, 0)?, sql::millis(row, 1)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Who answered a message directly: the last stage of a receipt.
    pub fn repliers(&self, message: MessageId) -> Result<Vec<ParticipantId>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT author FROM messages WHERE reply_to = ?1 ORDER BY author",
            )?;
            let rows = statement.query_map([int(message.0.0)], |row| {
                Ok(numbers.participant_id(row.get(0)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
