//! Claims: noted and forgotten.

use mesh_model::events::{EntityFacts, EntityForgotten, EntityNoted};

use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::project::Batch;

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &EntityFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        EntityFacts::Noted(facts) => batch.entity_noted(event, facts),
        EntityFacts::Forgotten(facts) => batch.entity_forgotten(facts),
    }
}

impl Batch<'_> {
    fn entity_noted(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &EntityNoted,
    ) -> Result<(), StoreError> {
        // Without words it says nothing: they were erased since.
        let Some(content) = event.content else {
            return Ok(());
        };
        let (room, author) = (self.room(facts.room)?, self.actor(event)?);
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO entity_claims VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute((
                int(event.seq.0),
                room,
                author,
                int(event.at.0),
                json(facts),
                content,
            ))?;
        Ok(())
    }

    fn entity_forgotten(&mut self, facts: &EntityForgotten) -> Result<(), StoreError> {
        self.erased = true;
        let room = self.room(facts.room)?;
        let mut delete = self
            .tx
            .prepare_cached("DELETE FROM entity_claims WHERE seq = ?1 AND room = ?2")?;
        for seq in &facts.erased {
            delete.execute((int(seq.0), room))?;
        }
        Ok(())
    }
}
