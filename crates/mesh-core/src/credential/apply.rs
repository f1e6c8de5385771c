//! What the events of credentials do to the state.

use std::sync::Arc;

use mesh_model::Actor;
use mesh_model::events::{CredentialFacts, CredentialIssued, CredentialRevoked};

use crate::{Access, Credential, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &CredentialFacts, event: &Stored<'_>) {
    let access = state.access_at(event.seq);
    match facts {
        CredentialFacts::Issued(facts) => issued(access, facts, &event.by.actor),
        CredentialFacts::Revoked(facts) => revoked(access, facts),
    }
}

fn issued(access: &mut Access, facts: &CredentialIssued, by: &Actor) {
    if access.credentials.contains_key(&facts.credential) {
        return;
    }
    let credential = Credential {
        id: facts.credential,
        kind: facts.kind,
        participant: facts.participant,
        issuer: by.participant(),
        maker: access.bound_by(by),
        permissions: facts.permissions,
        expires: facts.expires,
        per_minute: facts.per_minute,
        per_day: facts.per_day,
        revoked: false,
    };
    access
        .credentials
        .insert(facts.credential, Arc::new(credential));
}

fn revoked(access: &mut Access, facts: &CredentialRevoked) {
    if let Some(credential) = access.credentials.get_mut(&facts.credential) {
        Arc::make_mut(credential).revoked = true;
    }
}
