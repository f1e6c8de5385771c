//! What participants say of themselves.

use mesh_model::ParticipantId;
use mesh_model::api::Profile;
use mesh_model::events::{ParticipantFacts, ParticipantRegistered, ParticipantUpdated};

use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::project::{Batch, content};

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &ParticipantFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        ParticipantFacts::Registered(facts) => batch.participant_registered(event, facts),
        ParticipantFacts::Updated(facts) => batch.participant_updated(event, facts),
        ParticipantFacts::TrustSet(_)
        | ParticipantFacts::RolesSet(_)
        | ParticipantFacts::Disabled(_)
        | ParticipantFacts::Enabled(_) => Ok(()),
    }
}

impl Batch<'_> {
    fn participant_registered(
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

    fn participant_updated(
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
            .execute((number, &profile.display_name, json(&profile)))?;
        Ok(())
    }
}
