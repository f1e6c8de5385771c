//! The claims of a room.

use mesh_model::api::EntityBody;
use mesh_model::events::EntityNoted;
use mesh_model::{Millis, ParticipantId, Seq};
use rusqlite::Row;

use crate::StoreError;
use crate::sql::{self, Read, int, stored};
use crate::view::{Numbers, View, Visible};

/// A claim.
#[derive(Debug, Clone)]
pub struct ClaimRow {
    /// Its place.
    pub seq: Seq,
    /// When it was noted.
    pub at: Millis,
    /// By whom.
    pub author: ParticipantId,
    /// What is for good.
    pub facts: EntityNoted,
    /// Its words.
    pub body: EntityBody,
}

impl View {
    /// The claims of a room from the first place on that may be seen, in the log's order.
    pub fn claims(&self, room: Visible) -> Result<Vec<ClaimRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(no) = numbers.room(room.0) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(
                "SELECT seq, at, author, facts, content FROM entity_claims WHERE room = ?1 AND seq >= ?2 ORDER BY seq",
            )?;
            let rows = statement.query_map((no, int(room.1.0)), |row| claim(numbers, row))?;
            rows.map(|row| row?).collect()
        })
    }
}

fn claim(numbers: &Numbers, row: &Row<'_>) -> Read<ClaimRow> {
    let (seq, at) = (sql::seq(row, 0)?, sql::millis(row, 1)?);
    let author = numbers.participant_id(row.get(2)?);
    let (facts, body): (String, String) = (row.get(3)?, row.get(4)?);
    Ok(stored(&facts).map(|facts| ClaimRow {
        seq,
        at,
        author,
        facts,
        body: serde_json::from_str(&body).unwrap_or_default(),
    }))
}
