//! Kinds of events, and what was published.

use mesh_model::{Millis, ParticipantId, RoomId, Seq};
use rusqlite::{OptionalExtension, Row};
use serde_json::value::RawValue;

use crate::StoreError;
use crate::sql::{self, int};
use crate::view::{Numbers, View};

/// A registered kind of event, in its newest version.
#[derive(Debug, Clone)]
pub struct EventTypeRow {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// When this version was registered.
    pub at: Millis,
    /// Its JSON Schema: a JSON object.
    pub schema: Box<RawValue>,
    /// What the event means.
    pub about: String,
    /// Where this version was registered.
    pub seq: Seq,
    /// By whom.
    pub author: ParticipantId,
}

/// A published event.
#[derive(Debug, Clone)]
pub struct PublishedRow {
    /// Its place.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
    /// Where.
    pub room: RoomId,
    /// By whom.
    pub author: ParticipantId,
    /// Its kind.
    pub name: String,
    /// The version of the schema it was checked against.
    pub version: u32,
    /// A JSON object.
    pub payload: Box<RawValue>,
}

impl View {
    /// The newest version of each kind of event, by name.
    pub fn event_types(&self) -> Result<Vec<EventTypeRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(
                "SELECT name, max(version), at, schema, about, seq, author FROM event_types GROUP BY name ORDER BY name",
            )?;
            let rows = statement.query_map([], |row| event_type(numbers, row))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One kind of event in its newest version.
    pub fn event_type(&self, name: &str) -> Result<Option<EventTypeRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(
                "SELECT name, version, at, schema, about, seq, author FROM event_types WHERE name = ?1 ORDER BY version DESC LIMIT 1",
            )?;
            let found = statement.query_row([name], |row| event_type(numbers, row));
            Ok(found.optional()?)
        })
    }

    /// Events published in a room from `first` on and later than `after`, ascending, at most `limit`.
    pub fn published(
        &self,
        room: RoomId,
        first: Seq,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<PublishedRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(room) = numbers.room(room) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(
                "SELECT seq, at, room, author, name, version, payload FROM published
                 WHERE room = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3",
            )?;
            let from = after.next().max(first);
            let rows = statement.query_map((room, int(from.0), int(limit as u64)), |row| {
                published(numbers, row)
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn event_type(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<EventTypeRow> {
    Ok(EventTypeRow {
        name: row.get(0)?,
        version: row.get(1)?,
        at: sql::millis(row, 2)?,
        schema: raw(row.get(3)?),
        about: row.get(4)?,
        seq: sql::seq(row, 5)?,
        author: numbers.participant_id(row.get(6)?),
    })
}

fn published(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<PublishedRow> {
    Ok(PublishedRow {
        seq: sql::seq(row, 0)?,
        at: sql::millis(row, 1)?,
        room: numbers.room_id(row.get(2)?),
        author: numbers.participant_id(row.get(3)?),
        name: row.get(4)?,
        version: row.get(5)?,
        payload: raw(row.get(6)?),
    })
}

fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
