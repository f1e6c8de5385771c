//! What is said in a mirror, and the places by which what was said elsewhere is known.

use mesh_model::events::{MessageHeader, Place};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Actor, Effect, ErrorCode, LinkId, Refusal, RoomId, Seq};

use super::Link;
use crate::actor::Asker;
use crate::{Participant, Room, refuse};

/// A place is of the peer's own log, and later than everything that this log holds of it.
pub(crate) fn check_place(found: &Link, place: &Place) -> Result<(), Refusal> {
    if place.mesh != found.peer {
        return Err(refuse::not_yours("speak for another mesh"));
    }
    if place.seq <= found.taken_seq() || place.seq == Seq::ZERO {
        return Err(refuse::conflict(
            format!(
                "the peer's log was taken up to {} already",
                found.taken_seq()
            ),
            "go on after it",
        ));
    }
    Ok(())
}

/// What a message in a mirror has besides its words.
pub(crate) struct Said<'a> {
    pub asks: bool,
    pub files: bool,
    pub held: bool,
    pub labels: &'a [RoomId],
}

/// Whether what somebody says in a room goes to another mesh first, and may. Nothing if the room is no mirror.
pub(crate) fn check_said(
    asker: &Asker<'_>,
    room: &Room,
    who: &Participant,
    said: &Said<'_>,
) -> Result<bool, Refusal> {
    let access = asker.access;
    let Some(mirror) = access.mirror(room.id) else {
        return Ok(false);
    };
    let label = refuse::room_label(room);
    let stays = |what: String, hint: &'static str| {
        Refusal::new(ErrorCode::Conflict, what, Effect::NothingPosted, hint)
    };
    let Some((link, _)) = mirror else {
        return Err(stays(
            format!("{label} mirrors a room of another mesh that is not shared with this one now"),
            "read it, or say it in another room",
        ));
    };
    let home = &link.name;
    if said.asks {
        return Err(stays(
            format!(
                "{label} has its home on the mesh '{home}', and what asks others to run something does not leave this one"
            ),
            "say it without asking for it, or in a room of this mesh",
        ));
    }
    if said.files {
        return Err(stays(
            format!("{label} has its home on the mesh '{home}', and files do not leave this one"),
            "say in words what is in them",
        ));
    }
    if said.held {
        return Err(Refusal::new(
            ErrorCode::ContentRefused,
            format!(
                "the guard would hold this back, and {label} has its home on the mesh '{home}'"
            ),
            Effect::NothingPosted,
            "say it in other words",
        )
        .ruled(Ruling::by(RulingBy::Guard)));
    }
    // Without a policy the owner's word that follows the room lets its members' words out.
    let ruled = room.policy.is_some() && !access.may_take_out(room.id, who.id);
    let carried = said
        .labels
        .iter()
        .all(|label| access.may_take_out(*label, who.id));
    if ruled || !carried {
        let ruling = match room.policy.as_deref().filter(|_| ruled) {
            Some(record) => access.in_policy(record, RulingBy::Data),
            None => Ruling::by(RulingBy::Data),
        };
        return Err(Refusal::new(
            ErrorCode::CapabilityDenied,
            format!(
                "{label} has its home on the mesh '{home}', and these words may not leave this one"
            ),
            Effect::NothingPosted,
            "ask the owner of this mesh, whose policy's data.leave says who takes words out",
        )
        .ruled(ruling));
    }
    Ok(true)
}

/// The same for new words of a message of the asker's own: its home knows it, or it never left this mesh.
pub(crate) fn check_edited(
    asker: &Asker<'_>,
    room: &Room,
    who: &Participant,
    message: &MessageHeader,
    said: &Said<'_>,
) -> Result<bool, Refusal> {
    if message.relayed.is_some() && asker.access.mirrors.contains_key(&room.id) {
        return Err(refuse::conflict(
            format!(
                "{} has its home on another mesh, and {} was brought from elsewhere",
                refuse::room_label(room),
                message.message
            ),
            "say it anew, or change it where it was said",
        )
        .so(Effect::NothingChanged));
    }
    check_said(asker, room, who, said).map_err(|refusal| refusal.so(Effect::NothingChanged))
}

/// Whether the asker is the home of the room, which mirrors one of its: it decides what becomes of messages in it.
pub(crate) fn rules(asker: &Asker<'_>, room: RoomId) -> bool {
    let link = match asker.actor {
        Actor::Link(speaker) => asker.access.link_of(speaker),
        _ => None,
    };
    link.is_some_and(|link| asker.access.mirrors.get(&room) == Some(&link.id))
}

/// Links to the other meshes that hold a message: those that follow its room and were told of it, and its room's home, if it
/// was said here.
pub(crate) fn holders(asker: &Asker<'_>, message: &MessageHeader) -> Vec<LinkId> {
    let access = asker.access;
    let hold = access.links().filter(|link| {
        let share = link.shares.get(&message.room);
        let followed = share.and_then(|share| share.followed);
        let told = followed.is_some_and(|since| message.message.0 > since);
        let said_here =
            message.relayed.is_none() && access.mirrors.get(&message.room) == Some(&link.id);
        asker.actor.participant() != Some(link.participant) && (told || said_here)
    });
    hold.map(|link| link.id).collect()
}
