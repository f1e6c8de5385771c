//! What a peer is owed of an event in this log: what is said in rooms that it follows or that mirror one of its, and what it has
//! to know of the link. It is read with the eyes of whoever speaks for the peer here.

use mesh_model::api::{MessageBody, StreamItem};
use mesh_model::events::{LinkFacts, MessageFacts, MessagePosted, QuarantineFacts, RoomFacts};
use mesh_model::limits::{LINK_MENTIONS_MAX, LINK_MESSAGE_BYTES_MAX};
use mesh_model::names::mentions_abroad;
use mesh_model::stream::ReceivedContent;
use mesh_model::{Facts, MessageId, ParticipantId, Refusal, RoomId, Seq};
use mesh_ops::{Door, LinkRecord, Logged};

use super::changes::{self, Event};
use super::lent;
use super::wire::{Said, What};

/// What stands for words that do not go to other meshes.
pub(super) const WITHHELD: &str = "(words that do not leave their mesh)";

/// What the peer is told of an event; nothing if it is nothing for the peer.
pub async fn owed(
    door: &Door,
    link: &LinkRecord,
    item: &StreamItem,
) -> Result<Option<What>, Refusal> {
    let Some(facts) = item.event() else {
        return Ok(None);
    };
    let from = item.from.as_ref().map(|from| from.handle.clone());
    match &facts {
        Facts::Message(MessageFacts::Posted(posted)) => {
            if !follows(door, link, posted.room, item.seq) {
                return Ok(None);
            }
            if let Some(place) = posted.place().filter(|place| place.mesh == link.peer) {
                let message = place.message();
                return Ok(Some(What::Accepted { message }));
            }
            let Some(body) = plain(item.said(posted)) else {
                return Ok(None);
            };
            Ok(Some(What::Posted(posted_as(
                door, link, posted, from, body,
            ))))
        }
        Facts::Quarantine(QuarantineFacts::Waits(waits)) => {
            let Some(body) = plain(item.said(waits)) else {
                return Ok(None);
            };
            let said = said_at_home(door, link, &waits.message, from, body).await?;
            Ok(said.map(What::Say))
        }
        Facts::Message(changed) => {
            let event = Event {
                seq: item.seq,
                by: item.from.as_ref().map(|from| from.id),
                body: match changed {
                    MessageFacts::Edited(edited) => plain(item.said(edited)),
                    _ => None,
                },
            };
            changes::owed(door, link, changed, event).await
        }
        Facts::Link(LinkFacts::EditWaits(waits)) => {
            let body = plain(item.said(waits));
            changes::owed_edit(door, link, waits, body).await
        }
        Facts::Quarantine(QuarantineFacts::Reviewed(reviewed))
            if !reviewed.released && reviewed.author == link.participant =>
        {
            turned_down(door, link, reviewed.message).await
        }
        Facts::Room(RoomFacts::MemberLeft(left)) if left.participant == link.participant => {
            Ok(withdrawn(link, left.room))
        }
        Facts::Room(RoomFacts::MemberBanned(banned)) if banned.participant == link.participant => {
            Ok(withdrawn(link, banned.room))
        }
        Facts::Link(facts) => of_link(door, link, facts).await,
        Facts::Task(facts) => lent::owed(door, link, facts, item.seq).await,
        _ => Ok(None),
    }
}

fn plain(said: ReceivedContent<MessageBody>) -> Option<MessageBody> {
    match said {
        ReceivedContent::Plain(body) => Some(body),
        _ => None,
    }
}

/// Whether the peer follows the room, and did when that was said.
pub(super) fn follows(door: &Door, link: &LinkRecord, room: RoomId, seq: Seq) -> bool {
    let share = link.shares.get(&room).and_then(|share| share.followed);
    share.is_some_and(|since| seq > since) && door.node().access().is_followed(link, room)
}

fn withdrawn(link: &LinkRecord, room: RoomId) -> Option<What> {
    link.shares
        .contains_key(&room)
        .then_some(What::Withdraw { room })
}

async fn of_link(
    door: &Door,
    link: &LinkRecord,
    facts: &LinkFacts,
) -> Result<Option<What>, Refusal> {
    let what = match facts {
        LinkFacts::Shared(it) if it.link == link.id => What::Offer {
            room: it.room,
            name: it.name.clone(),
        },
        LinkFacts::Following(it) if it.link == link.id => What::Follow {
            room: it.there,
            follows: true,
        },
        LinkFacts::Unfollowed(it) if it.link == link.id => What::Follow {
            room: it.there,
            follows: false,
        },
        LinkFacts::TurnedAway(it) if it.link == link.id => What::Refused {
            of: it.of,
            code: it.code.clone(),
            rule: it.rule.clone(),
        },
        LinkFacts::Lends(it) if it.link == link.id => What::Lends {
            capabilities: it.capabilities.clone(),
            at_once: it.at_once,
        },
        LinkFacts::Retried(it) if it.link == link.id => return again(door, link, it.of).await,
        _ => return Ok(None),
    };
    Ok(Some(what))
}

