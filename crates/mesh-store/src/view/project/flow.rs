//! Approvals, templates, shared context and memories: facts and content as the log has them.

use mesh_model::MemoryId;
use mesh_model::api::Reason;
use mesh_model::events::{
    ApprovalDecided, ApprovalExpired, ApprovalRequested, ContextRemoved, ContextSet,
    MemoryForgotten, MemoryKept, TemplateCreated, TemplateDeleted,
};
use serde::Serialize;

use super::{Batch, StoredEvent, content};
use crate::StoreError;
use crate::sql::int;
use crate::view::flow::{APPROVED, EXPIRED, REJECTED};

/// Our own plain types: writing them as JSON cannot fail.
fn json<T: Serialize>(facts: &T) -> String {
    serde_json::to_string(facts).unwrap_or_default()
}

impl Batch<'_> {
    pub(super) fn approval_requested(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &ApprovalRequested,
    ) -> Result<(), StoreError> {
        let room = self.room(facts.room)?;
        self.participant(facts.from)?;
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO approvals (id, seq, at, room, task, facts, content)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                facts.approval.0.as_bytes(),
                int(event.seq.0),
                int(event.at.0),
                room,
                facts.holds.map(|holds| *holds.task.0.as_bytes()),
                json(facts),
                event.content,
            ))?;
        Ok(())
    }

    pub(super) fn approval_decided(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &ApprovalDecided,
    ) -> Result<(), StoreError> {
        let by = self.actor(event)?;
        let reason: Reason = content(event);
        self.tx
            .prepare_cached(
                "UPDATE approvals SET state = ?2, answered = ?3, answered_at = ?4, answered_by = ?5, reason = ?6
                 WHERE id = ?1",
            )?
            .execute((
                facts.approval.0.as_bytes(),
                if facts.approved { APPROVED } else { REJECTED },
                int(event.seq.0),
                int(event.at.0),
                by,
                reason.reason,
            ))?;
        Ok(())
    }

    pub(super) fn approval_expired(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &ApprovalExpired,
    ) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "UPDATE approvals SET state = ?2, answered = ?3, answered_at = ?4 WHERE id = ?1 AND state = 0",
            )?
            .execute((
                facts.approval.0.as_bytes(),
                EXPIRED,
                int(event.seq.0),
                int(event.at.0),
            ))?;
        Ok(())
    }

    pub(super) fn template_created(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &TemplateCreated,
    ) -> Result<(), StoreError> {
        let author = self.actor(event)?;
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO templates VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute((
                facts.template.0.as_bytes(),
                &facts.name,
                int(event.seq.0),
                int(event.at.0),
                author,
                json(facts),
                event.content,
            ))?;
        Ok(())
    }

    pub(super) fn template_deleted(&mut self, facts: &TemplateDeleted) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("DELETE FROM templates WHERE id = ?1")?
            .execute([facts.template.0.as_bytes()])?;
        Ok(())
    }

    pub(super) fn context_set(
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

    pub(super) fn context_removed(&mut self, facts: &ContextRemoved) -> Result<(), StoreError> {
        let room = self.room(facts.room)?;
        self.tx
            .prepare_cached("DELETE FROM context WHERE room = ?1 AND key = ?2")?
            .execute((room, &facts.key))?;
        Ok(())
    }

    pub(super) fn memory_kept(
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

    pub(super) fn memory_forgotten(
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
