//! What becomes of messages that two meshes share. The home tells its followers; a follower asks the home for new words of its
//! own people, and tells it what of theirs was taken back or erased, and how they react.

use mesh_model::api::MessageBody;
use mesh_model::events::{
    LinkEditWaits, MessageFacts, MessagePosted, MessageReacted, MessageUnreacted, Place,
};
use mesh_model::{Facts, MessageId, ParticipantId, Refusal, RoomId, Seq, refuse};
use mesh_ops::{Became, Door, LinkRecord, Logged};

use super::owed::{SAID_BYTES_MAX, WITHHELD, follows, names};
use super::wire::{Change, Did, What};

/// What stands in the log beside the facts.
pub(super) struct Event {
    pub seq: Seq,
    /// Who did it.
    pub by: Option<ParticipantId>,
    /// What was said, if it is there.
    pub body: Option<MessageBody>,
}

/// To which side of a shared room this mesh tells something.
enum Side {
    /// The peer follows a room of this mesh.
    Follower,
    /// The room has its home in the peer: it is called so there.
    Home(RoomId),
}

/// What the peer is told of a change; nothing if it is nothing for the peer.
pub(super) async fn owed(
    door: &Door,
    link: &LinkRecord,
    facts: &MessageFacts,
    event: Event,
) -> Result<Option<What>, Refusal> {
    let Some((room, message)) = about(facts) else {
        return Ok(None);
    };
    let told = facts.place().filter(|place| place.mesh == link.peer);
    if let Some(place) = told {
        return Ok(answer(door, link, facts, place));
    }
    let Some(side) = side(door, link, room, message) else {
        return Ok(None);
    };
    let Some(original) = posted(door, message).await? else {
        return Ok(None);
    };
    let did = match facts {
        MessageFacts::Edited(_) => match event.body {
            Some(body) if leaves(door, link, &original) => edited(link, body),
            _ => return Ok(None),
        },
        MessageFacts::Deleted(_) => Did::Deleted,
        MessageFacts::Redacted(redacted) if redacted.peers.contains(&link.id) => Did::Erased,
        MessageFacts::Reacted(MessageReacted { reaction, .. })
        | MessageFacts::Unreacted(MessageUnreacted { reaction, .. }) => {
            let at = (event.seq, message, reaction.as_str());
            return reacts(door, link, (&side, &original), at, event.by).await;
        }
        _ => return Ok(None),
    };
    let own = original.relayed.is_none() && !matches!(did, Did::Edited { .. });
    match side {
        Side::Follower => Ok(change(&side, &original, message, did)),
        Side::Home(_) if own => Ok(change(&side, &original, message, did)),
        Side::Home(_) => Ok(None),
    }
}

/// New words that wait for the home's word.
pub(super) async fn owed_edit(
    door: &Door,
    link: &LinkRecord,
    waits: &LinkEditWaits,
    body: Option<MessageBody>,
) -> Result<Option<What>, Refusal> {
    let (room, message) = (waits.edit.room, waits.edit.message);
    let side = side(door, link, room, message);
    let (Some(body), Some(side @ Side::Home(_))) = (body, side) else {
        return Ok(None);
    };
    let original = posted(door, message).await?;
    let told = original.and_then(|original| change(&side, &original, message, edited(link, body)));
    Ok(told)
}

/// The same, told once more.
pub(super) fn again(what: What, of: Seq) -> Option<What> {
    let of = Some(of);
    match what {
        What::Changed(change) => Some(What::Changed(Change { of, ..change })),
        What::Change(change) => Some(What::Change(Change { of, ..change })),
        _ => None,
    }
}

/// The home did something to a message of its room that is mirrored here.
pub(super) async fn by_home(
    door: &Door,
    link: &LinkRecord,
    place: Place,
    change: Change,
) -> Result<(), Refusal> {
    let offer = link.offers.get(&change.room);
    let Some(room) = offer.and_then(|offer| offer.room) else {
        // Nobody here follows it any more.
        return Ok(());
    };
    let (place, there) = (called(place, &change), change.message);
    let Some(became) = became(change.did) else {
        return Ok(());
    };
    let here = door.mirrored(room, link.peer, there).await?;
    match (here, &became) {
        (Some(here), _) => {
            door.link_changed(link.id, place, (room, here), became)
                .await
        }
        (None, Became::Erased)
            if door
                .link_erased_waiting(link.id, place, (room, there))
                .await? =>
        {
            Ok(())
        }
        (None, _) => Err(refuse::no_message()),
    }
}

