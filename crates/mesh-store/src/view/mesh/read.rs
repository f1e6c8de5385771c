//! Requests that were refused.

use mesh_model::{Millis, ParticipantId, Seq};

use crate::StoreError;
use crate::sql::{self, int};
use crate::view::View;

/// Requests refused in one minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    /// Its place.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
    /// Who asked, if that was known.
    pub participant: Option<ParticipantId>,
    /// The operation that was asked for.
    pub operation: String,
    /// The error code.
    pub code: String,
    /// How often.
    pub count: u32,
    /// When the minute began.
    pub minute: Option<Millis>,
}

impl View {
    /// Refusals earlier than `before`, newest first, at most `limit`.
    pub fn refusals(
        &self,
        before: Option<Seq>,
        limit: usize,
    ) -> Result<Vec<RefusalRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(
                "SELECT seq, at, participant, operation, code, count, minute FROM refusals
                 WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2",
            )?;
            let before = before.map_or(i64::MAX, |before| int(before.0));
            let rows = statement.query_map((before, int(limit as u64)), |row| {
                Ok(RefusalRow {
                    seq: sql::seq(row, 0)?,
                    at: sql::millis(row, 1)?,
                    participant: row
                        .get::<_, Option<i64>>(2)?
                        .map(|number| numbers.participant_id(number)),
                    operation: row.get(3)?,
                    code: row.get(4)?,
                    count: row.get(5)?,
                    minute: sql::millis_option(row, 6)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
