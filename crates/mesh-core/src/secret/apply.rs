//! What the events of secrets do to the state.

use mesh_model::Seq;
use mesh_model::events::{SecretFacts, SecretSet};

use crate::{Access, Secret, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &SecretFacts, event: &Stored<'_>) {
    let access = state.access_at(event.seq);
    match facts {
        SecretFacts::Set(facts) => secret_set(access, facts, event.seq),
        SecretFacts::Removed(facts) => {
            access.secrets.remove(facts.name.as_str());
        }
    }
}

fn secret_set(access: &mut Access, facts: &SecretSet, seq: Seq) {
    let secret = Secret {
        version: facts.version,
        seq,
    };
    access.secrets.insert(facts.name.as_str().into(), secret);
}
