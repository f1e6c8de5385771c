//! A person's invite: whoever has the code chooses a handle and a password, and is a user with the invite's role.

use mesh_model::command::AcceptInvite;
use mesh_model::events::{InviteRedeemed, Kind, UserCreated, Visibility};
use mesh_model::permission::Preset;
use mesh_model::{Effect, NewEvent, Permission, Refusal};

use crate::actor::Asker;
use crate::invite::decide::{join, over, shown};
use crate::participant::{Newcomer, newcomer};
use crate::{Decision, check, refuse};

/// It makes users, so whoever makes it may make users, with no more rights than its own.
pub(super) fn check_role(asker: &Asker<'_>, kind: Kind, role: Preset) -> Result<(), Refusal> {
    if !matches!(role, Preset::User | Preset::Viewer) || kind != Kind::Human {
        return Err(refuse::invalid(
            "an invite with a role is for people: they are human, and its role is user or viewer",
            "name one of the two, or no role for programs; an administrator is made of a user later",
        )
        .so(Effect::NothingCreated));
    }
    if !asker.has(Permission::AdminUsers) {
        return Err(refuse::permission(Permission::AdminUsers));
    }
    asker.check_grant(role.permissions())
}

pub(super) fn accept(asker: &Asker<'_>, wanted: &AcceptInvite) -> Decision {
    let AcceptInvite {
        invite,
        participant,
        handle,
        profile,
    } = wanted;
    let (found, creator) = shown(asker, *invite)?;
    let role = found.role.ok_or_else(|| {
        refuse::conflict(
            "the invite makes no users: whoever comes by it proves a key and gets a token",
            "come in with mesh join, or ask for an invite for a person",
        )
        .so(Effect::NobodyRegistered)
    })?;
    check::content("profile", profile)?;
    if found.uses_left() == 0 {
        return Err(over("is used up"));
    }
    // What its maker may give at this moment, not what it might give once.
    let held = asker.access.bounds(&asker.actor, asker.now)?;
    let held = held.and(asker.access.own_permissions(creator));
    if !held.has(Permission::AdminUsers) || !role.permissions().within(held) {
        return Err(over("offers more than whoever made it may give now"));
    }
    let who = Newcomer {
        id: *participant,
        kind: Kind::Human,
        handle,
        key: None,
        trust: found.trust,
        visibility: Visibility::Public,
    };
    let registered = newcomer(asker.access, &who, creator)?;
    let mut events = vec![
        NewEvent::with(registered, profile.clone()),
        NewEvent::new(UserCreated {
            participant: *participant,
            role,
        }),
        NewEvent::new(InviteRedeemed {
            invite: *invite,
            participant: *participant,
            key: None,
        }),
    ];
    events.extend(join(asker.access, found.room, *participant));
    Ok(events)
}
