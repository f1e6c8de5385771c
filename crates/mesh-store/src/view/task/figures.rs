//! Figures: how many tasks stand where, what was done day by day and by whom.

use std::collections::BTreeMap;

use mesh_model::events::{Spend, TaskState};
use mesh_model::{Millis, ParticipantId};
use rusqlite::{Row, Transaction};

use super::read::spend;
use crate::StoreError;
use crate::sql::{int, number};
use crate::view::{Numbers, View, Visible};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Figures of the tasks of some rooms.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// How many stand where, in the order of the states; states without tasks are left out.
    pub states: Vec<(TaskState, u32)>,
    /// Day by day, the oldest first; days on which nothing happened are left out.
    pub days: Vec<DayRow>,
    /// Worker by worker, the busiest first.
    pub workers: Vec<WorkerRow>,
}

/// What was done on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayRow {
    /// Days since 1970.
    pub day: u64,
    /// Tasks created.
    pub created: u32,
    /// Tasks that ended well.
    pub done: u32,
    /// Tasks that failed.
    pub failed: u32,
    /// What was spent.
    pub spend: Spend,
}

/// What a worker did.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerRow {
    /// Who.
    pub worker: ParticipantId,
    /// Attempts that ended with a result.
    pub finished: u32,
    /// Attempts that failed or lost their lease.
    pub failed: u32,
    /// How long an attempt took on average, milliseconds.
    pub mean_ms: u64,
    /// What it spent.
    pub spend: Spend,
    /// The mean of its confidence, percent.
    pub confidence: Option<u8>,
}

impl View {
    /// The figures of these rooms since a moment.
    pub fn task_figures(&self, rooms: &[Visible], since: Millis) -> Result<Figures, StoreError> {
        if rooms.is_empty() {
            return Ok(Figures::default());
        }
        self.read_in(rooms, |db, numbers| {
            Ok(Figures {
                states: states(db)?,
                days: days(db, since)?,
                workers: workers(db, numbers, since)?,
            })
        })
    }
}

fn states(db: &Transaction<'_>) -> Result<Vec<(TaskState, u32)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT t.state, count(*) FROM tasks t CROSS JOIN temp.allowed a ON a.room = t.room
         WHERE t.seq >= a.first GROUP BY 1 ORDER BY 1",
    )?;
    let rows = statement.query_map([], |row| {
        let at = usize::try_from(row.get::<_, i64>(0)?).unwrap_or_default();
        let state = TaskState::ALL.get(at).copied();
        Ok((state.unwrap_or(TaskState::Waiting), row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn days(db: &Transaction<'_>, since: Millis) -> Result<Vec<DayRow>, StoreError> {
    let mut days: BTreeMap<u64, DayRow> = BTreeMap::new();
    let mut add = |sql: &str, put: &dyn Fn(&mut DayRow, &Row<'_>) -> rusqlite::Result<()>| {
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([int(since.0)])?;
        while let Some(row) = rows.next()? {
            let day = number(row.get(0)?);
            let entry = days.entry(day).or_default();
            entry.day = day;
            put(entry, row)?;
        }
        Ok::<_, StoreError>(())
    };
    add(
        "SELECT t.at / 86400000, count(*) FROM tasks t CROSS JOIN temp.allowed a ON a.room = t.room
         WHERE t.at >= ?1 AND t.seq >= a.first GROUP BY 1",
        &|day, row| {
            day.created = row.get(1)?;
            Ok(())
        },
    )?;
    add(
        &format!(
            "SELECT t.ended_at / 86400000, sum(t.state = {}), sum(t.state = {})
             FROM tasks t CROSS JOIN temp.allowed a ON a.room = t.room
             WHERE t.ended_at >= ?1 AND t.seq >= a.first GROUP BY 1",
            TaskState::Done as i64,
            TaskState::Failed as i64
        ),
        &|day, row| {
            day.done = row.get(1)?;
            day.failed = row.get(2)?;
            Ok(())
        },
    )?;
    add(
        "SELECT t.ended_at / 86400000, sum(t.tokens), sum(t.micros)
         FROM task_attempts t CROSS JOIN temp.allowed a ON a.room = t.room
         WHERE t.ended_at >= ?1 AND t.fence >= a.first GROUP BY 1",
        &|day, row| {
            day.spend = spend(row, 1)?;
            Ok(())
        },
    )?;
    Ok(days.into_values().collect())
}

fn workers(
    db: &Transaction<'_>,
    numbers: &Numbers,
    since: Millis,
) -> Result<Vec<WorkerRow>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT t.worker, sum(t.how = 0), sum(t.how IN (1, 3)), sum(t.ended_at - t.at) / count(*), sum(t.tokens),
             sum(t.micros), sum(t.confidence) / count(t.confidence)
         FROM task_attempts t CROSS JOIN temp.allowed a ON a.room = t.room
         WHERE t.ended_at >= ?1 AND t.fence >= a.first GROUP BY 1 ORDER BY count(*) DESC, 1",
    )?;
    let rows = statement.query_map([int(since.0)], |row| {
        Ok(WorkerRow {
            worker: numbers.participant_id(row.get(0)?),
            finished: row.get(1)?,
            failed: row.get(2)?,
            mean_ms: number(row.get(3)?),
            spend: spend(row, 4)?,
            confidence: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The first moment of a day so many days before another moment, that moment's own day counted.
pub fn days_back(now: Millis, days: u32) -> Millis {
    let today = now.0 / DAY_MS;
    Millis(today.saturating_sub(u64::from(days.max(1)) - 1) * DAY_MS)
}
