//! How much waits for the word of its room's home.

use std::collections::BTreeMap;

use mesh_model::{ParticipantId, RoomId};

use crate::StoreError;
use crate::view::View;

/// What waits for the home of each room, by room; rooms in which nothing waits are left out.
pub type HomeWaits = BTreeMap<RoomId, u32>;

impl View {
    /// How much waits for the homes of rooms: what one author said, or everybody.
    pub fn home_waits(&self, author: Option<ParticipantId>) -> Result<HomeWaits, StoreError> {
        self.read(|db, numbers| {
            let author = match author {
                None => None,
                Some(who) => match numbers.participant(who) {
                    Some(number) => Some(number),
                    None => return Ok(HomeWaits::new()),
                },
            };
            let mut statement = db.prepare_cached(
                "SELECT room, COUNT(*) FROM home_waits WHERE waits AND (?1 IS NULL OR author = ?1) GROUP BY room",
            )?;
            let rows = statement.query_map([author], |row| {
                Ok((numbers.room_id(row.get(0)?), row.get(1)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
