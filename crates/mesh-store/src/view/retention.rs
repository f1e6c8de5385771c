//! What is older than a room keeps, and the places whose content goes with it.

use mesh_model::{Millis, RoomId, Seq};
use rusqlite::OptionalExtension;

use super::View;
use super::search::first_later_than;
use crate::StoreError;
use crate::sql::{self, int};

impl View {
    /// The last place later than `after` at which something was said in a room before `at`, if there is one.
    pub fn last_said_before(
        &self,
        room: RoomId,
        after: Seq,
        at: Millis,
    ) -> Result<Option<Seq>, StoreError> {
        self.read(|db, numbers| {
            let Some(room) = numbers.room(room) else {
                return Ok(None);
            };
            let mut last = None;
            for table in ["messages", "quarantine", "published"] {
                let end = first_later_than(db, table, Millis(at.0.saturating_sub(1)))?;
                let mut statement = db.prepare_cached(&format!(
                    "SELECT max(seq) FROM {table} WHERE room = ?1 AND seq > ?2 AND seq < ?3"
                ))?;
                let found = statement
                    .query_row((room, int(after.0), end), |row| sql::seq_option(row, 0))?;
                last = last.max(found);
            }
            Ok(last)
        })
    }

    /// The places whose content the event at `expiry` (a `room.expired`) ends, ascending: what was said in the room
    /// since the expiry before it, edits and waits in quarantine included. Empty if the view has no such event.
    pub fn expired_places(&self, expiry: Seq) -> Result<Vec<Seq>, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached(
                "SELECT room, upto, coalesce((SELECT max(b.upto) FROM expiries b WHERE b.room = e.room AND b.seq < e.seq), 0)
                 FROM expiries e WHERE seq = ?1",
            )?;
            let found = statement
                .query_row([int(expiry.0)], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
                })
                .optional()?;
            let Some((room, upto, after)) = found else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(
                "SELECT seq FROM messages WHERE room = ?1 AND seq > ?2 AND seq <= ?3
                 UNION ALL SELECT e.seq FROM messages m CROSS JOIN edits e ON e.message = m.seq
                     WHERE m.room = ?1 AND m.seq > ?2 AND m.seq <= ?3
                 UNION ALL SELECT seq FROM quarantine WHERE room = ?1 AND seq > ?2 AND seq <= ?3
                 UNION ALL SELECT seq FROM published WHERE room = ?1 AND seq > ?2 AND seq <= ?3
                 ORDER BY 1",
            )?;
            let rows = statement.query_map((room, after, upto), |row| sql::seq(row, 0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
