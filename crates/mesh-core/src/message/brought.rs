//! What a peer says becomes of messages: by whoever speaks for it, by the same rules as what everybody wants of messages. It
//! changes what it brought itself, and the home of a room decides what stands in its mirrors.

use mesh_model::Actor;
use mesh_model::command::MessageCommand;
use mesh_model::events::{MessageFacts, MessageHeader, Place};
use mesh_model::{Facts, Refusal, RoomId};

use crate::actor::Asker;
use crate::desk::Desk;
use crate::{Decision, Link, link, refuse};

pub(super) fn decide(desk: &Desk<'_>, place: &Place, change: &MessageCommand) -> Decision {
    let asker = desk.asker;
    let found = match asker.actor {
        Actor::Link(speaker) => asker.access.link_of(speaker),
        _ => None,
    };
    let found =
        found.ok_or_else(|| refuse::not_yours("say what becomes of words in another mesh"))?;
    link::check_place(found, place)?;
    check_shared(asker, found, about(change)?.room)?;
    let mut events = super::decide(desk, change)?;
    for event in &mut events {
        if let Facts::Message(facts) = &mut event.facts {
            stands_at(facts, *place);
        }
    }
    Ok(events)
}

/// The message that is meant. Whatever else somebody may want of messages is not said by links.
fn about(change: &MessageCommand) -> Result<&MessageHeader, Refusal> {
    match change {
        MessageCommand::Edit { message, .. }
        | MessageCommand::Delete { message, .. }
        | MessageCommand::Redact { message, .. }
        | MessageCommand::React { message, .. } => Ok(message),
        MessageCommand::Post(_) | MessageCommand::Pin { .. } | MessageCommand::Brought { .. } => {
            Err(refuse::not_yours("bring that from another mesh"))
        }
    }
}

/// The room mirrors one of the peer's, or the peer follows it.
fn check_shared(asker: &Asker<'_>, found: &Link, room: RoomId) -> Result<(), Refusal> {
    let mirrors = link::rules(asker, room) && found.followed(room).is_some();
    if mirrors || asker.access.is_followed(found, room) {
        return Ok(());
    }
    Err(refuse::no_message())
}

fn stands_at(facts: &mut MessageFacts, place: Place) {
    let stands = match facts {
        MessageFacts::Edited(it) => &mut it.place,
        MessageFacts::Deleted(it) => &mut it.place,
        MessageFacts::Redacted(it) => &mut it.place,
        MessageFacts::Reacted(it) => &mut it.place,
        MessageFacts::Unreacted(it) => &mut it.place,
        MessageFacts::Posted(_) | MessageFacts::Pinned(_) | MessageFacts::Unpinned(_) => return,
    };
    *stands = Some(place);
}
