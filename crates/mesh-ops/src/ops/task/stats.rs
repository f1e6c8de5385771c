//! `task.stats`

use crate::ops::{present, task};
use crate::prelude::*;

use mesh_model::limits::{STATS_DAYS_DEFAULT, STATS_DAYS_MAX};
use mesh_store::view::{DayRow, days_back};

impl Run for TaskStatistics {
    async fn run(door: &Door, call: &Call, input: TaskStatsInput) -> Result<TaskStats, Refusal> {
        let days = task::days(input.days, STATS_DAYS_DEFAULT, STATS_DAYS_MAX)?;
        let rooms = match &input.room {
            Some(room) => vec![call.readable_room(room)?],
            None => call.rooms()?,
        };
        let since = days_back(call.now, days);
        let figures = door
            .view(call, move |view| view.task_figures(&rooms, since))
            .await?;
        let first = since.0 / task::DAY_MS;
        let days = (first..first + u64::from(days)).map(|day| {
            let found = figures.days.iter().find(|row| row.day == day);
            let row = found.copied().unwrap_or(DayRow {
                day,
                ..DayRow::default()
            });
            DayCount {
                day: task::day_name(row.day),
                created: row.created,
                done: row.done,
                failed: row.failed,
                spend: row.spend,
            }
        });
        let states = figures.states.iter();
        let workers = figures.workers.iter();
        Ok(TaskStats {
            states: states
                .map(|(state, count)| StateCount {
                    state: *state,
                    count: *count,
                })
                .collect(),
            days: days.collect(),
            workers: workers
                .map(|row| WorkerCount {
                    worker: present::participant(&call.access, row.worker),
                    finished: row.finished,
                    failed: row.failed,
                    mean_ms: row.mean_ms,
                    spend: row.spend,
                    confidence: row.confidence,
                })
                .collect(),
        })
    }
}
