//! Messages. Older ones are not in the state: the door attaches the header of the one that is
//! answered, changed or taken back, and this module judges whether that evidence is fresh.

use mesh_model::api::Deed;
use mesh_model::command::{Content, ContentEvidence, MessageCommand};
use mesh_model::events::{LinkEditWaits, MessageDeleted, MessageEdited, MessageHeader};
use mesh_model::limits::MENTIONS_MAX;
use mesh_model::policy::{MessageKind, Ruling, RulingBy};
use mesh_model::{
    Actor, Capability, Effect, ErrorCode, MessageId, NewEvent, ParticipantId, Refusal, RoomId,
};

use super::{brought, exchange, pin, post, react, redact::redact};
use crate::actor::Asker;
use crate::desk::Desk;
use crate::policy::{Form, Moment, Saying};
use crate::recent::{Deletions, Recent};
use crate::room::check_in_use;
use crate::{Access, Decision, Participant, Room, check, link, quarantine, refuse};

pub fn decide(desk: &Desk<'_>, command: &MessageCommand) -> Decision {
    let (asker, recent) = (desk.asker, desk.recent);
    match command {
        MessageCommand::Post(wanted) => post::decide(desk, wanted),
        MessageCommand::Edit {
            message,
            mentions,
            evidence,
            body,
        } => edit(asker, recent, message, mentions, evidence, body),
        MessageCommand::Delete { message, reason } => {
            delete(asker, &recent.deleted, message, reason)
        }
        MessageCommand::Redact {
            message,
            erased,
            posted,
            reason,
        } => redact(desk, message, erased, *posted, reason),
        MessageCommand::React {
            message,
            reacted,
            reaction,
            on,
        } => react::decide(desk, message, reacted, reaction, *on),
        MessageCommand::Pin { message, on } => pin::decide(desk, message, *on),
        MessageCommand::Brought { place, change } => brought::decide(desk, place, change),
    }
}

/// A change is judged as what it says would be if it were said now: by form, limits and rates, by who may
/// ask others to run something, by the guard. To what it answers and whether it has a payload stays.
fn edit(
    asker: &Asker<'_>,
    recent: &Recent,
    message: &MessageHeader,
    mentions: &[ParticipantId],
    evidence: &ContentEvidence,
    body: &Content,
) -> Decision {
    let kind = match (evidence.command, evidence.payload) {
        (true, _) => MessageKind::Command,
        (false, true) => MessageKind::Payload,
        (false, false) => MessageKind::Text,
    };
    let (found, who) = speaking(asker, message.room, Some(kind))?;
    check_visible(asker, found, message)?;
    if asker.actor.participant() != Some(message.author) {
        return Err(not_author());
    }
    check_present(asker, &recent.deleted, found, message)?;
    check::some_content("message", body)?;
    let mentions = mentioned(asker.access, found, mentions)?;
    let brought = matches!(asker.actor, Actor::Link(_));
    if !brought {
        exchange::turn(asker, &recent.exchanges, found, who, &mentions)?;
    }
    let saying = Saying {
        room: found,
        who,
        form: Form::Edit(kind),
        trust: asker.access.trust_of(who.id, false),
        asked: &mentions,
        evidence,
    };
    let verdict = saying.judged(asker, recent)?;
    let said = link::Said {
        asks: evidence.command,
        files: false,
        held: verdict.waits,
        labels: &[],
    };
    let goes_home = !brought && link::check_edited(asker, found, who, message, &said)?;
    let guard = verdict.now_or(|_| suspicious_edit())?;
    let edited = MessageEdited {
        room: message.room,
        message: message.message,
        mentions,
        trust: Some(message.trust),
        relayed: message.relayed.clone(),
        guard,
        author: None,
        place: None,
    };
    if goes_home {
        quarantine::check_space(recent, who.id)?;
        let waiting = LinkEditWaits {
            author: who.id,
            edit: edited,
        };
        return Ok(vec![NewEvent::with(waiting, body.clone())]);
    }
    Ok(vec![NewEvent::with(edited, body.clone())])
}

