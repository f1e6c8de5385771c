//! Posting: the capability first, then the room's rules in their order, then the guard.

use std::collections::BTreeSet;

use mesh_model::api::FileRef;
use mesh_model::command::{Content, PostMessage};
use mesh_model::events::{MessagePosted, MessageQuarantined, Relayed, Signed};
use mesh_model::limits::{MESSAGE_FILES_MAX, RELAY_CHARS_MAX, RELAYS_MAX};
use mesh_model::policy::MessageKind;
use mesh_model::{Actor, Capability, Effect, MessageId, NewEvent, Refusal, RoomId};

use super::exchange;
use crate::actor::Asker;
use crate::desk::Desk;
use crate::message::{check_present, check_visible, mentioned, speaking};
use crate::policy::{Form, Judged, Saying, labels};
use crate::{Decision, Participant, Room, check, event_type, identity, link, quarantine, refuse};

pub fn decide(desk: &Desk<'_>, wanted: &PostMessage) -> Decision {
    let (asker, recent) = (desk.asker, desk.recent);
    let PostMessage {
        room,
        mentions,
        priority,
        reply_to,
        payload_type,
        command: asks,
        quotes,
        files,
        signed,
        relayed,
        closing,
        evidence,
        body,
    } = wanted;
    let kind = match (*asks, evidence.payload) {
        (true, _) => MessageKind::Command,
        (false, true) => MessageKind::Payload,
        (false, false) => MessageKind::Text,
    };
    let (found, who) = speaking(asker, *room, Some(kind))?;
    check::some_content("message", body)?;
    check_relayed(asker, found, relayed.as_ref())?;
    let thread = match reply_to {
        Some(header) if header.room != *room => return Err(refuse::no_message()),
        Some(header) => {
            check_present(asker, &recent.deleted, found, header)?;
            Some(header.thread.unwrap_or(header.message))
        }
        None => None,
    };
    let payload_type = match payload_type {
        Some((name, version)) => {
            event_type::check_version(asker, name, *version)?;
            Some(name.clone())
        }
        None => None,
    };
    for quoted in quotes {
        let source = asker
            .room(quoted.header.room)
            .map_err(|_| refuse::no_message())?;
        check_visible(asker, source, &quoted.header).map_err(|_| refuse::no_message())?;
        asker
            .check_capability(source, Capability::Listen)
            .map_err(|_| refuse::no_message())?;
        check_present(asker, &recent.deleted, source, &quoted.header)?;
    }
    check_files(desk, found, files)?;
    let labels = labels(asker, found, who, quotes)?;
    let mentions = mentioned(asker.access, found, mentions)?;
    // What a relay brings was said elsewhere; a path that is short ends its loops.
    let turn = match relayed {
        Some(_) => None,
        None => exchange::turn(asker, &recent.exchanges, found, who, &mentions)?,
    };
    let trust = asker.access.trust_of(who.id, relayed.is_some());
    check_signed(who, signed.as_ref().map(|(signed, _)| signed))?;
    let saying = Saying {
        room: found,
        who,
        form: Form::Message {
            kind,
            type_name: payload_type.as_deref(),
            reply_to: reply_to.as_ref(),
        },
        trust,
        asked: &mentions,
        evidence,
    };
    let Judged { guard, waits } = saying.judged(asker, recent)?;
    let posted = MessagePosted {
        room: *room,
        mentions,
        priority: *priority,
        reply_to: reply_to.as_ref().map(|header| header.message),
        thread,
        payload_type,
        trust,
        command: *asks,
        quotes: quotes
            .iter()
            .map(|quoted| quoted.header.message)
            .collect::<Vec<MessageId>>(),
        labels: labels as Vec<RoomId>,
        signed: signed.as_ref().map(|(signed, _)| signed.clone()),
        relayed: relayed.clone(),
        guard,
        released: None,
        turn: turn.as_ref().map(|turn| turn.turn.clone()),
        closing: *closing,
        scheduled: None,
    };
    let salt = signed.as_ref().map(|(_, salt)| *salt);
    let said = link::Said {
        asks: *asks,
        files: !files.is_empty(),
        held: waits,
        labels: &posted.labels,
    };
    let goes_home = relayed.is_none() && link::check_said(asker, found, who, &said)?;
    if waits || goes_home {
        quarantine::check_space(recent, who.id)?;
        let waiting = MessageQuarantined {
            author: who.id,
            message: posted,
            home: goes_home,
        };
        return Ok(vec![event(waiting, body, salt)]);
    }
    let mut events = vec![event(posted, body, salt)];
    events.extend(turn.and_then(|turn| exchange::ask(desk, found, who, turn)));
    Ok(events)
}

