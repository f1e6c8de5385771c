//! Erasure of a message for good.

use mesh_model::command::Content;
use mesh_model::events::{MessageHeader, MessageRedacted};
use mesh_model::{Capability, NewEvent, Seq};

use crate::actor::Asker;
use crate::{Decision, check, message, refuse};

/// By its author, whoever moderates the room, and the owner of the mesh where it may look.
pub(crate) fn redact(
    asker: &Asker<'_>,
    message: &MessageHeader,
    erased: &[Seq],
    reason: &Content,
) -> Decision {
    let room = asker.room(message.room)?;
    message::check_visible(asker, room, message)?;
    if asker.actor.participant() != Some(message.author) {
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
    let redacted = MessageRedacted {
        room: message.room,
        message: message.message,
        erased,
    };
    Ok(vec![NewEvent::with(redacted, reason.clone())])
}
