//! The refusals that the door gives itself, in the words used everywhere.

use std::borrow::Cow;

use mesh_model::{ErrorCode, Refusal};

/// The request makes no sense.
pub fn invalid(what: impl Into<String>, hint: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(
        ErrorCode::InvalidInput,
        format!("{}; nothing was done", what.into()),
        hint,
    )
}

/// There is none, or the asker may not know of it: both look the same.
pub fn not_found(what: &'static str, hint: &'static str) -> Refusal {
    Refusal::new(ErrorCode::NotFound, what, hint)
}

/// The right to do something ended while it was done.
pub fn over_meanwhile(why: &Refusal) -> Refusal {
    Refusal::new(
        why.code,
        "the right to do this ended while it was under way; what was waited for was not given, and the log says whether anything was done",
        why.hint.clone(),
    )
}

/// No such room.
pub fn no_room() -> Refusal {
    not_found(
        "there is no such room, or you may not know of it; nothing was done",
        "list the rooms you can see with room.list",
    )
}

/// No such participant.
pub fn no_participant() -> Refusal {
    not_found(
        "there is no such participant, or you may not know of it; nothing was done",
        "list the participants you can see with participant.list",
    )
}

/// No such message.
pub fn no_message() -> Refusal {
    not_found(
        "there is no such message, or you may not read it; nothing was done",
        "read the room's history with message.list",
    )
}

/// No such task.
pub fn no_task() -> Refusal {
    not_found(
        "there is no such task, or you may not see its room; nothing was done",
        "list the tasks you may see with task.list",
    )
}

/// No such group.
pub fn no_group() -> Refusal {
    not_found(
        "there is no such group; nothing was done",
        "list the groups with group.list",
    )
}

/// No such user.
pub fn no_user() -> Refusal {
    not_found(
        "there is no such user; nothing was done",
        "list the users with user.list",
    )
}

/// Nobody signed in.
pub fn unauthenticated() -> Refusal {
    Refusal::new(
        ErrorCode::Unauthenticated,
        "the request came without a valid credential, or with one that has ended; nothing was done",
        "send `Authorization: Bearer TOKEN`, or sign in",
    )
}

/// Only the owner may.
pub fn owner_only() -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        "only the owner of the mesh may do that; nothing was done",
        "use the token in owner.token, or ask the owner",
    )
}

/// A signature that does not hold.
pub fn bad_signature(what: &str) -> Refusal {
    Refusal::new(
        ErrorCode::BadSignature,
        format!("{what}; nothing was stored"),
        "sign the exact statement with a key that holds; identity.list shows which do",
    )
}

/// A bug of ours, told without its inner life.
pub fn internal(what: &str) -> Refusal {
    Refusal::new(
        ErrorCode::Internal,
        format!("{what}; what was answered before is safe"),
        "the node's own log says more; please report it",
    )
}
