//! What a peer tells, into this log: once, by its own rules and those of the room, or turned away for good with the reason. The
//! peer speaks for its own mesh alone: a room is known by its id and the mesh whose channel this is, never by its name.

use mesh_model::api::TaskOutput;
use mesh_model::command::LinkHeard;
use mesh_model::events::Place;
use mesh_model::{ErrorCode, MessageId, Refusal, RoomId, Seq, refuse};
use mesh_ops::{Brought, Came, Door, LinkRecord};

use super::changes;
use super::lent;
use super::wire::{Did, Item, Said, What};

/// Takes an item. After an error it is asked for again another time.
pub async fn take(door: &Door, link: &LinkRecord, item: Item) -> Result<(), Refusal> {
    let place = Place {
        mesh: link.peer,
        seq: item.at.seq,
        hash: item.at.hash,
        message: None,
    };
    let (of, answered) = match &item.what {
        What::Say(said) | What::Posted(said) => {
            (said.message.map_or(item.at.seq, |message| message.0), true)
        }
        What::Offer { .. } | What::Follow { .. } | What::Task(_) => (item.at.seq, true),
        // That a mirror does not want to show a reaction is nothing for its home.
        What::Changed(change) => (
            change.of.unwrap_or(item.at.seq),
            !matches!(change.did, Did::Reacted { .. }),
        ),
        What::Change(change) => (change.of.unwrap_or(item.at.seq), true),
        _ => (item.at.seq, false),
    };
    let Err(refusal) = taken(door, link, place, item.what).await else {
        return Ok(());
    };
    if is_taken(door, link, place.seq) {
        return Ok(());
    }
    if is_for_now(refusal.code) || door.open_link(link.id).is_err() {
        return Err(refusal);
    }
    tracing::debug!(link = %link.name, seq = %place.seq, code = %refusal.code, "turned away");
    if !answered {
        // What only answers is not answered: the two would never end.
        return Ok(());
    }
    let rule = refusal.rule.as_ref();
    let rule = rule.and_then(|rule| serde_json::to_value(rule.by).ok());
    let what = LinkHeard::TurnedAway {
        of,
        code: refusal.code.code().to_owned(),
        rule: rule.and_then(|rule| rule.as_str().map(str::to_owned)),
    };
    door.link_heard(link.id, place, what).await
}

/// Whether a refusal says something of this moment rather than of what was told.
fn is_for_now(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Internal
            | ErrorCode::NotStored
            | ErrorCode::OutcomeUnknown
            | ErrorCode::ReadOnly
            | ErrorCode::Overloaded
            | ErrorCode::ShuttingDown
            | ErrorCode::NotYet
            | ErrorCode::Unauthenticated
    )
}

/// Whether this log holds what stands at a place of the peer's.
fn is_taken(door: &Door, link: &LinkRecord, seq: Seq) -> bool {
    let access = door.node().access();
    access
        .link(link.id)
        .is_some_and(|link| link.taken_seq() >= seq)
}

async fn taken(door: &Door, link: &LinkRecord, place: Place, what: What) -> Result<(), Refusal> {
    match what {
        What::Offer { room, name } => {
            let what = LinkHeard::Offered { there: room, name };
            door.link_heard(link.id, place, what).await
        }
        What::Withdraw { room } => {
            let what = LinkHeard::Withdrawn { there: room };
            door.link_heard(link.id, place, what).await
        }
        What::Follow { room, follows } => {
            let what = LinkHeard::Follower { room, follows };
            door.link_heard(link.id, place, what).await
        }
        What::Posted(said) => {
            let offer = link.offers.get(&said.room);
            let Some(room) = offer.and_then(|offer| offer.room) else {
                // Nobody here follows it any more.
                return Ok(());
            };
            let reply_to = match said.reply_to {
                Some(there) => door.mirrored(room, link.peer, there).await?,
                None => None,
            };
            brought(door, link, place, room, reply_to, said).await
        }
        What::Say(said) => {
            if !door.node().access().is_followed(link, said.room) {
                return Err(refuse::no_room());
            }
            let (room, reply_to) = (said.room, said.reply_to);
            brought(door, link, place, room, reply_to, said).await
        }
        What::Changed(change) => changes::by_home(door, link, place, change).await,
        What::Change(change) => changes::by_follower(door, link, place, change).await,
        What::Erased { of } => {
            let what = LinkHeard::Erased { of };
            door.link_heard(link.id, place, what).await
        }
        What::Accepted { message } => door.link_accepted(link.id, place, message).await,
        What::Refused { of, code, rule } => door.link_refused(link.id, place, of, code, rule).await,
        What::Lends {
            capabilities,
            at_once,
        } => {
            let what = LinkHeard::Lent {
                capabilities,
                at_once,
            };
            door.link_heard(link.id, place, what).await
        }
        What::Task(wanted) => lent::asked(door, link, place, wanted).await,
        What::Unwanted { of } => door.link_unwanted(link.id, of).await,
        What::Done {
            of,
            by,
            text,
            data,
            confidence,
        } => {
            let came = lent::done(by, TaskOutput { text, data }, confidence);
            door.link_came(link.id, place, of, came).await
        }
        What::Over { of, code, rule } => {
            let came = Came::Over { code, rule };
            door.link_came(link.id, place, of, came).await
        }
        What::Other => Ok(()),
    }
}

async fn brought(
    door: &Door,
    link: &LinkRecord,
    place: Place,
    room: RoomId,
    reply_to: Option<MessageId>,
    said: Said,
) -> Result<(), Refusal> {
    let mut by = said.by.into_iter();
    let (origin, path) = match by.next() {
        None => (link.name.clone(), Vec::new()),
        Some(first) => (first, by.chain([link.name.clone()]).collect()),
    };
    let place = Place {
        message: said.message.filter(|message| message.0 != place.seq),
        ..place
    };
    let brought = Brought {
        room,
        origin,
        sender: said.author,
        path,
        text: said.text,
        payload: said.payload,
        reply_to,
        names: said.names,
    };
    door.link_brought(link.id, place, brought).await
}
