//! Pins: the few messages that stand at a room's head. Their ids are in the state: a room has few of them.

use mesh_model::events::{MessageHeader, MessagePinned, MessageUnpinned, RoomKind};
use mesh_model::limits::PINS_MAX;
use mesh_model::{Capability, MessageId, NewEvent, ParticipantId, RoomId, Seq};

use super::decide::{check_present, check_visible};
use crate::desk::Desk;
use crate::room::{change, check_in_use};
use crate::{Access, Decision, Pin, Room, State, refuse};

/// By whoever moderates the room; in a direct conversation, which nobody moderates, by both.
pub(super) fn decide(desk: &Desk<'_>, message: &MessageHeader, on: bool) -> Decision {
    let asker = desk.asker;
    let found = asker.room(message.room)?;
    check_visible(asker, found, message)?;
    let needed = match found.kind {
        RoomKind::Direct => Capability::Speak,
        _ => Capability::Moderate,
    };
    asker.check_capability(found, needed)?;
    if on {
        check_present(asker, &desk.recent.deleted, found, message)?;
    }
    if found.pins.contains_key(&message.message) == on {
        return Ok(Vec::new());
    }
    check_in_use(found)?;
    if !on {
        return Ok(vec![NewEvent::new(MessageUnpinned {
            room: message.room,
            message: message.message,
        })]);
    }
    if found.pins.len() >= PINS_MAX {
        return Err(refuse::conflict(
            format!(
                "{} has {PINS_MAX} pinned messages already",
                refuse::room_label(found)
            ),
            "unpin one first: message.pins lists them",
        ));
    }
    Ok(vec![NewEvent::new(MessagePinned {
        room: message.room,
        message: message.message,
    })])
}

pub(super) fn pinned(
    access: &mut Access,
    facts: &MessagePinned,
    by: Option<ParticipantId>,
    seq: Seq,
) {
    change(access, facts.room, |room| {
        room.pins.insert(facts.message, Pin { by, seq });
    });
}

/// Also what follows when the message is gone.
pub(super) fn unpinned(state: &mut State, room: RoomId, message: MessageId, seq: Seq) {
    let found = state.access.room(room);
    if found.is_some_and(|found| found.pins.contains_key(&message)) {
        change(state.access_at(seq), room, |room| {
            room.pins.remove(&message);
        });
    }
}

impl Access {
    /// The messages at a room's head that the participant may read, the first one pinned first.
    pub fn pins(&self, room: &Room, viewer: ParticipantId) -> Vec<(MessageId, Pin)> {
        let pins = room.pins.iter().map(|(message, pin)| (*message, *pin));
        let mut pins: Vec<_> = pins
            .filter(|(message, _)| self.reads(viewer, room.id, message.0))
            .collect();
        pins.sort_by_key(|(_, pin)| pin.seq);
        pins
    }
}
