//! Memories: kept and forgotten.

use mesh_model::MemoryId;
use mesh_model::events::{MemoryFacts, MemoryForgotten, MemoryKept};

use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::project::Batch;

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &MemoryFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        MemoryFacts::Kept(facts) => batch.memory_kept(event, facts),
        MemoryFacts::Forgotten(facts) => batch.memory_forgotten(event, facts),
    }
}

impl Batch<'_> {
    fn memory_kept(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &MemoryKept,
    ) -> Result<(), StoreError> {
        let (owner, author) = (self.participant(facts.owner)?, self.actor(event)?);
        for old in &facts.replaces {
            self.memory_gone(event, *old)?;
        }
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO memories (seq, id, owner, author, at, facts, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                int(event.seq.0),
                facts.memory.0.as_bytes(),
                owner,
                author,
                int(event.at.0),
                json(facts),
                event.content,
            ))?;
        Ok(())
    }

    fn memory_forgotten(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &MemoryForgotten,
    ) -> Result<(), StoreError> {
        self.memory_gone(event, facts.memory)
    }

    fn memory_gone(&mut self, event: &StoredEvent<'_>, id: MemoryId) -> Result<(), StoreError> {
        self.erased = true;
        self.tx
            .prepare_cached(
                "UPDATE memories SET content = NULL, gone = ?2 WHERE id = ?1 AND gone IS NULL",
            )?
            .execute((id.0.as_bytes(), int(event.seq.0)))?;
        Ok(())
    }
}
