//! Figures: how many tasks stand where, what was done day by day and by whom, what it cost.

use std::collections::BTreeMap;

use mesh_model::api::CostBy;
use mesh_model::events::{Spend, TaskState};
use mesh_model::{Millis, ParticipantId, RoomId};
use rusqlite::{Row, Transaction};

use super::spend;
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

/// What costs are added up by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CostKey {
    /// A model; absent where it is not known.
    Model(Option<String>),
    /// An agent.
    Agent(ParticipantId),
    /// A room.
    Room(RoomId),
    /// Days since 1970.
    Day(u64),
}

/// A sum of costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostRow {
    /// Of what.
    pub key: CostKey,
    /// Attempts that are over.
    pub attempts: u32,
    /// What was spent.
    pub spend: Spend,
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

    /// What attempts that ended since a moment cost: days in their order, all else the dearest first.
    pub fn costs(&self, by: CostBy, since: Millis) -> Result<Vec<CostRow>, StoreError> {
        let (column, order) = match by {
            CostBy::Model => ("model", "4 DESC, 3 DESC, 1"),
            CostBy::Agent => ("worker", "4 DESC, 3 DESC, 1"),
            CostBy::Room => ("room", "4 DESC, 3 DESC, 1"),
            CostBy::Day => ("ended_at / 86400000", "1"),
        };
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {column}, count(*), sum(tokens), sum(micros) FROM task_attempts
                 WHERE ended_at >= ?1 GROUP BY 1 ORDER BY {order}"
            ))?;
            let rows = statement.query_map([int(since.0)], |row| {
                Ok(CostRow {
                    key: match by {
                        CostBy::Model => CostKey::Model(row.get(0)?),
                        CostBy::Agent => CostKey::Agent(numbers.participant_id(row.get(0)?)),
                        CostBy::Room => CostKey::Room(numbers.room_id(row.get(0)?)),
                        CostBy::Day => CostKey::Day(number(row.get(0)?)),
                    },
                    attempts: row.get(1)?,
                    spend: spend(row, 2)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
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
