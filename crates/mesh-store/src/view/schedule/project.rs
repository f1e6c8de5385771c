//! Schedules: their words as they are now, and their last runs.

use mesh_model::ScheduleId;
use mesh_model::events::{Event as _, ScheduleFacts};
use mesh_model::limits::SCHEDULE_RUNS_KEPT;
use serde::Serialize;

use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::project::Batch;

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &ScheduleFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        ScheduleFacts::Created(facts) => batch.schedule_words(facts.schedule, event),
        ScheduleFacts::Changed(facts) => batch.schedule_words(facts.schedule, event),
        ScheduleFacts::Ran(facts) if facts.next.is_none() => batch.forget_schedule(facts.schedule),
        ScheduleFacts::Ran(facts) => batch.schedule_run(facts.schedule, facts.kind(), facts, event),
        ScheduleFacts::Refused(facts) => {
            batch.schedule_run(facts.schedule, facts.kind(), facts, event)
        }
        ScheduleFacts::Missed(facts) => {
            batch.schedule_run(facts.schedule, facts.kind(), facts, event)
        }
        ScheduleFacts::Removed(facts) => batch.forget_schedule(facts.schedule),
        // How it stands is in the core's state.
        ScheduleFacts::CameDue(_)
        | ScheduleFacts::Paused(_)
        | ScheduleFacts::Resumed(_)
        | ScheduleFacts::Moved(_) => Ok(()),
    }
}

impl Batch<'_> {
    fn schedule_words(
        &mut self,
        id: ScheduleId,
        event: &StoredEvent<'_>,
    ) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO schedules VALUES (?1, ?2, ?3)")?
            .execute((id.0.as_bytes(), int(event.seq.0), event.content))?;
        Ok(())
    }

    fn schedule_run<T: Serialize>(
        &mut self,
        id: ScheduleId,
        kind: &str,
        facts: &T,
        event: &StoredEvent<'_>,
    ) -> Result<(), StoreError> {
        let (seq, at) = (int(event.seq.0), int(event.at.0));
        self.tx
            .prepare_cached("INSERT INTO schedule_runs VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute((seq, id.0.as_bytes(), at, kind, json(facts)))?;
        self.tx
            .prepare_cached(
                "DELETE FROM schedule_runs WHERE schedule = ?1 AND seq <= (
                     SELECT seq FROM schedule_runs WHERE schedule = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute((id.0.as_bytes(), int(SCHEDULE_RUNS_KEPT as u64)))?;
        Ok(())
    }

    fn forget_schedule(&mut self, id: ScheduleId) -> Result<(), StoreError> {
        for table in [
            "DELETE FROM schedules WHERE id = ?1",
            "DELETE FROM schedule_runs WHERE schedule = ?1",
        ] {
            self.tx.prepare_cached(table)?.execute([id.0.as_bytes()])?;
        }
        Ok(())
    }
}
