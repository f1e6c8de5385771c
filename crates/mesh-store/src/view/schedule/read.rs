//! Schedules: their words, and their last runs.

use mesh_model::api::ScheduleBody;
use mesh_model::events::{Event as _, ScheduleFacts, ScheduleMissed, ScheduleRan, ScheduleRefused};
use mesh_model::{Millis, ScheduleId, Seq};
use rusqlite::{OptionalExtension, Row};

use crate::StoreError;
use crate::sql::{self, Read, int, stored, words};
use crate::view::View;

/// What the view has of a schedule.
#[derive(Debug, Clone, Default)]
pub struct ScheduleRow {
    /// Its words; absent if the view has none.
    pub body: Option<ScheduleBody>,
    /// What came of its last times, newest first.
    pub runs: Vec<RunRow>,
}

/// What came of a time.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// The place of the event.
    pub seq: Seq,
    /// When.
    pub at: Millis,
    /// What came of it.
    pub facts: ScheduleFacts,
}

impl View {
    /// What there is of schedules, of each at most so many runs.
    pub fn schedules(
        &self,
        ids: &[ScheduleId],
        runs: usize,
    ) -> Result<Vec<ScheduleRow>, StoreError> {
        self.read(|db, _| {
            let mut body = db.prepare_cached("SELECT content FROM schedules WHERE id = ?1")?;
            let mut last = db.prepare_cached(
                "SELECT seq, at, kind, facts FROM schedule_runs WHERE schedule = ?1 ORDER BY seq DESC LIMIT ?2",
            )?;
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids {
                let id = id.0.as_bytes();
                let content: Option<Option<String>> =
                    body.query_row([id], |row| row.get(0)).optional()?;
                let found = last.query_map((id, int(runs as u64)), run)?;
                rows.push(ScheduleRow {
                    body: words(content.flatten()),
                    runs: found.map(|row| row?).collect::<Result<_, _>>()?,
                });
            }
            Ok(rows)
        })
    }
}

fn run(row: &Row<'_>) -> Read<RunRow> {
    let (kind, facts): (String, String) = (row.get(2)?, row.get(3)?);
    let read = match kind.as_str() {
        ScheduleRan::KIND => stored(&facts).map(ScheduleFacts::Ran),
        ScheduleRefused::KIND => stored(&facts).map(ScheduleFacts::Refused),
        _ => stored::<ScheduleMissed>(&facts).map(ScheduleFacts::Missed),
    };
    let (seq, at) = (sql::seq(row, 0)?, sql::millis(row, 1)?);
    Ok(read.map(|facts| RunRow { seq, at, facts }))
}
