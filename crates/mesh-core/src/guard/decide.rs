//! Second looks by the guard.

use mesh_model::NewEvent;
use mesh_model::command::{GuardCommand, Scanned};
use mesh_model::events::{MessageHeader, MessageRescanned};

use crate::Decision;
use crate::actor::Asker;
use crate::policy::mark_of;
use crate::recent::Recent;
use crate::room::moderated;

pub(crate) fn decide(asker: &Asker<'_>, recent: &Recent, command: &GuardCommand) -> Decision {
    let GuardCommand::Rescan { message, guard } = command;
    rescan(asker, recent, message, guard)
}

fn rescan(
    asker: &Asker<'_>,
    recent: &Recent,
    message: &MessageHeader,
    guard: &Scanned,
) -> Decision {
    let room = moderated(asker, message.room)?;
    if message.deleted || recent.deleted.has(message.message) {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(MessageRescanned {
        room: message.room,
        message: message.message,
        guard: mark_of(asker.access, room, guard),
    })])
}
