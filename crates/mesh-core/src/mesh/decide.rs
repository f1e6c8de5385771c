//! The mesh itself: its beginning, its vault, what was refused.

use mesh_model::command::{CreateMesh, MeshCommand};
use mesh_model::events::{
    Floor, FloorSet, History, Kind, LimitsSet, MeshCreated, ParticipantRegistered, PublicPage,
    PublicSet, Refused, RequestLimits, RoomAccess, RoomCreated, RoomKind, Trust, VaultReplaced,
    Visibility,
};
use mesh_model::limits::{PUBLIC_CACHE_SECONDS_MAX, REQUESTS_MAX};
use mesh_model::policy::NEVER;
use mesh_model::{CapabilitySet, Effect, NewEvent};

use crate::actor::Asker;
use crate::{Decision, check, refuse};

/// The room that every mesh begins with.
const GENERAL: &str = "general";

/// The room in which everybody listens.
const BROADCAST: &str = "broadcast";

pub fn decide(asker: &Asker<'_>, command: &MeshCommand) -> Decision {
    match command {
        MeshCommand::SetLimits { limits } => set_limits(asker, limits),
        MeshCommand::SetFloor { floor } => set_floor(asker, floor),
        MeshCommand::SetPublic { page } => set_public(asker, *page),
        MeshCommand::Create(wanted) => {
            asker.node_only()?;
            create(asker, wanted)
        }
        MeshCommand::ReplaceVault { vault, node_key } => {
            asker.node_only()?;
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
        MeshCommand::RecordRefused {
            participant,
            operation,
            code,
            count,
            minute,
        } => {
            asker.node_only()?;
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
    }
}

fn set_limits(asker: &Asker<'_>, limits: &RequestLimits) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("say how many requests the node answers"));
    }
    let rates = [
        ("local", limits.local),
        ("federated", limits.federated),
        ("untrusted", limits.untrusted),
        ("address", limits.address),
        ("instance", limits.instance),
    ];
    for (name, rate) in rates {
        if rate.per_second > REQUESTS_MAX || !(1..=REQUESTS_MAX).contains(&rate.burst) {
            return Err(refuse::invalid(
                format!("{name}: per_second goes from 0 to {REQUESTS_MAX} and burst from 1"),
                "give numbers in that range; 0 a second is no limit",
            )
            .so(Effect::NothingChanged));
        }
    }
    if *asker.access.limits() == *limits {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(LimitsSet { limits: *limits })])
}

fn set_floor(asker: &Asker<'_>, floor: &Floor) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only(
            "say how loose guests may make their rooms",
        ));
    }
    let rising = floor.mark <= floor.quarantine && floor.quarantine <= floor.refuse;
    if floor.mark > 100 || floor.refuse > NEVER || !rising {
        return Err(refuse::invalid(
            "mark, quarantine and refuse are percent and must not fall",
            "give 0 to 100, or 101 to allow any score in quarantine and refuse",
        )
        .so(Effect::NothingChanged));
    }
    if asker.access.floor() == floor {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(FloorSet { floor: *floor })])
}

fn set_public(asker: &Asker<'_>, page: PublicPage) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("say whether there is a public page"));
    }
    if page.cache_seconds > PUBLIC_CACHE_SECONDS_MAX {
        return Err(refuse::invalid(
            format!(
                "caches may keep the public page for at most {PUBLIC_CACHE_SECONDS_MAX} seconds"
            ),
            "name fewer: for so long what was taken back may still be seen",
        )
        .so(Effect::NothingChanged));
    }
    if asker.access.public_page() == page {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(PublicSet { page })])
}

fn create(asker: &Asker<'_>, wanted: &CreateMesh) -> Decision {
    let CreateMesh {
        mesh,
        name,
        vault,
        node_key,
        owner,
        owner_handle,
        general,
        broadcast,
        profile,
    } = wanted;
    if asker.access.mesh().is_some() {
        return Err(refuse::conflict(
            "the mesh exists already",
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
