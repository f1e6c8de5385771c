//! What workers say of themselves.

use mesh_model::api::WorkerBody;
use mesh_model::events::{WorkerEnrolled, WorkerFacts};

use crate::StoreError;
use crate::view::StoredEvent;
use crate::view::project::{Batch, content};

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &WorkerFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        WorkerFacts::Enrolled(facts) => batch.worker_enrolled(event, facts),
        WorkerFacts::Left(_) | WorkerFacts::ModeSet(_) | WorkerFacts::LimitsSet(_) => Ok(()),
    }
}

impl Batch<'_> {
    /// What a worker says of itself; without words it says what it said before.
    fn worker_enrolled(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &WorkerEnrolled,
    ) -> Result<(), StoreError> {
        if event.content.is_none() {
            return Ok(());
        }
        let worker = self.participant(facts.worker)?;
        let body: WorkerBody = content(event);
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO workers VALUES (?1, ?2, ?3)")?
            .execute((worker, body.machine, body.runner))?;
        Ok(())
    }
}
