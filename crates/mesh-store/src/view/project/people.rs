//! Participants, their sessions, and the labels of what they issue.

use mesh_model::ParticipantId;
use mesh_model::api::{ClientInfo, Label, Profile, WorkerBody};
use mesh_model::events::{
    ParticipantRegistered, ParticipantUpdated, Refused, SessionClosed, SessionOpened,
    WorkerEnrolled,
};
use uuid::Uuid;

use super::{Batch, StoredEvent, content};
use crate::StoreError;
use crate::sql::int;

impl Batch<'_> {
    pub(super) fn participant_registered(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &ParticipantRegistered,
    ) -> Result<(), StoreError> {
        let number = self.participant(facts.participant)?;
        self.tx
            .prepare_cached(
                "UPDATE participants SET handle = ?2, kind = ?3, registered_at = ?4 WHERE no = ?1",
            )?
            .execute((number, &facts.handle, facts.kind.name(), int(event.at.0)))?;
        self.profile(event, facts.participant)
    }

    pub(super) fn participant_updated(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &ParticipantUpdated,
    ) -> Result<(), StoreError> {
        // Without content only the visibility changed.
        if event.content.is_some() {
            self.profile(event, facts.participant)
        } else {
            Ok(())
        }
    }

    fn profile(
        &mut self,
        event: &StoredEvent<'_>,
        participant: ParticipantId,
    ) -> Result<(), StoreError> {
        let number = self.participant(participant)?;
        let profile: Profile = content(event);
        self.tx
            .prepare_cached(
                "UPDATE participants SET display_name = ?2, profile = ?3 WHERE no = ?1",
            )?
            .execute((number, &profile.display_name, json(&profile)?))?;
        Ok(())
    }

    pub(super) fn session_opened(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &SessionOpened,
    ) -> Result<(), StoreError> {
        let participant = self.participant(facts.participant)?;
        let client: ClientInfo = content(event);
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, NULL, NULL)",
            )?
            .execute((
                facts.session.0.as_bytes(),
                participant,
                int(event.seq.0),
                int(event.at.0),
                json(&client)?,
            ))?;
        Ok(())
    }

    pub(super) fn session_closed(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &SessionClosed,
    ) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("UPDATE sessions SET closed_at = ?2, reason = ?3 WHERE id = ?1 AND closed_at IS NULL")?
            .execute((facts.session.0.as_bytes(), int(event.at.0), json(&facts.reason)?))?;
        Ok(())
    }

    pub(super) fn label(&mut self, event: &StoredEvent<'_>, id: Uuid) -> Result<(), StoreError> {
        let label: Label = content(event);
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO labels VALUES (?1, ?2, ?3)")?
            .execute((id.as_bytes(), label.label, int(event.at.0)))?;
        Ok(())
    }

    /// What a worker says of itself; without words it says what it said before.
    pub(super) fn worker_enrolled(
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

    pub(super) fn refused(
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

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unreadable(error.to_string()))
}
