//! One message: by its id, its header as evidence, its thread, its edits.

use mesh_model::api::FileRef;
use mesh_model::events::{MessageHeader, MessagePosted, Priority};
use mesh_model::{MessageId, Millis, ParticipantId, PublicKey, RoomId, Seq};
use rusqlite::{OptionalExtension, Row, Transaction};
use serde_json::value::RawValue;

use super::more::{More, read_signed, read_trust};
use super::react::{self, ReactionRow};
use crate::StoreError;
use crate::sql::{self, int};
use crate::view::file::{FileRow, attached};
use crate::view::open::upto;
use crate::view::{Numbers, View};

/// A message as it stands now, edits and deletion included.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// Its place; its id is `m` and this.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
    /// Who wrote it.
    pub author: ParticipantId,
    /// What is for good. An edit changes whom it names and ends signature and verdict, a scan renews the verdict; of one
    /// that is gone little is left.
    pub facts: MessagePosted,
    /// The text; empty once deleted or redacted.
    pub text: String,
    /// A structured payload: a JSON object.
    pub payload: Option<Box<RawValue>>,
    /// When the text last changed.
    pub edited_at: Option<Millis>,
    /// Whether it was taken back.
    pub deleted: bool,
    /// Whether its words were erased for good.
    pub redacted: bool,
    /// Messages of its thread that are still there, this one not counted.
    pub replies: u32,
    /// What it quotes, as that stands now.
    pub quotes: Vec<QuoteRow>,
    /// The files it brings along, as they stand now.
    pub files: Vec<AttachedRow>,
    /// Reactions to it, the first kind first.
    pub reactions: Vec<ReactionRow>,
}

/// A file that a message brings along.
#[derive(Debug, Clone)]
pub struct AttachedRow {
    /// Which version of which.
    pub named: FileRef,
    /// As it stands now; absent if it is not known.
    pub row: Option<Box<FileRow>>,
}

/// A message that another one quotes.
#[derive(Debug, Clone)]
pub struct QuoteRow {
    /// Which.
    pub message: MessageId,
    /// As it stands now, without what it quotes itself; absent if there is none.
    pub row: Option<Box<MessageRow>>,
}

impl MessageRow {
    /// Whether agents get it in an envelope.
    pub fn is_marked(&self) -> bool {
        self.facts.is_marked()
    }

    /// Whether its words are gone.
    pub fn is_gone(&self) -> bool {
        self.deleted || self.redacted
    }
}

/// In `gone`: it was taken back.
pub(super) const DELETED: i64 = 1;
/// In `gone`: its words were erased for good.
pub(super) const REDACTED: i64 = 2;

/// The columns that [`row`] reads, from `messages m`.
pub(in crate::view) const COLUMNS: &str = "m.seq, m.at, m.room, m.author, m.text, m.mentions, m.priority, m.reply_to, m.thread, m.payload, \
     m.payload_type, m.edited_at, m.gone, (SELECT t.replies FROM threads t WHERE t.root = m.seq), m.trust, m.signed, \
     m.more";

/// A message without the words that it quotes, what its files are, and the reactions to it: [`complete`] brings them.
pub(in crate::view) fn row(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    let mentions: Option<Vec<u8>> = row.get(5)?;
    let payload: Option<String> = row.get(9)?;
    let gone: i64 = row.get(12)?;
    let signed: Option<Vec<u8>> = row.get(15)?;
    let more: Option<String> = row.get(16)?;
    let more = More::read(more.as_deref());
    let quotes = match gone {
        0 => more.quotes.iter().copied().map(QuoteRow::unread).collect(),
        _ => Vec::new(),
    };
    let facts = MessagePosted {
        room: numbers.room_id(row.get(2)?),
        mentions: sql::uuids(mentions.as_deref().unwrap_or_default())
            .map(ParticipantId)
            .collect(),
        priority: priority(row.get(6)?),
        reply_to: sql::seq_option(row, 7)?.map(MessageId),
        thread: sql::seq_option(row, 8)?.map(MessageId),
        payload_type: row.get(10)?,
        trust: read_trust(row.get(14)?),
        command: more.command,
        quotes: more.quotes,
        labels: more.labels,
        signed: signed.as_deref().and_then(read_signed),
        relayed: more.relayed,
        guard: more.guard,
        released: more.released,
        turn: more.turn,
        closing: more.closing,
        scheduled: more.scheduled,
    };
    Ok(MessageRow {
        seq: sql::seq(row, 0)?,
        at: sql::millis(row, 1)?,
        author: numbers.participant_id(row.get(3)?),
        facts,
        text: row.get(4)?,
        payload: payload.and_then(|json| RawValue::from_string(json).ok()),
        edited_at: sql::millis_option(row, 11)?,
        deleted: gone & DELETED != 0,
        redacted: gone & REDACTED != 0,
        replies: row.get::<_, Option<u32>>(13)?.unwrap_or(0),
        quotes,
        files: more.files.into_iter().map(AttachedRow::unread).collect(),
        reactions: Vec::new(),
    })
}

impl AttachedRow {
    pub(in crate::view) fn unread(named: FileRef) -> AttachedRow {
        AttachedRow { named, row: None }
    }
}

impl QuoteRow {
    fn unread(message: MessageId) -> QuoteRow {
        QuoteRow { message, row: None }
    }
}

