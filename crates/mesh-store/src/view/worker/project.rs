//! What workers say of themselves.

use mesh_model::api::WorkerBody;
use mesh_model::events::WorkerEnrolled;

use crate::StoreError;
use crate::view::StoredEvent;
use crate::view::project::{Batch, content};

impl Batch<'_> {
    /// What a worker says of itself; without words it says what it said before.
    pub(in crate::view) fn worker_enrolled(
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
