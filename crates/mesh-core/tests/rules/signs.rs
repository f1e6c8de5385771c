//! The verbs of reactions and pins.

use mesh_model::command::MessageCommand;
use mesh_model::events::{MessageFacts, Reacted};
use mesh_model::*;

use crate::script::{Args, header, person, room};
use crate::world::World;

/// A reaction that was set or taken back.
pub struct Sign {
    message: MessageId,
    who: Option<ParticipantId>,
    reaction: String,
    on: bool,
}

impl Sign {
    pub fn of(facts: &Facts, who: Option<ParticipantId>) -> Option<Sign> {
        let (message, reaction, on) = match facts {
            Facts::Message(MessageFacts::Reacted(it)) => (it.message, &it.reaction, true),
            Facts::Message(MessageFacts::Unreacted(it)) => (it.message, &it.reaction, false),
            _ => return None,
        };
        Some(Sign {
            message,
            who,
            reaction: reaction.clone(),
            on,
        })
    }
}

/// The reactions as the door reads them now, or as they stood when the message was posted (`stale`).
fn reacted(world: &World, who: ParticipantId, message: &events::MessageHeader) -> Reacted {
    let mut standing: Vec<(&str, Option<ParticipantId>)> = Vec::new();
    let stale = message.as_of < world.state.head();
    let about = world
        .signs
        .iter()
        .filter(|sign| sign.message == message.message && !stale);
    for sign in about {
        standing.retain(|known| *known != (sign.reaction.as_str(), sign.who));
        if sign.on {
            standing.push((&sign.reaction, sign.who));
        }
    }
    let mut reacted = Reacted {
        as_of: message.as_of,
        ..Reacted::default()
    };
    for (kind, by) in standing {
        match reacted.kinds.iter_mut().find(|(known, _)| known == kind) {
            Some((_, count)) => *count += 1,
            None => reacted.kinds.push((kind.to_owned(), 1)),
        }
        if by == Some(who) {
            reacted.own.push(kind.to_owned());
        }
    }
    reacted
}

pub fn command(world: &World, who: &str, verb: &str, args: &Args<'_>) -> Option<Command> {
    Some(Command::Message(match verb {
        // react MESSAGE EMOJI
        "react" | "unreact" => {
            let message = header(world, args.word(0), args);
            MessageCommand::React {
                reacted: reacted(world, person(who), &message),
                message,
                reaction: args.word(1).to_owned(),
                on: verb == "react",
            }
        }
        "pin" | "unpin" => MessageCommand::Pin {
            message: header(world, args.word(0), args),
            on: verb == "pin",
        },
        _ => return None,
    }))
}

/// The pinned messages that somebody may read, by the names of the story.
pub fn pins(world: &World, who: &str, args: &Args<'_>) -> String {
    let access = &world.state.access;
    let found = access.room(room(args.word(0))).expect("a room");
    let pins = access.pins(found, person(who));
    let name = |id: MessageId| {
        let known = world
            .messages
            .iter()
            .find(|(_, header)| header.message == id);
        known.map_or("?", |(name, _)| name.as_str())
    };
    let names: Vec<_> = pins.iter().map(|(id, _)| name(*id)).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(",")
    }
}
