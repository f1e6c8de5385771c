//! What the events of the mesh do to the state.

use std::sync::Arc;

use mesh_model::events::{MeshCreated, MeshFacts, VaultReplaced};

use crate::{Access, Mesh, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &MeshFacts, event: &Stored<'_>) {
    match facts {
        MeshFacts::Created(facts) => created(state.access_at(event.seq), facts),
        MeshFacts::VaultReplaced(facts) => vault_replaced(state.access_at(event.seq), facts),
        MeshFacts::LimitsSet(facts) => state.access_at(event.seq).limits = facts.limits,
        MeshFacts::FloorSet(facts) => state.access_at(event.seq).floor = facts.floor,
        MeshFacts::PublicSet(facts) => state.access_at(event.seq).public = facts.page,
        // For whoever reads the log.
        MeshFacts::Refused(_) => {}
    }
}

fn created(access: &mut Access, facts: &MeshCreated) {
    if access.mesh.is_some() {
        return;
    }
    access.mesh = Some(Arc::new(Mesh {
        id: facts.mesh,
        name: facts.name.clone(),
        vault: facts.vault,
        node_key: facts.node_key,
        owner: None,
        broadcast: None,
    }));
}

fn vault_replaced(access: &mut Access, facts: &VaultReplaced) {
    if let Some(mesh) = &mut access.mesh {
        let mesh = Arc::make_mut(mesh);
        mesh.vault = facts.vault;
        mesh.node_key = facts.node_key;
    }
}
