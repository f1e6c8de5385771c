//! The labels of credentials and invites.

use mesh_model::api::Label;
use mesh_model::events::{CredentialFacts, InviteFacts};
use uuid::Uuid;

use crate::StoreError;
use crate::sql::int;
use crate::view::StoredEvent;
use crate::view::project::{Batch, content};

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &CredentialFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        CredentialFacts::Issued(facts) => batch.label(event, facts.credential.0),
        CredentialFacts::Revoked(_) => Ok(()),
    }
}

/// The labels of invites stand with those of credentials.
pub(in crate::view) fn project_invite(
    batch: &mut Batch<'_>,
    facts: &InviteFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        InviteFacts::Created(facts) => batch.label(event, facts.invite.0),
        InviteFacts::Redeemed(_) | InviteFacts::Revoked(_) => Ok(()),
    }
}

impl Batch<'_> {
    fn label(&mut self, event: &StoredEvent<'_>, id: Uuid) -> Result<(), StoreError> {
        let label: Label = content(event);
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO labels VALUES (?1, ?2, ?3)")?
            .execute((id.as_bytes(), label.label, int(event.at.0)))?;
        Ok(())
    }
}
