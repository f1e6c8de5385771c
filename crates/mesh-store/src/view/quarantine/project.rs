//! What waits for a moderator, in a table that no history, search or inbox reads.

use mesh_model::events::{MessageQuarantined, MessageReviewed, QuarantineFacts};

use super::schema::{FOR_HOME, FOR_MODERATOR};
use crate::StoreError;
use crate::sql::int;
use crate::view::StoredEvent;
use crate::view::project::Batch;

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &QuarantineFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        QuarantineFacts::Waits(facts) => batch.message_quarantined(event, facts),
        QuarantineFacts::Reviewed(facts) => batch.message_reviewed(facts),
    }
}

impl Batch<'_> {
    fn message_quarantined(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &MessageQuarantined,
    ) -> Result<(), StoreError> {
        let room = self.room(facts.message.room)?;
        let author = self.participant(facts.author)?;
        // Our own plain types: writing them as JSON cannot fail.
        let stored = serde_json::to_string(&facts.message).unwrap_or_default();
        self.tx
            .prepare_cached(
                "INSERT INTO quarantine (seq, room, author, at, facts, content, waits) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                int(event.seq.0),
                room,
                author,
                int(event.at.0),
                stored,
                event.content,
                if facts.home { FOR_HOME } else { FOR_MODERATOR },
            ))?;
        if facts.home {
            self.home_waits(event.seq, facts.message.room, facts.author)?;
        }
        Ok(())
    }

    /// Whatever was decided, it waits no more: if it was let out, the next event posts it.
    fn message_reviewed(&mut self, facts: &MessageReviewed) -> Result<(), StoreError> {
        self.home_said(facts.message, facts.released)?;
        self.waits_no_more(int(facts.message.0.0))
    }

    pub(in crate::view) fn waits_no_more(&mut self, seq: i64) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "UPDATE quarantine SET waits = 0, facts = '', content = NULL WHERE seq = ?1 AND waits",
            )?
            .execute([seq])?;
        Ok(())
    }
}
