//! What a peer says of links. It speaks for its own mesh alone: every place has to be of its log, and later than the last.

use mesh_model::command::{Content, LinkHeard};
use mesh_model::events::{
    LinkErased, LinkFollower, LinkFollowing, LinkOffered, LinkPause, LinkPaused, LinkRefused,
    LinkTurnedAway, LinkWithdrawn, MessageEdited, MessagePosted, MessageReacted, MessageReviewed,
    MessageUnreacted, Place, Released,
};
use mesh_model::limits::{LINK_DEAD_MAX, LINK_ROOMS_MAX};
use mesh_model::{Effect, MessageId, NewEvent, ParticipantId, Refusal, RoomId, Seq};

use super::{Link, check_place, lend};
use crate::desk::Desk;
use crate::recent::Waiting;
use crate::{Decision, check, refuse};

pub(super) fn decide(desk: &Desk<'_>, found: &Link, place: &Place, what: &LinkHeard) -> Decision {
    check_place(found, place)?;
    let (link, participant, place) = (found.id, found.participant, *place);
    match what {
        LinkHeard::Offered { there, name } => {
            check::name("name of the offered room", name)?;
            if found.offers.len() >= LINK_ROOMS_MAX && !found.offers.contains_key(there) {
                return Err(refuse::conflict(
                    format!("at most {LINK_ROOMS_MAX} rooms of one peer are remembered"),
                    "offer fewer",
                ));
            }
            let mut events = vec![NewEvent::new(LinkOffered {
                link,
                participant,
                there: *there,
                name: name.clone(),
                place,
            })];
            // The owner followed it before: the peer has to hear that again.
            if let Some(offer) = found.offers.get(there)
                && let (false, Some(room)) = (offer.open, offer.room)
            {
                events.push(NewEvent::new(LinkFollowing {
                    link,
                    participant,
                    there: *there,
                    name: name.clone(),
                    room,
                }));
            }
            Ok(events)
        }
        LinkHeard::Withdrawn { there } => {
            if !found.offers.contains_key(there) {
                return Err(unknown_room());
            }
            Ok(vec![NewEvent::new(LinkWithdrawn {
                link,
                participant,
                there: *there,
                place,
            })])
        }
        LinkHeard::Follower { room, follows } => {
            let shared = found.shares.contains_key(room)
                && desk.asker.access.member(*room, participant).is_some();
            if !shared {
                return Err(unknown_room());
            }
            Ok(vec![NewEvent::new(LinkFollower {
                link,
                participant,
                room: *room,
                follows: *follows,
                place,
            })])
        }
        LinkHeard::Accepted {
            message,
            author,
            waiting,
            body,
        } => {
            let held = Held {
                message: *message,
                author: *author,
                waiting,
                body,
            };
            accepted(desk, found, place, &held)
        }
        LinkHeard::EditAccepted {
            of,
            author,
            edit,
            body,
        } => {
            let held = HeldEdit {
                of: *of,
                author: *author,
                edit,
                body,
            };
            edited(desk, found, place, &held)
        }
        LinkHeard::Erased { of } => erased(found, place, *of),
        LinkHeard::Unwanted { reaction, who } => unwanted(desk, found, place, reaction, *who),
        // It does not hold what it was to erase.
        LinkHeard::Refused { of, code, .. }
            if code == NOT_HELD && found.erasing.contains_key(of) =>
        {
            erased(found, place, *of)
        }
        LinkHeard::Refused {
            of,
            code,
            rule,
            waiting,
            reason,
        } => {
            let letter = Letter {
                of: *of,
                code,
                rule: rule.as_deref(),
                waiting: *waiting,
                reason,
            };
            refused(desk, found, place, &letter)
        }
        LinkHeard::Lent {
            capabilities,
            at_once,
        } => lend::lent(found, place, capabilities, *at_once),
        LinkHeard::TurnedAway { of, code, rule } => Ok(vec![NewEvent::new(LinkTurnedAway {
            link,
            participant,
            of: *of,
            code: closed(code),
            rule: rule.as_deref().map(closed),
            place,
        })]),
    }
}

/// What a peer says of a message that it does not have.
const NOT_HELD: &str = "not_found";

fn unknown_room() -> Refusal {
    refuse::not_found("shared room", "share it first").so(Effect::NothingChanged)
}

/// The home has taken new words of a message of this mesh: here they take the old ones' place now.
fn edited(desk: &Desk<'_>, found: &Link, place: Place, held: &HeldEdit<'_>) -> Decision {
    let waiting = mirrored(desk, found, held.of)?;
    if waiting.author != held.author || waiting.room != held.edit.room {
        return Err(refuse::no_message());
    }
    let mut events = vec![NewEvent::new(MessageReviewed {
        room: waiting.room,
        message: held.of,
        author: held.author,
        released: true,
    })];
    // Of what was taken back meanwhile nothing is said any more.
    if !desk.recent.deleted.has(held.edit.message) {
        let edited = MessageEdited {
            author: Some(held.author),
            place: Some(place),
            ..held.edit.clone()
        };
        events.push(NewEvent::with(edited, held.body.clone()));
    }
    Ok(events)
}

