//! What rooms are about, and the newest message in each.

use mesh_model::{Millis, ParticipantId, RoomId, Seq};
use rusqlite::{OptionalExtension, Row};

use crate::StoreError;
use crate::sql::{self, int};
use crate::view::message::{COLUMNS, MessageRow, completed, row};
use crate::view::{Numbers, View, Visible};

/// A room's erasable side, with the newest place in it. The rest is in the core's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRow {
    /// The room.
    pub id: RoomId,
    /// What it is about.
    pub topic: String,
    /// Where that was said.
    pub topic_seq: Seq,
    /// Who said so.
    pub topic_by: ParticipantId,
    /// When it was set up.
    pub created_at: Millis,
    /// The place of its newest message, 0 without one.
    pub last: Seq,
}

const ROOM: &str = "SELECT id, topic, created_at,
    coalesce((SELECT seq FROM messages WHERE room = no ORDER BY seq DESC LIMIT 1), 0), topic_seq, topic_by FROM rooms";

fn room(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<RoomRow> {
    Ok(RoomRow {
        id: RoomId(sql::uuid(row, 0)?),
        topic: row.get(1)?,
        topic_seq: sql::seq(row, 4)?,
        topic_by: numbers.participant_id(row.get(5)?),
        created_at: sql::millis(row, 2)?,
        last: sql::seq(row, 3)?,
    })
}

impl View {
    /// One room.
    pub fn room(&self, id: RoomId) -> Result<Option<RoomRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!("{ROOM} WHERE id = ?1"))?;
            let found = statement.query_row([id.0.as_bytes()], |row| room(numbers, row));
            Ok(found.optional()?)
        })
    }

    /// Those of `ids` that the view knows, in the same order.
    pub fn rooms(&self, ids: &[RoomId]) -> Result<Vec<RoomRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!("{ROOM} WHERE id = ?1"))?;
            let mut rooms = Vec::with_capacity(ids.len());
            for id in ids {
                let found = statement.query_row([id.0.as_bytes()], |row| room(numbers, row));
                rooms.extend(found.optional()?);
            }
            Ok(rooms)
        })
    }

    /// The newest message of each of the rooms that has one its reader may see, in the same order.
    pub fn last_messages(&self, rooms: &[Visible]) -> Result<Vec<MessageRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM messages m WHERE m.room = ?1 AND m.seq >= ?2 ORDER BY m.seq DESC LIMIT 1"
            ))?;
            let mut last = Vec::new();
            for (id, first) in rooms {
                if let Some(number) = numbers.room(*id) {
                    let found = statement.query_row((number, int(first.0)), |found| row(numbers, found));
                    last.extend(found.optional()?);
                }
            }
            completed(db, numbers, last)
        })
    }
}
