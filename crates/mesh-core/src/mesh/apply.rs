//! What the events of the mesh do to the state.

use std::sync::Arc;

use mesh_model::events::{MeshCreated, VaultReplaced};

use crate::{Access, Mesh};

pub fn created(access: &mut Access, facts: &MeshCreated) {
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

pub fn vault_replaced(access: &mut Access, facts: &VaultReplaced) {
    if let Some(mesh) = &mut access.mesh {
        let mesh = Arc::make_mut(mesh);
        mesh.vault = facts.vault;
        mesh.node_key = facts.node_key;
    }
}
