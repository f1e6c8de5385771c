//! The shared context of rooms.

use mesh_model::{Millis, ParticipantId, RoomId, Seq};
use rusqlite::Row;
use serde::Deserialize;
use serde_json::Value;

use crate::StoreError;
use crate::sql::{self, words};
use crate::view::{Numbers, View};

/// A value of a room's shared context.
#[derive(Debug, Clone)]
pub struct ContextRow {
    /// Its name.
    pub key: String,
    /// Its version.
    pub seq: Seq,
    /// When it was set.
    pub at: Millis,
    /// By whom.
    pub author: ParticipantId,
    /// The value; null if it was erased.
    pub value: Value,
}

impl View {
    /// The values of a room's shared context, by name.
    pub fn context(&self, room: RoomId) -> Result<Vec<ContextRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(room) = numbers.room(room) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(
                "SELECT key, seq, at, author, content FROM context WHERE room = ?1 ORDER BY key",
            )?;
            let rows = statement.query_map([room], |row| context(numbers, row))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn context(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<ContextRow> {
    /// [`mesh_model::api::ContextBody`], which may be erased.
    #[derive(Deserialize)]
    struct Body {
        value: Value,
    }
    Ok(ContextRow {
        key: row.get(0)?,
        seq: sql::seq(row, 1)?,
        at: sql::millis(row, 2)?,
        author: numbers.participant_id(row.get(3)?),
        value: words::<Body>(row.get(4)?).map_or(Value::Null, |body| body.value),
    })
}
