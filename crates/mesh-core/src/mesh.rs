//! The mesh itself: its beginning, its vault, what was refused.

use std::sync::Arc;

use mesh_model::events::{
    History, Kind, MeshCreated, ParticipantRegistered, Refused, RoomAccess, RoomCreated, RoomKind,
    Trust, VaultReplaced, Visibility,
};
use mesh_model::{CapabilitySet, Command, NewEvent, Refusal};

use crate::actor::Asker;
use crate::record::Mesh;
use crate::{Access, check, refuse};

/// The room that every mesh begins with.
const GENERAL: &str = "general";
/// The room in which everybody listens.
const BROADCAST: &str = "broadcast";

pub fn decide(asker: &Asker<'_>, command: &Command) -> Result<Vec<NewEvent>, Refusal> {
    asker.node_only()?;
    match command {
        Command::CreateMesh { .. } => create(asker, command),
        Command::ReplaceVault { vault, node_key } => {
            let same = asker
                .access
                .mesh()
                .is_some_and(|mesh| mesh.vault == *vault && mesh.node_key == *node_key);
            let replaced = VaultReplaced {
                vault: *vault,
                node_key: *node_key,
            };
            Ok(if same {
                Vec::new()
            } else {
                vec![NewEvent::new(replaced)]
            })
        }
        Command::RecordRefused {
            participant,
            operation,
            code,
            count,
            minute,
        } => {
            for text in [operation, code] {
                check::label("name of what was refused", text)?;
            }
            Ok(vec![NewEvent::new(Refused {
                participant: *participant,
                operation: operation.clone(),
                code: code.clone(),
                count: *count,
                minute: Some(*minute),
            })])
        }
        _ => Ok(Vec::new()),
    }
}

fn create(asker: &Asker<'_>, command: &Command) -> Result<Vec<NewEvent>, Refusal> {
    let Command::CreateMesh {
        mesh,
        name,
        vault,
        node_key,
        owner,
        owner_handle,
        general,
        broadcast,
        profile,
    } = command
    else {
        return Ok(Vec::new());
    };
    if asker.access.mesh().is_some() {
        return Err(refuse::conflict(
            "the mesh exists already; nothing was done",
            "use an empty folder for another mesh",
        ));
    }
    check::label("name of the mesh", name)?;
    check::name("owner's handle", owner_handle)?;
    if general == broadcast {
        return Err(refuse::id_taken("room"));
    }
    let room = |id, kind, name: &str, defaults, members| RoomCreated {
        room: id,
        kind,
        name: Some(name.to_owned()),
        group: None,
        creator: Some(*owner),
        access: RoomAccess::Listed,
        history: History::All,
        defaults,
        members,
    };
    let registered = ParticipantRegistered {
        participant: *owner,
        kind: Kind::Human,
        handle: owner_handle.clone(),
        parent: None,
        key: None,
        trust: Trust::Owner,
        visibility: Visibility::Public,
    };
    Ok(vec![
        NewEvent::new(MeshCreated {
            mesh: *mesh,
            name: name.clone(),
            vault: *vault,
            node_key: *node_key,
        }),
        NewEvent::with(registered, profile.clone()),
        NewEvent::new(room(
            *general,
            RoomKind::Room,
            GENERAL,
            CapabilitySet::member(),
            vec![*owner],
        )),
        NewEvent::new(room(
            *broadcast,
            RoomKind::Broadcast,
            BROADCAST,
            CapabilitySet::listener(),
            Vec::new(),
        )),
    ])
}

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