/// What goes along is there, and its sender may read it. How far it is trusted its own event says: a message adds nothing.
fn check_files(desk: &Desk<'_>, room: &Room, files: &[FileRef]) -> Result<(), Refusal> {
    if files.is_empty() {
        return Ok(());
    }
    desk.asker.check_capability(room, Capability::DataRead)?;
    if files.len() > MESSAGE_FILES_MAX {
        return Err(refuse::invalid(
            format!("a message brings at most {MESSAGE_FILES_MAX} files along"),
            "send several messages",
        )
        .so(Effect::NothingPosted));
    }
    let once: BTreeSet<_> = files.iter().collect();
    if once.len() < files.len() {
        return Err(refuse::invalid(
            "a file is named twice in the same version",
            "name each once",
        )
        .so(Effect::NothingPosted));
    }
    for named in files {
        let gone = |refusal: Refusal| refusal.so(Effect::NothingPosted);
        let file = desk.work.file(room.id, named.file);
        let file = file.ok_or_else(|| gone(refuse::no_file()))?;
        if file.removed.is_some() {
            return Err(refuse::conflict(
                format!("the file {} was removed", named.file),
                "restore it first: file.restore",
            )
            .so(Effect::NothingPosted));
        }
        if !file.versions.contains_key(&named.version) {
            return Err(gone(refuse::no_version()));
        }
    }
    Ok(())
}

fn event(facts: impl Into<mesh_model::Facts>, body: &Content, salt: Option<[u8; 16]>) -> NewEvent {
    NewEvent {
        salt,
        ..NewEvent::with(facts, body.clone())
    }
}

fn check_signed(who: &Participant, signed: Option<&Signed>) -> Result<(), Refusal> {
    match signed {
        Some(signed) => identity::check_active(who, &signed.key),
        None => Ok(()),
    }
}

/// Bringing words from elsewhere takes the capability bridge, and a path that is short.
pub(crate) fn check_relayed(
    asker: &Asker<'_>,
    room: &Room,
    relayed: Option<&Relayed>,
) -> Result<(), Refusal> {
    let Some(relayed) = relayed else {
        return Ok(());
    };
    asker.check_capability(room, Capability::Bridge)?;
    check_brought(asker, relayed)?;
    let names = [&relayed.origin, &relayed.sender];
    let good = |name: &&String| {
        !name.is_empty()
            && name.chars().count() <= RELAY_CHARS_MAX
            && !name.chars().any(char::is_control)
    };
    if !names
        .into_iter()
        .chain(&relayed.path)
        .all(|name| good(&name))
    {
        return Err(refuse::invalid(
            format!("origin, sender and relays have 1 to {RELAY_CHARS_MAX} visible characters"),
            "shorten them, or remove what cannot be seen",
        )
        .so(Effect::NothingPosted));
    }
    if relayed.path.len() > RELAYS_MAX {
        return Err(refuse::conflict(
            format!("the message passed more than {RELAYS_MAX} relays"),
            "look for a loop between the relays",
        )
        .so(Effect::NothingPosted));
    }
    Ok(())
}

/// A link says where it has words from, and nobody else does.
fn check_brought(asker: &Asker<'_>, relayed: &Relayed) -> Result<(), Refusal> {
    let link = match asker.actor {
        Actor::Link(speaker) => asker.access.link_of(speaker),
        _ => None,
    };
    match (link, &relayed.place) {
        (Some(link), Some(place)) => link::check_place(link, place),
        (None, None) => Ok(()),
        _ => Err(refuse::not_yours(
            "say where words stand in another mesh; its link does",
        )),
    }
}
