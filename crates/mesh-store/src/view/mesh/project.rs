//! Requests that were refused.

use mesh_model::events::Refused;

use crate::StoreError;
use crate::sql::int;
use crate::view::StoredEvent;
use crate::view::project::Batch;

impl Batch<'_> {
    pub(in crate::view) fn refused(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &Refused,
    ) -> Result<(), StoreError> {
        let participant = facts
            .participant
            .map(|id| self.participant(id))
            .transpose()?;
        let minute = facts.minute.map(|minute| int(minute.0));
        self.tx
            .prepare_cached("INSERT INTO refusals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute((
                int(event.seq.0),
                int(event.at.0),
                participant,
                &facts.operation,
                &facts.code,
                facts.count,
                minute,
            ))?;
        Ok(())
    }
}
