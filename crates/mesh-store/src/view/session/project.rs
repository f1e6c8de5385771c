//! Sessions: opened and closed.

use mesh_model::api::ClientInfo;
use mesh_model::events::{SessionClosed, SessionFacts, SessionOpened};

use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::project::{Batch, content};

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &SessionFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        SessionFacts::Opened(facts) => batch.session_opened(event, facts),
        SessionFacts::Closed(facts) => batch.session_closed(event, facts),
    }
}

impl Batch<'_> {
    fn session_opened(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &SessionOpened,
    ) -> Result<(), StoreError> {
        let participant = self.participant(facts.participant)?;
        let client: ClientInfo = content(event);
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, NULL, NULL, NULL)",
            )?
            .execute((
                facts.session.0.as_bytes(),
                participant,
                int(event.seq.0),
                int(event.at.0),
                json(&client),
            ))?;
        Ok(())
    }

    fn session_closed(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &SessionClosed,
    ) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("UPDATE sessions SET closed_at = ?2, reason = ?3, closed = ?4 WHERE id = ?1 AND closed_at IS NULL")?
            .execute((
                facts.session.0.as_bytes(),
                int(event.at.0),
                json(&facts.reason),
                int(event.seq.0),
            ))?;
        Ok(())
    }
}
