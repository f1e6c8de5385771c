//! What the events of identities do to the state.

use std::sync::Arc;

use mesh_model::events::{IdentityFacts, ParticipantKeyAdded};
use mesh_model::{ParticipantId, PublicKey, Seq};

use crate::{Access, Key, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &IdentityFacts, event: &Stored<'_>) {
    let access = state.access_at(event.seq);
    match facts {
        IdentityFacts::KeyAdded(facts) => added(access, facts, event.seq),
        IdentityFacts::KeyRevoked(facts) => {
            revoked(access, facts.participant, &facts.key, event.seq);
        }
    }
}

fn added(access: &mut Access, facts: &ParticipantKeyAdded, seq: Seq) {
    let id = facts.participant;
    if access.keys.contains_key(&facts.key) {
        return;
    }
    if let Some(found) = access.participants.get_mut(&id) {
        Arc::make_mut(found).keys.push(Key::new(facts.key, seq));
        access.keys.insert(facts.key, id);
    }
    if let Some(old) = &facts.replaces {
        revoked(access, id, old, seq);
    }
}

fn revoked(access: &mut Access, participant: ParticipantId, key: &PublicKey, seq: Seq) {
    if let Some(found) = access.participants.get_mut(&participant) {
        let known = Arc::make_mut(found)
            .keys
            .iter_mut()
            .find(|known| known.key == *key);
        if let Some(known) = known {
            known.revoked.get_or_insert(seq);
        }
    }
}