/// What was posted cannot wait for a moderator a second time: it is read already.
fn suspicious_edit() -> Refusal {
    Refusal::new(
        ErrorCode::ContentRefused,
        "the guard takes the new text for an attack on agents",
        Effect::told("the message stays as it is"),
        "post it as a new message, which a moderator can look at",
    )
    .ruled(Ruling::by(RulingBy::Guard))
}

/// A room in use in which the asker may speak. Whatever is said is said by a participant.
pub(crate) fn speaking<'a>(
    asker: &Asker<'a>,
    room: RoomId,
    kind: Option<MessageKind>,
) -> Result<(&'a Room, &'a Participant), Refusal> {
    let me = asker.me()?;
    let found = asker.room(room)?;
    let moment = Moment {
        now: asker.now,
        kind,
    };
    asker
        .access
        .check_capability_at(found, me, Capability::Speak, moment)?;
    check_in_use(found)?;
    let who = asker
        .access
        .participant(me)
        .ok_or_else(refuse::no_participant)?;
    Ok((found, who))
}

fn delete(
    asker: &Asker<'_>,
    deleted: &Deletions,
    message: &MessageHeader,
    reason: &Content,
) -> Decision {
    check::content("reason", reason)?;
    let found = asker.room(message.room)?;
    check_visible(asker, found, message)?;
    if asker.actor.participant() != Some(message.author) && !link::rules(asker, found.id) {
        asker.check_capability(found, Capability::Moderate)?;
    }
    if message.deleted || deleted.has(message.message) {
        return Ok(Vec::new());
    }
    check_fresh(deleted, message)?;
    check_in_use(found)?;
    let taken_back = MessageDeleted {
        room: message.room,
        message: message.message,
        place: None,
    };
    Ok(vec![NewEvent::with(taken_back, reason.clone())])
}

/// The asker could read the message when it was posted; otherwise there is no such message.
pub(crate) fn check_visible(
    asker: &Asker<'_>,
    room: &Room,
    header: &MessageHeader,
) -> Result<(), Refusal> {
    let Some(me) = asker.actor.participant() else {
        return Ok(());
    };
    match asker.access.member_of(room, me) {
        Some(member) if header.message.0 < Access::readable_from(room, member) => {
            Err(refuse::no_message())
        }
        Some(_) => Ok(()),
        None => Err(refuse::deed(
            Deed::Listen,
            &refuse::room_label(room),
            Ruling::by(RulingBy::Membership),
        )),
    }
}

pub(crate) fn check_present(
    asker: &Asker<'_>,
    deleted: &Deletions,
    room: &Room,
    header: &MessageHeader,
) -> Result<(), Refusal> {
    check_visible(asker, room, header)?;
    if header.deleted || deleted.has(header.message) {
        return Err(deleted_already(header.message));
    }
    check_fresh(deleted, header)
}

/// Evidence so old that a deletion since then may have been forgotten is worth nothing.
fn check_fresh(deleted: &Deletions, header: &MessageHeader) -> Result<(), Refusal> {
    if deleted.may_have_forgotten_since(header.as_of) {
        return Err(refuse::conflict(
            format!("what was read about {} is out of date", header.message),
            "try again",
        ));
    }
    Ok(())
}

fn deleted_already(message: MessageId) -> Refusal {
    refuse::gone(
        format!("{message} was deleted"),
        "post a new message instead",
    )
}

fn not_author() -> Refusal {
    Refusal::new(
        ErrorCode::CapabilityDenied,
        "only its author changes a message",
        Effect::NothingChanged,
        "answer it instead, or ask a moderator to delete it",
    )
}

/// Those who can hear it, sorted, each once. The text may name others; they are told nothing.
pub(crate) fn mentioned(
    access: &Access,
    room: &Room,
    mentions: &[ParticipantId],
) -> Result<Vec<ParticipantId>, Refusal> {
    if mentions.is_empty() {
        return Ok(Vec::new());
    }
    let mut list = mentions.to_vec();
    list.sort_unstable();
    list.dedup();
    if list.len() > MENTIONS_MAX {
        return Err(refuse::invalid(
            format!(
                "a message mentions at most {MENTIONS_MAX} participants, this one {}",
                list.len()
            ),
            "mention fewer, or a group",
        )
        .so(Effect::NothingPosted));
    }
    list.retain(|id| access.capabilities_in(room, *id).has(Capability::Listen));
    Ok(list)
}