/// Reads what messages quote, their files, and the reactions. It is read each time, so that nothing ever says more than what
/// stands there now.
pub(in crate::view) fn complete<'a>(
    db: &Transaction<'_>,
    numbers: &Numbers,
    rows: impl IntoIterator<Item = &'a mut MessageRow>,
) -> Result<(), StoreError> {
    for of in rows {
        for quote in &mut of.quotes {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM messages m WHERE m.seq = ?1"
            ))?;
            let found = statement.query_row([int(quote.message.0.0)], |found| row(numbers, found));
            quote.row = found.optional()?.map(Box::new);
        }
        for file in &mut of.files {
            let found = attached(db, numbers, of.facts.room, file.named)?;
            file.row = found.map(Box::new);
        }
        of.reactions = react::of(db, numbers, of.seq)?;
    }
    Ok(())
}

/// The same for messages that are returned.
pub(in crate::view) fn completed(
    db: &Transaction<'_>,
    numbers: &Numbers,
    mut rows: Vec<MessageRow>,
) -> Result<Vec<MessageRow>, StoreError> {
    complete(db, numbers, &mut rows)?;
    Ok(rows)
}

/// Stored so that what is more urgent comes first.
pub(in crate::view) fn priority(stored: i64) -> Priority {
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
            let mut found = statement
                .query_row([int(message.0.0)], |found| row(numbers, found))
                .optional()?;
            complete(db, numbers, &mut found)?;
            Ok(found)
        })
    }

    /// What the core needs to know about an older message: evidence, with how far the view was. `asker` is whoever
    /// wants to do something about it.
    pub fn header(
        &self,
        message: MessageId,
        asker: Option<ParticipantId>,
    ) -> Result<Option<MessageHeader>, StoreError> {
        self.read(|db, numbers| {
            let as_of = upto(db)?;
            let mut statement = db.prepare_cached(
                "SELECT room, author, thread, gone, mentions, trust, more FROM messages WHERE seq = ?1",
            )?;
            let header = statement.query_row([int(message.0.0)], |row| {
                let mentions: Option<Vec<u8>> = row.get(4)?;
                let mut named = sql::uuids(mentions.as_deref().unwrap_or_default());
                let more: Option<String> = row.get(6)?;
                Ok(MessageHeader {
                    message,
                    room: numbers.room_id(row.get(0)?),
                    author: numbers.participant_id(row.get(1)?),
                    thread: sql::seq_option(row, 2)?.map(MessageId),
                    deleted: row.get::<_, i64>(3)? != 0,
                    names_asker: asker.is_some_and(|asker| named.any(|id| id == asker.0)),
                    trust: read_trust(row.get(5)?),
                    relayed: More::read(more.as_deref()).relayed,
                    as_of,
                })
            });
            Ok(header.optional()?)
        })
    }

    /// The other rooms whose words are in a message.
    pub fn labels(&self, message: MessageId) -> Result<Vec<RoomId>, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached("SELECT more FROM messages WHERE seq = ?1")?;
            let more: Option<Option<String>> = statement
                .query_row([int(message.0.0)], |row| row.get(0))
                .optional()?;
            Ok(More::read(more.flatten().as_deref()).labels)
        })
    }

    /// The message of a room that stands at `there` in another mesh.
    pub fn mirrored(
        &self,
        room: RoomId,
        mesh: PublicKey,
        there: MessageId,
    ) -> Result<Option<MessageId>, StoreError> {
        self.read(|db, numbers| {
            let Some(room) = numbers.room(room) else {
                return Ok(None);
            };
            let mut statement = db.prepare_cached(
                "SELECT seq FROM mirrored WHERE room = ?1 AND mesh = ?2 AND there = ?3",
            )?;
            let found = statement.query_row((room, mesh.0, int(there.0.0)), |row| sql::seq(row, 0));
            Ok(found.optional()?.map(MessageId))
        })
    }

    /// The places whose content belongs to a message: itself, its edits, its wait in quarantine. Ascending; empty
    /// if there is no such message.
    pub fn places(&self, message: MessageId) -> Result<Vec<Seq>, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached("SELECT more FROM messages WHERE seq = ?1")?;
            let more: Option<Option<String>> = statement
                .query_row([int(message.0.0)], |row| row.get(0))
                .optional()?;
            let Some(more) = more else {
                return Ok(Vec::new());
            };
            let waited = More::read(more.as_deref()).released;
            let mut places: Vec<Seq> = waited.map(|waited| waited.message.0).into_iter().collect();
            places.push(message.0);
            let mut statement =
                db.prepare_cached("SELECT seq FROM edits WHERE message = ?1 ORDER BY seq")?;
            let edits = statement.query_map([int(message.0.0)], |row| sql::seq(row, 0))?;
            for edit in edits {
                places.push(edit?);
            }
            Ok(places)
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
            completed(db, numbers, rows.collect::<Result<_, _>>()?)
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

    /// Whether somebody has said something in a room after that place.
    pub fn has_spoken(
        &self,
        room: RoomId,
        author: ParticipantId,
        after: Seq,
    ) -> Result<bool, StoreError> {
        self.read(|db, numbers| {
            let (Some(room), Some(author)) = (numbers.room(room), numbers.participant(author))
            else {
                return Ok(false);
            };
            let mut statement = db.prepare_cached(
                "SELECT 1 FROM messages WHERE room = ?1 AND own = ?2 AND seq > ?3 LIMIT 1",
            )?;
            Ok(statement.exists((room, author, int(after.0)))?)
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