/// What the door read of new words that wait here for their home's word.
struct HeldEdit<'a> {
    of: MessageId,
    author: ParticipantId,
    edit: &'a MessageEdited,
    body: &'a Content,
}

/// The peer has erased a message too, or never held it.
fn erased(found: &Link, place: Place, of: Seq) -> Decision {
    if !found.erasing.contains_key(&of) {
        return Err(
            refuse::not_found("erasure that the peer was asked for", "nothing is missing")
                .so(Effect::NothingChanged),
        );
    }
    Ok(vec![NewEvent::new(LinkErased {
        link: found.id,
        participant: found.participant,
        of,
        place,
    })])
}

/// The home did not take a reaction that was set in a mirror of its room.
fn unwanted(
    desk: &Desk<'_>,
    found: &Link,
    place: Place,
    reaction: &MessageReacted,
    who: ParticipantId,
) -> Decision {
    if desk.asker.access.mirrors.get(&reaction.room) != Some(&found.id) {
        return Err(refuse::no_message());
    }
    Ok(vec![NewEvent::new(MessageUnreacted {
        room: reaction.room,
        message: reaction.message,
        reaction: reaction.reaction.clone(),
        who: Some(who),
        place: Some(place),
    })])
}

/// What the door read of words that wait here for their home's word.
struct Held<'a> {
    message: MessageId,
    author: ParticipantId,
    waiting: &'a MessagePosted,
    body: &'a Content,
}

/// The home has taken words of this mesh: here they are posted now, in the order in which the home tells it.
fn accepted(desk: &Desk<'_>, found: &Link, place: Place, held: &Held<'_>) -> Decision {
    let waiting = mirrored(desk, found, held.message)?;
    if waiting.author != held.author || waiting.room != held.waiting.room {
        return Err(refuse::no_message());
    }
    let reviewed = MessageReviewed {
        room: waiting.room,
        message: held.message,
        author: held.author,
        released: true,
    };
    // Erased meanwhile, it is posted without words, as the home has it or will have it.
    let posted = MessagePosted {
        released: Some(Released {
            message: held.message,
            author: held.author,
            place: Some(place),
        }),
        // The signature was made for another salt, and shows where the message waited.
        signed: None,
        ..held.waiting.clone()
    };
    Ok(vec![
        NewEvent::new(reviewed),
        NewEvent::with(posted, held.body.clone()),
    ])
}

struct Letter<'a> {
    of: Seq,
    code: &'a str,
    rule: Option<&'a str>,
    waiting: Option<(RoomId, ParticipantId)>,
    reason: &'a Content,
}

/// The peer did not take something: a dead letter, and whoever waits for the home's word is told.
fn refused(desk: &Desk<'_>, found: &Link, place: Place, letter: &Letter<'_>) -> Decision {
    let (link, participant) = (found.id, found.participant);
    let message = MessageId(letter.of);
    let waiting = match letter.waiting {
        Some(_) => Some(mirrored(desk, found, message)?),
        None => None,
    };
    let mut events = vec![NewEvent::new(LinkRefused {
        link,
        participant,
        of: letter.of,
        code: closed(letter.code),
        rule: letter.rule.map(closed),
        waiting: waiting.map(|waiting| (waiting.room, waiting.author)),
        place,
    })];
    if let Some(waiting) = waiting {
        check::content("reason", letter.reason)?;
        let reviewed = MessageReviewed {
            room: waiting.room,
            message,
            author: waiting.author,
            released: false,
        };
        events.push(NewEvent::with(reviewed, letter.reason.clone()));
    }
    if found.dead.len() + 1 >= LINK_DEAD_MAX {
        events.push(NewEvent::new(LinkPaused {
            link,
            participant,
            why: LinkPause::Full,
        }));
    }
    Ok(events)
}

/// A message that waits in a mirror of the peer's, and in no other room.
fn mirrored<'a>(desk: &Desk<'a>, found: &Link, message: MessageId) -> Result<&'a Waiting, Refusal> {
    let waiting = desk.recent.waiting.get(&message);
    let waiting = waiting.filter(|waiting| {
        waiting.home && desk.asker.access.mirrors.get(&waiting.room) == Some(&found.id)
    });
    waiting.ok_or_else(refuse::no_message)
}

/// A word that a peer says for one of ours: nothing but a short name passes.
fn closed(word: &str) -> String {
    let good = (1..=40).contains(&word.len())
        && word
            .bytes()
            .all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_' | b'.'));
    if good {
        word.to_owned()
    } else {
        "other".to_owned()
    }
}
