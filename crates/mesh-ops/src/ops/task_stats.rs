//! `task.stats`

use crate::prelude::*;

impl Run for TaskStatistics {
    async fn run(_: &Door, _: &Call, _: TaskStatsInput) -> Result<TaskStats, Refusal> {
        Err(refuse::internal("STUB"))
    }
}
