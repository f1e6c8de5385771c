//! Erasure of a message for good.

use mesh_model::command::Content;
use mesh_model::events::{MessageHeader, MessageRedacted, MessageReviewed};
use mesh_model::{Capability, NewEvent, Seq};

use crate::desk::Desk;
use crate::{Decision, check, link, message, refuse};

/// By its author, whoever moderates the room, the owner of the mesh where it may look, and the home of a room that mirrors
/// one of its.
pub(crate) fn redact(
    desk: &Desk<'_>,
    message: &MessageHeader,
    erased: &[Seq],
    posted: bool,
    reason: &Content,
) -> Decision {
    let asker = desk.asker;
    let room = asker.room(message.room)?;
    message::check_visible(asker, room, message)?;
    let by_home = link::rules(asker, room.id);
    if asker.actor.participant() != Some(message.author) && !by_home {
        asker.check_capability(room, Capability::Moderate)?;
    }
    check::content("reason", reason)?;
    refuse::check_not_held(room)?;
    let mut erased = erased.to_vec();
    erased.sort_unstable();
    erased.dedup();
    if erased.is_empty() {
        return Ok(Vec::new());
    }
    let mut events = Vec::new();
    if by_home && desk.recent.waiting.contains_key(&message.message) {
        // The home erased what a moderator here has not looked at yet.
        events.push(NewEvent::new(MessageReviewed {
            room: message.room,
            message: message.message,
            author: message.author,
            released: false,
        }));
    }
    let peers = if posted {
        link::holders(asker, message)
    } else {
        Vec::new()
    };
    let redacted = MessageRedacted {
        room: message.room,
        message: message.message,
        erased,
        peers,
        place: None,
    };
    events.push(NewEvent::with(redacted, reason.clone()));
    Ok(events)
}