/// What the peer did not take, once more.
async fn again(door: &Door, link: &LinkRecord, of: Seq) -> Result<Option<What>, Refusal> {
    let Some(Logged { facts, by, content }) = door.logged(of).await? else {
        return Ok(None);
    };
    let body: Option<MessageBody> = content.and_then(|json| serde_json::from_str(json.get()).ok());
    let what = match (facts, body) {
        (Facts::Message(MessageFacts::Posted(posted)), Some(body)) => {
            if !follows(door, link, posted.room, of) {
                return Ok(None);
            }
            let from = handle(door, posted.author(by));
            let said = posted_as(door, link, &posted, from, body);
            Some(What::Posted(Said {
                message: Some(MessageId(of)),
                ..said
            }))
        }
        (Facts::Message(changed), body) => {
            let event = Event { seq: of, by, body };
            let told = changes::owed(door, link, &changed, event).await?;
            told.and_then(|what| changes::again(what, of))
        }
        (Facts::Link(LinkFacts::EditWaits(waits)), body) => {
            let told = changes::owed_edit(door, link, &waits, body).await?;
            told.and_then(|what| changes::again(what, of))
        }
        (Facts::Quarantine(QuarantineFacts::Waits(waits)), Some(body)) => {
            let from = handle(door, Some(waits.author));
            let said = said_at_home(door, link, &waits.message, from, body).await?;
            said.map(|said| {
                What::Say(Said {
                    message: Some(MessageId(of)),
                    ..said
                })
            })
        }
        _ => None,
    };
    Ok(what)
}

fn handle(door: &Door, who: Option<ParticipantId>) -> Option<String> {
    let access = door.node().access();
    access.participant(who?).map(|found| found.handle.clone())
}

/// A moderator here rejected what the peer had brought.
async fn turned_down(
    door: &Door,
    link: &LinkRecord,
    message: MessageId,
) -> Result<Option<What>, Refusal> {
    let logged = door.logged(message.0).await?;
    let place = match logged.map(|logged| logged.facts) {
        Some(Facts::Quarantine(QuarantineFacts::Waits(waits))) => waits.message.place(),
        _ => None,
    };
    Ok(place
        .filter(|place| place.mesh == link.peer)
        .map(|place| What::Refused {
            of: place.message().0,
            code: "content_refused".to_owned(),
            rule: Some("guard".to_owned()),
        }))
}

/// A message as its home tells it.
fn posted_as(
    door: &Door,
    link: &LinkRecord,
    posted: &MessagePosted,
    from: Option<String>,
    body: MessageBody,
) -> Said {
    let access = door.node().access();
    let mut labels = posted.labels.iter();
    let leaves = labels.all(|label| access.may_take_out(*label, link.participant));
    let (author, by) = match &posted.relayed {
        Some(relayed) => {
            let by = std::iter::once(&relayed.origin).chain(&relayed.path);
            (relayed.sender.clone(), by.cloned().collect())
        }
        None => (from.unwrap_or_default(), Vec::new()),
    };
    let said = Said {
        author,
        by,
        reply_to: posted.reply_to,
        ..words(link, posted.room, body)
    };
    if leaves {
        return said;
    }
    Said {
        text: WITHHELD.to_owned(),
        payload: None,
        names: Vec::new(),
        ..said
    }
}

/// Words of a mirror, for the room's home; nothing if they are not for this peer.
async fn said_at_home(
    door: &Door,
    link: &LinkRecord,
    waits: &MessagePosted,
    from: Option<String>,
    body: MessageBody,
) -> Result<Option<Said>, Refusal> {
    let there = match door.node().access().mirror(waits.room) {
        Some(Some((found, there))) if found.id == link.id && waits.relayed.is_none() => there,
        _ => return Ok(None),
    };
    let reply_to = match waits.reply_to {
        Some(message) => door.place_of(message).await?.map(|place| place.message()),
        None => None,
    };
    Ok(Some(Said {
        author: from.unwrap_or_default(),
        reply_to,
        ..words(link, there, body)
    }))
}

/// What one channel does not take at a time; escaped, a few messages would be larger.
pub(super) const SAID_BYTES_MAX: usize = LINK_MESSAGE_BYTES_MAX - 16 * 1024;

/// Whom of the peer's mesh a text names.
pub(super) fn names(link: &LinkRecord, text: &str) -> Vec<String> {
    let names = mentions_abroad(text, &link.name).into_iter();
    names.take(LINK_MENTIONS_MAX).map(str::to_owned).collect()
}

fn words(link: &LinkRecord, room: RoomId, body: MessageBody) -> Said {
    let names = names(link, &body.text);
    let text = if body.text.is_empty() && body.payload.is_none() {
        WITHHELD.to_owned()
    } else {
        body.text
    };
    let said = Said {
        room,
        message: None,
        author: String::new(),
        by: Vec::new(),
        text,
        payload: body.payload,
        reply_to: None,
        names,
    };
    let fits = serde_json::to_vec(&said).is_ok_and(|json| json.len() <= SAID_BYTES_MAX);
    if fits {
        return said;
    }
    Said {
        text: WITHHELD.to_owned(),
        payload: None,
        ..said
    }
}
