//! What the events of secrets do to the state.

use mesh_model::Seq;
use mesh_model::events::SecretSet;

use crate::{Access, Secret};

pub fn secret_set(access: &mut Access, facts: &SecretSet, seq: Seq) {
    let secret = Secret {
        version: facts.version,
        seq,
    };
    access.secrets.insert(facts.name.as_str().into(), secret);
}
