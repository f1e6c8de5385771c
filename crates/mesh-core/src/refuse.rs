//! The refusals: what happened, what it means, what to do next. One place, so that the same
//! trouble is always told in the same words.

use mesh_model::names::BadName;
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Capability, ErrorCode, Permission, PermissionSet, Refusal};

use crate::Room;

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
        "the credential is not known on this mesh; nothing was done",
        "sign in again, or ask whoever gave it to you for a new one",
    )
}

pub fn credential_over(how: &str) -> Refusal {
    Refusal::new(
        ErrorCode::Unauthenticated,
        format!("the credential {how}; nothing was done"),
        "ask whoever gave it to you for a new one",
    )
}

/// Whatever it was made with is over, and it with that.
pub fn maker_over(how: &str) -> Refusal {
    Refusal::new(
        ErrorCode::Unauthenticated,
        format!(
            "the credential with which this one was made {how}, and this one with it; nothing was done"
        ),
        "ask whoever gave it to you for a new one; what was said with it stays",
    )
}

pub fn disabled(handle: &str, itself: bool) -> Refusal {
    let detail = if itself {
        format!("@{handle} is disabled; nothing was done and nothing of it was deleted")
    } else {
        format!("@{handle}, to whom this participant belongs, is disabled; nothing was done")
    };
    Refusal::new(
        ErrorCode::PermissionDenied,
        detail,
        "ask the owner of the mesh to enable it",
    )
}

pub fn permission(needed: Permission) -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        format!(
            "this needs the permission {needed}, which the credential or its participant lacks; nothing was done"
        ),
        "use a credential that has it, or ask the owner of the mesh for one",
    )
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
            "nobody grants a permission they lack: {}; nothing was granted",
            missing.join(", ")
        ),
        "leave these out, or ask somebody who holds them",
    )
}

pub fn owner_only(what: &str) -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        format!("only the owner's token may {what}; nothing was done"),
        "ask the owner of the mesh",
    )
}

pub fn not_yours(what: &str) -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        format!("you may not {what}; nothing was done"),
        "only its own side or somebody with the admin permission for it can do that",
    )
}

pub fn node_only() -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        "only the node itself does this; nothing was done",
        "use one of the listed operations",
    )
}

pub fn capability(needed: Capability, room: &str) -> Refusal {
    Refusal::new(
        ErrorCode::CapabilityDenied,
        format!("you may not '{needed}' in {room}; nothing was done"),
        "ask a moderator of the room to let you",
    )
}

/// A rule of the room's policy, with the reason its author gives.
pub fn by_rule(needed: Capability, room: &str, rule: &mesh_model::policy::Ruling) -> Refusal {
    let name = rule.name.as_deref().unwrap_or_default();
    let why = match &rule.why {
        Some(why) => format!(" ({why})"),
        None => String::new(),
    };
    Refusal::new(
        ErrorCode::CapabilityDenied,
        format!("the rule '{name}' of {room} denies you '{needed}'{why}; nothing was done"),
        "ask the creator of the room; room.explain says what you may do",
    )
}

pub fn no_consent(room: &str) -> Refusal {
    Refusal::new(
        ErrorCode::CapabilityDenied,
        format!("your own side has not agreed that you run commands in {room}; nothing was done"),
        "you or somebody above you agrees with member.execution",
    )
}

pub fn muted(room: &str) -> Refusal {
    Refusal::new(
        ErrorCode::CapabilityDenied,
        format!("you are muted in {room}; nothing was posted"),
        "wait until it ends, or ask a moderator of the room",
    )
}

pub fn banned(room: &str, itself: bool) -> Refusal {
    let detail = match itself {
        true => format!("you are banned from {room}; nothing was done"),
        false => format!("the participant is banned from {room}; nothing was done"),
    };
    Refusal::new(
        ErrorCode::CapabilityDenied,
        detail,
        "ask a moderator of the room to lift the ban",
    )
}

