//! The refusals that are told on more than one floor, so that the same trouble has the same words everywhere.

use std::borrow::Cow;
use std::fmt::Display;

use crate::error::{Effect, ErrorCode, Refusal};
use crate::limits::FILE_BYTES_MAX;

/// The request makes no sense; nothing was done about it.
pub fn invalid(what: impl Into<Cow<'static, str>>, hint: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(ErrorCode::InvalidInput, what, Effect::NothingDone, hint)
}

/// The present state does not allow it.
pub fn conflict(what: impl Into<Cow<'static, str>>, hint: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(ErrorCode::Conflict, what, Effect::NothingDone, hint)
}

/// It was there and is gone for good.
pub fn gone(what: impl Into<Cow<'static, str>>, hint: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(ErrorCode::Gone, what, Effect::NothingDone, hint)
}

/// More bytes than the limit.
pub fn too_large(
    what: impl Display,
    bytes: usize,
    most: usize,
    hint: impl Into<Cow<'static, str>>,
) -> Refusal {
    Refusal::new(
        ErrorCode::TooLarge,
        format!("{what} has {bytes} bytes, the limit is {most}"),
        Effect::NothingDone,
        hint,
    )
}

/// There is none, or the asker may not know of it: both look the same.
pub fn not_found(what: &str, hint: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(
        ErrorCode::NotFound,
        format!("there is no such {what}, or you may not know of it"),
        Effect::NothingDone,
        hint,
    )
}

/// No such room.
pub fn no_room() -> Refusal {
    not_found(
        "room",
        "check the name, or list the rooms you can see with room.list; a private room is visible to its members only",
    )
}

/// No such webhook.
pub fn no_webhook() -> Refusal {
    not_found("webhook", "webhook.list shows those that you may know of")
}

/// No such schedule.
pub fn no_schedule() -> Refusal {
    not_found("schedule", "schedule.list shows those that you may know of")
}

/// A room without a simulation clock.
pub fn no_clock() -> Refusal {
    not_found(
        "simulation clock in this room",
        "whoever moderates the room starts one with clock.start",
    )
}

/// No such alert.
pub fn no_alert() -> Refusal {
    not_found("open alert", "alert.list shows those that you may know of")
}

/// No such inlet.
pub fn no_inlet() -> Refusal {
    not_found("inlet", "inlet.list shows those that you may know of")
}

/// No such link.
pub fn no_link() -> Refusal {
    not_found("link", "link.list shows those that there are")
}

/// No such participant.
pub fn no_participant() -> Refusal {
    not_found(
        "participant",
        "check the handle, or list whom you can see with participant.list; hidden participants are visible to few",
    )
}

/// No such message.
pub fn no_message() -> Refusal {
    not_found(
        "message",
        "check the id and the room, or read the history with message.list; you may read what you could when it was posted",
    )
}

/// No such task.
pub fn no_task() -> Refusal {
    not_found(
        "task",
        "check the id, or list the tasks you may see with task.list; old ones are in the log only",
    )
}

/// No such file.
pub fn no_file() -> Refusal {
    not_found(
        "file",
        "list the room's files with file.list; removed ones are in it with `removed`",
    )
}

/// No such version of a file, or it is erased.
pub fn no_version() -> Refusal {
    not_found(
        "version of the file",
        "list those that are kept with file.history",
    )
}

/// A file with more bytes than a file has.
pub fn file_too_large(bytes: u64) -> Refusal {
    Refusal::new(
        ErrorCode::TooLarge,
        format!("the file has {bytes} bytes or more, the limit is {FILE_BYTES_MAX}"),
        Effect::NothingStored,
        "put it in parts, or keep it elsewhere and say where",
    )
}

/// No such group.
pub fn no_group() -> Refusal {
    not_found(
        "group",
        "check the name, or list the groups with group.list",
    )
}

/// No such user.
pub fn no_user() -> Refusal {
    not_found("user", "list the users with user.list")
}

/// No such credential.
pub fn no_credential() -> Refusal {
    not_found("credential", "list them with token.list and key.list")
}

/// No such template of tasks.
pub fn no_template() -> Refusal {
    not_found("template", "list the templates with template.list")
}

/// No such type of event.
pub fn no_event_type() -> Refusal {
    not_found(
        "event type",
        "register it first, or list the types with event_type.list",
    )
}

/// Nobody signed in.
pub fn unauthenticated() -> Refusal {
    Refusal::new(
        ErrorCode::Unauthenticated,
        "the request came without a valid credential, or with one that has ended",
        Effect::NothingDone,
        "send `Authorization: Bearer TOKEN`, or sign in",
    )
}

/// Only the owner may.
pub fn owner_only(what: impl Display) -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        format!("only the owner of the mesh may {what}"),
        Effect::NothingDone,
        "use the token in owner.token, or ask the owner",
    )
}

/// A signature that does not hold.
pub fn bad_signature(what: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(
        ErrorCode::BadSignature,
        what,
        Effect::NothingStored,
        "sign the exact statement with a key that holds; identity.list shows which do",
    )
}

/// What the guard takes for an attack, with its score and its reasons.
pub fn attack(score: u8, reasons: &[String]) -> Refusal {
    Refusal::new(
        ErrorCode::ContentRefused,
        format!(
            "the guard scores this {score} of 100 as an attack on agents ({})",
            reasons.join(", ")
        ),
        Effect::NothingStored,
        "say it without what looks like instructions to a program",
    )
}

/// A bug of ours, told without its inner life.
pub fn internal(what: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::new(
        ErrorCode::Internal,
        what,
        Effect::told("what was answered before is safe"),
        "the node's own log says more; please report it",
    )
}

/// The right to do something ended while it was done.
pub fn over_meanwhile(why: &Refusal) -> Refusal {
    Refusal::new(
        why.code,
        "the right to do this ended while it was under way",
        Effect::told(
            "what was waited for was not given, and the log says whether anything was done",
        ),
        why.hint.clone(),
    )
}
