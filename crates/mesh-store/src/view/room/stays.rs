//! Who was in which room when.

use mesh_model::api::Stay;
use mesh_model::{Millis, ParticipantId, RoomId};

use crate::StoreError;
use crate::sql;
use crate::view::View;

/// Which stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct StayFilter {
    /// Only in this room.
    pub room: Option<RoomId>,
    /// Only this participant's.
    pub participant: Option<ParticipantId>,
    /// Only those that touch the time from here on.
    pub since: Option<Millis>,
    /// Only those that touch the time up to here.
    pub until: Option<Millis>,
}

impl View {
    /// Stays in the rooms that `sees` lets through, newest first, at most `limit`.
    pub fn stays(
        &self,
        filter: StayFilter,
        sees: impl Fn(RoomId) -> bool,
        limit: usize,
    ) -> Result<Vec<Stay>, StoreError> {
        self.read(|db, numbers| {
            let room = filter.room.map(|id| numbers.room(id).unwrap_or(0));
            let participant = filter
                .participant
                .map(|id| numbers.participant(id).unwrap_or(0));
            let narrow = match (room, participant) {
                (Some(_), _) => "room = ?1 AND (?2 IS NULL OR participant = ?2)",
                (None, Some(_)) => "?1 IS NULL AND participant = ?2",
                (None, None) => "?1 IS NULL AND ?2 IS NULL",
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT participant, room, joined_at, left_at FROM stays
                 WHERE {narrow} AND coalesce(left_at, ?3) >= ?3 AND joined_at <= ?4
                 ORDER BY joined DESC, room, participant"
            ))?;
            let (since, until) = sql::span(filter.since, filter.until);
            let mut rows = statement.query((room, participant, since, until))?;
            let mut stays = Vec::new();
            while stays.len() < limit
                && let Some(row) = rows.next()?
            {
                let room = numbers.room_id(row.get(1)?);
                if sees(room) {
                    stays.push(Stay {
                        participant: numbers.participant_id(row.get(0)?),
                        room,
                        joined_at: sql::millis(row, 2)?,
                        left_at: sql::millis_option(row, 3)?,
                    });
                }
            }
            Ok(stays)
        })
    }
}