pub fn not_a_member(room: &str) -> Refusal {
    Refusal::new(
        ErrorCode::CapabilityDenied,
        format!("you are not a member of {room}; nothing was done"),
        "join the room first",
    )
}

pub fn only_added(room: &str) -> Refusal {
    Refusal::new(
        ErrorCode::CapabilityDenied,
        format!("{room} cannot be joined from outside; nothing was done"),
        "ask a moderator of the room to add you",
    )
}

pub fn not_found(what: &str, hint: &'static str) -> Refusal {
    Refusal::new(
        ErrorCode::NotFound,
        format!("there is no such {what} that you may see; nothing was done"),
        hint,
    )
}

pub fn no_room() -> Refusal {
    not_found(
        "room",
        "check the name; a private room is visible to its members only",
    )
}

pub fn no_participant() -> Refusal {
    not_found(
        "participant",
        "check the handle; hidden participants are visible to few",
    )
}

pub fn no_message() -> Refusal {
    not_found(
        "message",
        "check the id and the room; you may read it only if you could when it was posted",
    )
}

pub fn invalid(detail: impl Into<String>, hint: &'static str) -> Refusal {
    Refusal::new(ErrorCode::InvalidInput, detail.into(), hint)
}

pub fn bad_name(what: &str, name: &str, why: &BadName) -> Refusal {
    let shown: String = name.chars().take(80).collect();
    invalid(
        format!("'{shown}' cannot be the {what}: {why}; nothing was done"),
        "use 1 to 40 of a-z, 0-9 and '-', beginning and ending with a letter or digit",
    )
}

pub fn name_taken(what: &str, name: &str) -> Refusal {
    Refusal::new(
        ErrorCode::NameTaken,
        format!("the {what} '{name}' is taken; nothing was done"),
        "choose another name",
    )
}

pub fn id_taken(what: &str) -> Refusal {
    conflict(
        format!("the id of the new {what} is in use already; nothing was done"),
        "send the request again with a fresh id",
    )
}

pub fn conflict(detail: impl Into<String>, hint: &'static str) -> Refusal {
    Refusal::new(ErrorCode::Conflict, detail.into(), hint)
}

pub fn gone(detail: impl Into<String>, hint: &'static str) -> Refusal {
    Refusal::new(ErrorCode::Gone, detail.into(), hint)
}

pub fn too_large(what: &str, bytes: usize, most: usize) -> Refusal {
    Refusal::new(
        ErrorCode::TooLarge,
        format!("the {what} has {bytes} bytes as JSON, {most} are allowed; nothing was stored"),
        "send less, or in several parts",
    )
}

pub fn no_task() -> Refusal {
    not_found(
        "task",
        "check the id; a task is visible to those who may see its room, and old ones are in the log only",
    )
}

/// Whoever shows an old fence does not hold the task any more.
pub fn stale_fence(fence: mesh_model::Seq, now: impl std::fmt::Display) -> Refusal {
    Refusal::new(
        ErrorCode::StaleFence,
        format!("the attempt {fence} does not hold the task: {now}; nothing was stored"),
        "stop working on it and take another task",
    )
}

pub fn budget(whose: &str) -> Refusal {
    Refusal::new(
        ErrorCode::BudgetExceeded,
        format!("the budget of {whose} is used up for today; nothing was done"),
        "hand the task off, wait for the next day (UTC), or ask an operator for a larger budget",
    )
}

/// Nothing said in a room under a legal hold is erased.
pub fn check_not_held(room: &Room) -> Result<(), Refusal> {
    if room.hold {
        return Err(Refusal::new(
            ErrorCode::Conflict,
            format!(
                "a legal hold keeps everything said in {}; nothing was erased",
                room_label(room)
            ),
            "ask the owner of the mesh to end the hold",
        )
        .ruled(Ruling::by(RulingBy::Hold)));
    }
    Ok(())
}
