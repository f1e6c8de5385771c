//! Requests that were refused.

use mesh_model::events::{MeshFacts, Refused};

use crate::StoreError;
use crate::sql::int;
use crate::view::StoredEvent;
use crate::view::project::Batch;

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &MeshFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        MeshFacts::Refused(facts) => batch.refused(event, facts),
        MeshFacts::Created(_)
        | MeshFacts::VaultReplaced(_)
        | MeshFacts::LimitsSet(_)
        | MeshFacts::PublicSet(_)
        | MeshFacts::FloorSet(_) => Ok(()),
    }
}

impl Batch<'_> {
    fn refused(&mut self, event: &StoredEvent<'_>, facts: &Refused) -> Result<(), StoreError> {
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