/// A follower would have something of a message in a room of this mesh.
pub(super) async fn by_follower(
    door: &Door,
    link: &LinkRecord,
    place: Place,
    change: Change,
) -> Result<(), Refusal> {
    if !door.node().access().is_followed(link, change.room) {
        return Err(refuse::no_room());
    }
    let (place, at) = (called(place, &change), (change.room, change.message));
    match became(change.did) {
        Some(became) => door.link_changed(link.id, place, at, became).await,
        None => Ok(()),
    }
}

fn became(did: Did) -> Option<Became> {
    Some(match did {
        Did::Edited { text, names } => Became::Edited { text, names },
        Did::Deleted => Became::Deleted,
        Did::Erased => Became::Erased,
        Did::Reacted { reaction, on } => Became::Reacted { reaction, on },
        Did::Other => return None,
    })
}

/// The place of a change, with what the peer calls it, if that is another one.
fn called(place: Place, change: &Change) -> Place {
    let of = change.of.filter(|of| *of != place.seq);
    Place {
        message: of.map(MessageId),
        ..place
    }
}

fn about(facts: &MessageFacts) -> Option<(RoomId, MessageId)> {
    match facts {
        MessageFacts::Edited(it) => Some((it.room, it.message)),
        MessageFacts::Deleted(it) => Some((it.room, it.message)),
        MessageFacts::Redacted(it) => Some((it.room, it.message)),
        MessageFacts::Reacted(it) => Some((it.room, it.message)),
        MessageFacts::Unreacted(it) => Some((it.room, it.message)),
        MessageFacts::Posted(_) | MessageFacts::Pinned(_) | MessageFacts::Unpinned(_) => None,
    }
}

/// What whoever told of a change hears of it here: a follower that its words were taken, and everybody that they were erased.
fn answer(door: &Door, link: &LinkRecord, facts: &MessageFacts, place: Place) -> Option<What> {
    match facts {
        MessageFacts::Redacted(_) => Some(What::Erased {
            of: place.message().0,
        }),
        MessageFacts::Edited(it) if follows(door, link, it.room, it.message.0) => {
            let message = place.message();
            Some(What::Accepted { message })
        }
        _ => None,
    }
}

fn side(door: &Door, link: &LinkRecord, room: RoomId, message: MessageId) -> Option<Side> {
    if follows(door, link, room, message.0) {
        return Some(Side::Follower);
    }
    match door.node().access().mirror(room) {
        Some(Some((found, there))) if found.id == link.id => Some(Side::Home(there)),
        _ => None,
    }
}

async fn posted(door: &Door, message: MessageId) -> Result<Option<MessagePosted>, Refusal> {
    let logged = door.logged(message.0).await?;
    Ok(logged.and_then(|Logged { facts, .. }| match facts {
        Facts::Message(MessageFacts::Posted(posted)) => Some(posted),
        _ => None,
    }))
}

/// Whether the peer was told the words of a message, and not that they do not leave.
fn leaves(door: &Door, link: &LinkRecord, posted: &MessagePosted) -> bool {
    let access = door.node().access();
    let mut labels = posted.labels.iter();
    labels.all(|label| access.may_take_out(*label, link.participant))
}

fn edited(link: &LinkRecord, body: MessageBody) -> Did {
    let names = names(link, &body.text);
    let did = Did::Edited {
        text: body.text,
        names,
    };
    let fits = serde_json::to_vec(&did).is_ok_and(|json| json.len() <= SAID_BYTES_MAX);
    if fits {
        return did;
    }
    Did::Edited {
        text: WITHHELD.to_owned(),
        names: Vec::new(),
    }
}

fn change(side: &Side, original: &MessagePosted, message: MessageId, did: Did) -> Option<What> {
    let of = None;
    match side {
        Side::Follower => Some(What::Changed(Change {
            room: original.room,
            message,
            of,
            did,
        })),
        Side::Home(room) => Some(What::Change(Change {
            room: *room,
            // What never went there is nothing for it.
            message: original.place()?.message(),
            of,
            did,
        })),
    }
}

/// A reaction counts once for a mesh, whoever of its people set it: the peer is told whether anybody but its own does.
async fn reacts(
    door: &Door,
    link: &LinkRecord,
    (side, original): (&Side, &MessagePosted),
    (at, message, with): (Seq, MessageId, &str),
    by: Option<ParticipantId>,
) -> Result<Option<What>, Refusal> {
    if by == Some(link.participant) {
        return Ok(None);
    }
    let on = door.reacts(at, message, with, link.participant).await?;
    let did = Did::Reacted {
        reaction: with.to_owned(),
        on,
    };
    Ok(change(side, original, message, did))
}
