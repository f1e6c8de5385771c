//! Values of shared context: set and removed.

use mesh_model::events::{ContextFacts, ContextRemoved, ContextSet};

use crate::StoreError;
use crate::sql::int;
use crate::view::StoredEvent;
use crate::view::project::Batch;

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &ContextFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        ContextFacts::Set(facts) => batch.context_set(event, facts),
        ContextFacts::Removed(facts) => batch.context_removed(facts),
    }
}

impl Batch<'_> {
    fn context_set(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &ContextSet,
    ) -> Result<(), StoreError> {
        let (room, author) = (self.room(facts.room)?, self.actor(event)?);
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO context VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute((
                room,
                &facts.key,
                int(event.seq.0),
                int(event.at.0),
                author,
                event.content,
            ))?;
        Ok(())
    }

    fn context_removed(&mut self, facts: &ContextRemoved) -> Result<(), StoreError> {
        let room = self.room(facts.room)?;
        self.tx
            .prepare_cached("DELETE FROM context WHERE room = ?1 AND key = ?2")?
            .execute((room, &facts.key))?;
        Ok(())
    }
}
