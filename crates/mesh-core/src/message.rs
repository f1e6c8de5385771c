//! Messages. Older ones are not in the state: the door attaches the header of the one that is
//! answered, changed or taken back, and this module judges whether that evidence is fresh.

use mesh_model::events::{MessageDeleted, MessageEdited, MessageHeader, MessagePosted};
use mesh_model::limits::MENTIONS_MAX;
use mesh_model::{
    Capability, Command, ErrorCode, MessageId, NewEvent, ParticipantId, Refusal, RoomId,
};

use crate::actor::Asker;
use crate::recent::Deletions;
use crate::record::Room;
use crate::room::check_in_use;
use crate::{Access, check, event_type, refuse};

type Decision = Result<Vec<NewEvent>, Refusal>;

pub fn decide(asker: &Asker<'_>, deleted: &Deletions, command: &Command) -> Decision {
    match command {
        Command::PostMessage {
            room,
            mentions,
            priority,
            reply_to,
            payload_type,
            body,
        } => {
            let found = speaking(asker, *room)?;
            check::some_content("message", body)?;
            let mut thread = None;
            if let Some(header) = reply_to {
                if header.room != *room {
                    return Err(refuse::no_message());
                }
                check_present(asker, deleted, found, header)?;
                thread = Some(header.thread.unwrap_or(header.message));
            }
            let payload_type = match payload_type {
                Some((name, version)) => {
                    event_type::check_version(asker, name, *version)?;
                    Some(name.clone())
                }
                None => None,
            };
            let posted = MessagePosted {
                room: *room,
                mentions: mentioned(asker.access, found, mentions)?,
                priority: *priority,
                reply_to: reply_to.map(|header| header.message),
                thread,
                payload_type,
            };
            Ok(vec![NewEvent::with(posted, body.clone())])
        }
        Command::EditMessage {
            message,
            mentions,
            body,
        } => {
            let found = speaking(asker, message.room)?;
            check_visible(asker, found, message)?;
            if asker.actor.participant() != Some(message.author) {
                return Err(not_author());
            }
            check_present(asker, deleted, found, message)?;
            check::some_content("message", body)?;
            let edited = MessageEdited {
                room: message.room,
                message: message.message,
                mentions: mentioned(asker.access, found, mentions)?,
            };
            Ok(vec![NewEvent::with(edited, body.clone())])
        }
        Command::DeleteMessage { message } => delete(asker, deleted, message),
        _ => Ok(Vec::new()),
    }
}

/// A room in use in which the asker may speak. Whatever is said is said by a participant.
pub(crate) fn speaking<'a>(asker: &Asker<'a>, room: RoomId) -> Result<&'a Room, Refusal> {
    asker.me()?;
    let found = asker.room(room)?;
    asker.check_capability(found, Capability::Speak)?;
    check_in_use(found)?;
    Ok(found)
}

fn delete(asker: &Asker<'_>, deleted: &Deletions, message: &MessageHeader) -> Decision {
    let found = asker.room(message.room)?;
    check_visible(asker, found, message)?;
    if asker.actor.participant() != Some(message.author) {
        asker.check_capability(found, Capability::Moderate)?;
    }
    if message.deleted || deleted.has(message.message) {
        return Ok(Vec::new());
    }
    check_fresh(deleted, message)?;
    check_in_use(found)?;
    let taken_back = MessageDeleted {
        room: message.room,
        message: message.message,
    };
    Ok(vec![NewEvent::new(taken_back)])
}

/// The asker could read the message when it was posted; otherwise there is no such message.
fn check_visible(asker: &Asker<'_>, room: &Room, header: &MessageHeader) -> Result<(), Refusal> {
    let Some(me) = asker.actor.participant() else {
        return Ok(());
    };
    match asker.access.member_of(room, me) {
        Some(member) if header.message.0 < Access::readable_from(room, member) => {
            Err(refuse::no_message())
        }
        Some(_) => Ok(()),
        None => Err(refuse::not_a_member(&refuse::room_label(room))),
    }
}

fn check_present(
    asker: &Asker<'_>,
    deleted: &Deletions,
    room: &Room,
    header: &MessageHeader,
) -> Result<(), Refusal> {
    check_visible(asker, room, header)?;
    if header.deleted || deleted.has(header.message) {
        return Err(deleted_already(header.message));
    }
    check_fresh(deleted, header)
}

/// Evidence so old that a deletion since then may have been forgotten is worth nothing.
fn check_fresh(deleted: &Deletions, header: &MessageHeader) -> Result<(), Refusal> {
    if deleted.may_have_forgotten_since(header.as_of) {
        return Err(refuse::conflict(
            format!(
                "what was read about {} is out of date; nothing was done",
                header.message
            ),
            "try again",
        ));
    }
    Ok(())
}

fn deleted_already(message: MessageId) -> Refusal {
    refuse::gone(
        format!("{message} was deleted; nothing was posted or changed"),
        "post a new message instead",
    )
}

fn not_author() -> Refusal {
    Refusal::new(
        ErrorCode::CapabilityDenied,
        "only its author changes a message; nothing was changed",
        "answer it instead, or ask a moderator to delete it",
    )
}

/// Those who can hear it, sorted, each once. The text may name others; they are told nothing.
fn mentioned(
    access: &Access,
    room: &Room,
    mentions: &[ParticipantId],
) -> Result<Vec<ParticipantId>, Refusal> {
    if mentions.is_empty() {
        return Ok(Vec::new());
    }
    let mut list = mentions.to_vec();
    list.sort_unstable();
    list.dedup();
    if list.len() > MENTIONS_MAX {
        return Err(refuse::invalid(
            format!(
                "a message mentions at most {MENTIONS_MAX} participants, this one {}; nothing was posted",
                list.len()
            ),
            "mention fewer, or a group",
        ));
    }
    list.retain(|id| access.capabilities_in(room, *id).has(Capability::Listen));
    Ok(list)
}
