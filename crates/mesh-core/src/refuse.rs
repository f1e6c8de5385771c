//! The core's refusals, in one place, so that the same trouble is always told in the same words. What other
//! floors tell too is in `mesh_model::refuse`, and comes from there.

use mesh_model::api::Deed;
use mesh_model::names::BadName;
use mesh_model::policy::{Ruling, RulingBy};
pub use mesh_model::refuse::*;
use mesh_model::{Capability, Effect, ErrorCode, Permission, PermissionSet, Refusal};

use crate::Room;
use crate::policy::words::{self, Told};

/// How a room is called in a refusal to somebody who may know of it.
pub fn room_label(room: &Room) -> String {
    match &room.name {
        Some(name) => format!("#{name}"),
        None => "this conversation".to_owned(),
    }
}

pub fn unknown_credential() -> Refusal {
    Refusal::new(
        ErrorCode::Unauthenticated,
        "the credential is not known on this mesh",
        Effect::NothingDone,
        "sign in again, or ask whoever gave it to you for a new one",
    )
}

pub fn credential_over(how: &str) -> Refusal {
    Refusal::new(
        ErrorCode::Unauthenticated,
        format!("the credential {how}"),
        Effect::NothingDone,
        "ask whoever gave it to you for a new one",
    )
}

/// Whatever it was made with is over, and it with that.
pub fn maker_over(how: &str) -> Refusal {
    Refusal::new(
        ErrorCode::Unauthenticated,
        format!("the credential with which this one was made {how}, and this one with it"),
        Effect::NothingDone,
        "ask whoever gave it to you for a new one; what was said with it stays",
    )
}

pub fn disabled(handle: &str, itself: bool) -> Refusal {
    let what = if itself {
        format!("@{handle} is disabled and nothing of it was deleted")
    } else {
        format!("@{handle}, to whom this participant belongs, is disabled")
    };
    Refusal::new(
        ErrorCode::PermissionDenied,
        what,
        Effect::NothingDone,
        "ask the owner of the mesh to enable it",
    )
    .ruled(Ruling::by(RulingBy::Standing))
}

pub fn permission(needed: Permission) -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        format!(
            "this needs the permission {needed}, which the credential or its participant lacks"
        ),
        Effect::NothingDone,
        "use a credential that has it, or ask the owner of the mesh for one",
    )
    .ruled(Ruling {
        name: Some(needed.name().to_owned()),
        ..Ruling::by(RulingBy::Permission)
    })
}

pub fn cannot_grant(wanted: PermissionSet, held: PermissionSet) -> Refusal {
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|permission| !held.has(*permission))
        .map(Permission::name)
        .collect();
    Refusal::new(
        ErrorCode::PermissionDenied,
        format!(
            "nobody grants a permission they lack: {}",
            missing.join(", ")
        ),
        Effect::NothingDone,
        "leave these out, or ask somebody who holds them",
    )
}

pub fn not_yours(what: &str) -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        format!("you may not {what}"),
        Effect::NothingDone,
        "only its own side or somebody with the admin permission for it can do that",
    )
}

pub fn node_only() -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        "only the node itself does this",
        Effect::NothingDone,
        "use one of the listed operations",
    )
}

/// What the room, or what was set in it for the asker, does not let it do.
pub fn deed(deed: Deed, room: &str, rule: Ruling) -> Refusal {
    let because = words::because(&rule, false, room, Told::You);
    Refusal::new(
        ErrorCode::CapabilityDenied,
        format!("you may not {}: {because}", words::done(deed, room)),
        Effect::NothingDone,
        words::hint(rule.by),
    )
    .ruled(rule)
}

/// Nobody grants a capability they lack.
pub fn cannot_lend(lacking: Capability, room: &str) -> Refusal {
    Refusal::new(
        ErrorCode::CapabilityDenied,
        format!("nobody gives a capability they lack: '{lacking}' in {room}"),
        Effect::NothingDone,
        "leave it out, or ask somebody who holds it",
    )
}

/// Somebody else than the asker is banned.
pub fn banned(room: &str, rule: Ruling) -> Refusal {
    Refusal::new(
        ErrorCode::CapabilityDenied,
        format!("the participant is banned from {room}"),
        Effect::NothingDone,
        words::hint(rule.by),
    )
    .ruled(rule)
}

pub fn bad_name(what: &str, name: &str, why: &BadName) -> Refusal {
    let shown: String = name.chars().take(80).collect();
    invalid(
        format!("'{shown}' cannot be the {what}: {why}"),
        "use 1 to 40 of a-z, 0-9 and '-', beginning and ending with a letter or digit",
    )
}

pub fn name_taken(what: &str, name: &str) -> Refusal {
    Refusal::new(
        ErrorCode::NameTaken,
        format!("the {what} '{name}' is taken"),
        Effect::NothingDone,
        "choose another name",
    )
}

pub fn id_taken(what: &str) -> Refusal {
    conflict(
        format!("the id of the new {what} is in use already"),
        "send the request again with a fresh id",
    )
}

/// Whoever shows an old fence does not hold the task any more.
pub fn stale_fence(fence: mesh_model::Seq, now: impl std::fmt::Display) -> Refusal {
    Refusal::new(
        ErrorCode::StaleFence,
        format!("the attempt {fence} does not hold the task: {now}"),
        Effect::NothingStored,
        "stop working on it and take another task",
    )
}

pub fn budget(whose: &str) -> Refusal {
    Refusal::new(
        ErrorCode::BudgetExceeded,
        format!("the budget of {whose} is used up for today"),
        Effect::NothingDone,
        "hand the task off, wait for the next day (UTC), or ask an operator for a larger budget",
    )
}

/// Nothing said in a room under a legal hold is erased.
pub fn check_not_held(room: &Room) -> Result<(), Refusal> {
    if room.hold {
        return Err(Refusal::new(
            ErrorCode::Conflict,
            format!("a legal hold keeps everything said in {}", room_label(room)),
            Effect::NothingErased,
            "ask the owner of the mesh to end the hold",
        )
        .ruled(Ruling::by(RulingBy::Hold)));
    }
    Ok(())
}
