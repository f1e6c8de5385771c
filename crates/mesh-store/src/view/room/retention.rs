//! What is older than a room keeps, and the places whose content goes with it.

use mesh_model::{Millis, RoomId, Seq};
use rusqlite::OptionalExtension;

use crate::StoreError;
use crate::sql::{self, int};
use crate::view::View;
use crate::view::search::first_later_than;
use crate::view::task::schema::{LAST_PLACE, SPEAKS};

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
            for table in ["messages", "quarantine", "published", "file_versions", "skill_versions"] {
                let end = first_later_than(db, table, Millis(at.0.saturating_sub(1)))?;
                let mut statement = db.prepare_cached(&format!(
                    "SELECT max(seq) FROM {table} WHERE room = ?1 AND seq > ?2 AND seq < ?3"
                ))?;
                let found = statement
                    .query_row((room, int(after.0), end), |row| sql::seq_option(row, 0))?;
                last = last.max(found);
            }
            // A task is as old as its end: as long as somebody is at it, its words are needed.
            let mut statement = db.prepare_cached(&format!(
                "SELECT max({LAST_PLACE}) FROM tasks t WHERE t.room = ?1 AND t.ended_at < ?2 AND {SPEAKS}"
            ))?;
            let ended = statement
                .query_row((room, int(at.0)), |row| sql::seq_option(row, 0))?
                .filter(|ended| *ended > after);
            Ok(last.max(ended))
        })
    }

    /// The places whose content the event at `expiry` (a `room.expired`) ends, ascending: what was said in the room
    /// since the expiry before it, edits and waits in quarantine included, and all words of tasks that were over by then.
    /// Empty if the view has no such event.
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
                 UNION ALL SELECT seq FROM file_versions WHERE room = ?1 AND seq > ?2 AND seq <= ?3
                 UNION ALL SELECT seq FROM skill_versions WHERE room = ?1 AND seq > ?2 AND seq <= ?3
                 UNION ALL SELECT place FROM expired_tasks WHERE expiry = ?4
                 ORDER BY 1",
            )?;
            let asked = (room, after, upto, int(expiry.0));
            let rows = statement.query_map(asked, |row| sql::seq(row, 0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
