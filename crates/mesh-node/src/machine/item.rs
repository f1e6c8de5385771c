//! An event as its readers receive it: encoded once, whatever the number of readers; twice if programs get it in an
//! envelope.

use std::borrow::Cow;
use std::fmt::Write;

use mesh_core::{Access, Participant};
use mesh_model::api::ParticipantRef;
use mesh_model::events::{BudgetScope, Facts, MessagePosted, Trust};
use mesh_model::{Millis, ParticipantId, RoomId, Seq};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Committed, Envelopes, Reader, Sealed, words};

/// A participant as it is named in messages and lists.
pub fn ref_of(participant: &Participant) -> ParticipantRef {
    ParticipantRef {
        id: participant.id,
        handle: participant.handle.clone(),
        kind: participant.kind,
        trust: participant.trust,
    }
}

/// The same by id.
pub fn reference(access: &Access, id: ParticipantId) -> Option<ParticipantRef> {
    access
        .participant(id)
        .map(|participant| ref_of(participant))
}

/// Whether programs get other bytes of an event than people do: whatever somebody said who is not trusted, and messages
/// that the guard has something against.
pub fn is_sealed(access: &Access, event: &Committed) -> bool {
    event.content.is_some()
        && match &event.facts {
            Facts::MessagePosted(facts) => facts.is_marked(),
            Facts::MessageQuarantined(_) => true,
            // Nobody gets a memory's words from here.
            Facts::MemoryKept(_) => false,
            facts => {
                let marked = words::guard_of(facts).is_some_and(|mark| mark.marked);
                marked || trust_of(access, event) < Trust::Local
            }
        }
}

/// How far the words of an event are trusted.
fn trust_of(access: &Access, event: &Committed) -> Trust {
    match &event.facts {
        Facts::MessagePosted(facts) => facts.trust,
        Facts::MessageQuarantined(facts) => facts.message.trust,
        Facts::MessageEdited(_) => event
            .edited
            .as_ref()
            .map_or(Trust::Untrusted, |edited| edited.trust),
        Facts::ParticipantRegistered(facts) => facts.trust,
        Facts::TaskCreated(facts) => facts.trust,
        // For everything else as things stand now. What nobody does the node does.
        _ => match event.by.actor.participant() {
            Some(actor) => access.trust_of(actor, false),
            None => Trust::Owner,
        },
    }
}

/// Writes `{"seq","at","type","room"?,"from"?,"data"}`; the data are facts and content together.
///
/// What was said in a room and has expired is written without its words, even if they are not erased yet.
pub fn encode_item(access: &Access, event: &Committed, reader: Reader<'_>, out: &mut String) {
    // Writing into a string cannot fail.
    let _ = write!(
        out,
        "{{\"seq\":{},\"at\":\"{}\",\"type\":\"{}\"",
        event.seq,
        event.at,
        event.facts.kind()
    );
    let room = room_of(&event.facts);
    if let Some(room) = room {
        let _ = write!(out, ",\"room\":\"{room}\"");
    }
    let from = author_of(event);
    if let Some(from) = from.and_then(|id| access.participant(id)) {
        // Handles are a-z, 0-9 and '-': nothing in them needs escaping.
        let _ = write!(
            out,
            ",\"from\":{{\"id\":\"{}\",\"handle\":\"{}\",\"kind\":\"{}\",\"trust\":\"{}\"}}",
            from.id,
            from.handle,
            from.kind.name(),
            from.trust.name()
        );
    }
    out.push_str(",\"data\":{");
    let data = out.len();
    match &event.facts {
        Facts::MessagePosted(facts) => push_posted(access, event.seq, from, facts, out),
        Facts::MessageQuarantined(facts) => {
            push_posted(access, event.seq, from, &facts.message, out);
        }
        facts => push_fields(out, data, &facts_in_api_form(facts)),
    }
    let said = is_said(&event.facts);
    let expired = said
        && room
            .and_then(|room| access.room(room))
            .is_some_and(|room| said_at(event) <= room.expired);
    match (&event.content, reader) {
        // Sealed for the node; who remembers asks for it.
        (Some(_), _) if matches!(event.facts, Facts::MemoryKept(_)) => {}
        (Some(_), _) if expired => push_fields(out, data, erased(&event.facts)),
        (None, _) if said || words::always(&event.facts) => {
            push_fields(out, data, erased(&event.facts));
        }
        (None, _) => {}
        (Some(content), Reader::Program(envelopes)) if is_sealed(access, event) => {
            let text = wrapped(access, event, envelopes, content.get());
            let text = Value::from(text);
            push_fields(
                out,
                data,
                &format!("{{\"text\":{text},\"enveloped\":true}}"),
            );
        }
        (Some(content), _) => push_fields(out, data, content.get()),
    }
    out.push_str("}}");
}

/// What stands in place of words that were erased.
fn erased(facts: &Facts) -> &'static str {
    match facts {
        Facts::MessagePosted(_) | Facts::MessageQuarantined(_) | Facts::MessageEdited(_) => {
            "{\"text\":\"\",\"redacted\":true}"
        }
        _ => "{\"redacted\":true}",
    }
}

/// The place that counts for retention: an edit goes with its message.
fn said_at(event: &Committed) -> Seq {
    match &event.facts {
        Facts::MessageEdited(facts) => facts.message.0,
        _ => event.seq,
    }
}

/// Whether the event's content is words that somebody said and that a room's retention ends.
fn is_said(facts: &Facts) -> bool {
    matches!(
        facts,
        Facts::MessagePosted(_)
            | Facts::MessageQuarantined(_)
            | Facts::MessageEdited(_)
            | Facts::EventPublished(_)
    )
}

/// Who an event comes from: what a moderator let out of quarantine comes from its author.
fn author_of(event: &Committed) -> Option<ParticipantId> {
    let actor = event.by.actor.participant();
    match &event.facts {
        Facts::MessagePosted(facts) => facts.author(actor),
        Facts::MessageQuarantined(facts) => Some(facts.author),
        _ => actor,
    }
}

/// [`mesh_model::api::MessageBody`] without taking the payload apart.
#[derive(serde::Deserialize, Default)]
pub(super) struct Body<'a> {
    #[serde(borrow, default)]
    pub text: Cow<'a, str>,
    #[serde(borrow, default)]
    pub payload: Option<&'a RawValue>,
}

fn wrapped(access: &Access, event: &Committed, envelopes: &Envelopes, content: &str) -> String {
    let relayed = match &event.facts {
        Facts::MessagePosted(facts) => facts.relayed.as_ref(),
        Facts::MessageQuarantined(facts) => facts.message.relayed.as_ref(),
        Facts::MessageEdited(_) => event
            .edited
            .as_ref()
            .and_then(|edited| edited.relayed.as_ref()),
        _ => None,
    };
    let guard = words::guard_of(&event.facts);
    let body = match &event.facts {
        Facts::MessagePosted(_) | Facts::MessageQuarantined(_) | Facts::MessageEdited(_) => {
            serde_json::from_str(content).unwrap_or_default()
        }
        _ => words::of_work(&event.facts, content).unwrap_or_else(|| Body {
            text: Cow::Borrowed(""),
            payload: serde_json::from_str(content).ok(),
        }),
    };
    envelopes.wrap(
        access,
        &Sealed {
            seq: event.seq,
            room: room_of(&event.facts),
            author: author_of(event),
            trust: trust_of(access, event),
            relayed,
            guard,
            text: &body.text,
            payload: body.payload.map(RawValue::get),
        },
    )
}

/// The facts of a message. Most have few of them, so they are written by hand.
fn push_posted(
    access: &Access,
    seq: Seq,
    author: Option<ParticipantId>,
    facts: &MessagePosted,
    out: &mut String,
) {
    let _ = write!(
        out,
        "\"id\":\"m{seq}\",\"priority\":\"{}\",\"trust\":\"{}\",\"mentions\":",
        facts.priority.name(),
        facts.trust.name()
    );
    push_list(out, &facts.mentions);
    if let Some(message) = facts.reply_to {
        let _ = write!(out, ",\"reply_to\":\"{message}\"");
    }
    if let Some(message) = facts.thread {
        let _ = write!(out, ",\"thread\":\"{message}\"");
    }
    if let Some(kind) = &facts.payload_type {
        let _ = write!(out, ",\"payload_type\":{}", Value::from(kind.as_str()));
    }
    if facts.command {
        out.push_str(",\"command\":true");
    }
    if let Some(signed) = &facts.signed {
        let _ = write!(
            out,
            ",\"signed\":{{\"key\":\"{}\",\"sig\":\"{}\"",
            signed.key, signed.sig
        );
        let key = author.and_then(|author| access.key(author, &signed.key));
        if let Some(revoked) = key.and_then(|key| key.revoked) {
            let _ = write!(out, ",\"revoked\":{revoked}");
        }
        out.push('}');
    }
    if !facts.quotes.is_empty() {
        out.push_str(",\"quotes\":");
        push_list(out, &facts.quotes);
    }
    if !facts.labels.is_empty() {
        out.push_str(",\"labels\":");
        push_list(out, &facts.labels);
    }
    push_json(out, "relayed", facts.relayed.as_ref());
    push_json(out, "guard", facts.guard.as_ref());
    push_json(out, "released", facts.released.as_ref());
}

fn push_list(out: &mut String, ids: &[impl std::fmt::Display]) {
    out.push('[');
    for (index, id) in ids.iter().enumerate() {
        let _ = write!(out, "{}\"{id}\"", if index == 0 { "" } else { "," });
    }
    out.push(']');
}

fn push_json(out: &mut String, name: &str, value: Option<&impl serde::Serialize>) {
    if let Some(json) = value.and_then(|value| serde_json::to_string(value).ok()) {
        let _ = write!(out, ",\"{name}\":{json}");
    }
}

/// Appends the fields of a JSON object to the one that is being written since `begin`.
fn push_fields(out: &mut String, begin: usize, object: &str) {
    let inner = object
        .trim()
        .strip_prefix('{')
        .and_then(|object| object.strip_suffix('}'))
        .unwrap_or_default()
        .trim();
    if !inner.is_empty() {
        if out.len() > begin {
            out.push(',');
        }
        out.push_str(inner);
    }
}

/// Facts as JSON with times as the API writes them: the log stores bare numbers.
fn facts_in_api_form(facts: &Facts) -> String {
    let Ok(stored) = facts.encode() else {
        return String::new();
    };
    let timed = matches!(
        facts,
        Facts::CredentialIssued(_)
            | Facts::InviteCreated(_)
            | Facts::Refused(_)
            | Facts::RoomMemberMuted(_)
            | Facts::TaskCreated(_)
            | Facts::TaskTaken(_)
            | Facts::TaskLeaseExtended(_)
            | Facts::TaskAttemptFailed(_)
            | Facts::TaskFinished(_)
            | Facts::ApprovalRequested(_)
    );
    if !timed {
        return stored.get().to_owned();
    }
    let Ok(Value::Object(mut fields)) = serde_json::from_str(stored.get()) else {
        return stored.get().to_owned();
    };
    for name in ["expires", "minute", "until"] {
        print_time(fields.get_mut(name));
    }
    for (outer, name) in [("plan", "deadline"), ("provenance", "at")] {
        print_time(fields.get_mut(outer).and_then(|outer| outer.get_mut(name)));
    }
    let again = fields
        .get_mut("next")
        .and_then(|next| next.get_mut("retry"));
    print_time(again.and_then(|again| again.get_mut("at")));
    Value::Object(fields).to_string()
}

fn print_time(field: Option<&mut Value>) {
    if let Some(field) = field
        && let Some(at) = field.as_u64()
    {
        *field = Value::from(Millis(at).to_string());
    }
}

/// The room an event happened in.
pub(super) fn room_of(facts: &Facts) -> Option<RoomId> {
    Some(match facts {
        Facts::MessagePosted(facts) => facts.room,
        Facts::MessageQuarantined(facts) => facts.message.room,
        Facts::MessageReviewed(facts) => facts.room,
        Facts::MessageRedacted(facts) => facts.room,
        Facts::MessageRescanned(facts) => facts.room,
        Facts::MessageEdited(facts) => facts.room,
        Facts::MessageDeleted(facts) => facts.room,
        Facts::EventPublished(facts) => facts.room,
        Facts::RoomCreated(facts) => facts.room,
        Facts::RoomUpdated(facts) => facts.room,
        Facts::RoomArchived(facts) => facts.room,
        Facts::RoomRestored(facts) => facts.room,
        Facts::RoomMemberJoined(facts) => facts.room,
        Facts::RoomMemberLeft(facts) => facts.room,
        Facts::RoomMemberCapabilitiesSet(facts) => facts.room,
        Facts::RoomDefaultsSet(facts) => facts.room,
        Facts::RoomPolicySet(facts) => facts.room,
        Facts::RoomSlowModeSet(facts) => facts.room,
        Facts::RoomTransferred(facts) => facts.room,
        Facts::RoomHoldSet(facts) => facts.room,
        Facts::RoomExpired(facts) => facts.room,
        Facts::RoomMemberMuted(facts) => facts.room,
        Facts::RoomMemberUnmuted(facts) => facts.room,
        Facts::RoomMemberBanned(facts) => facts.room,
        Facts::RoomMemberUnbanned(facts) => facts.room,
        Facts::TaskCreated(facts) => facts.room,
        Facts::TaskLinked(facts) => facts.room,
        Facts::TaskQueued(facts) => facts.room,
        Facts::TaskTaken(facts) => facts.room,
        Facts::TaskLeaseExtended(facts) => facts.room,
        Facts::TaskStarted(facts) => facts.room,
        Facts::TaskProgressed(facts) => facts.room,
        Facts::TaskHandedOff(facts) => facts.room,
        Facts::TaskAttemptFailed(facts) => facts.room,
        Facts::TaskFinished(facts) => facts.room,
        Facts::TaskDecided(facts) => facts.room,
        Facts::TaskConfirmed(facts) => facts.room,
        Facts::TaskSkipped(facts) => facts.room,
        Facts::TaskCancelled(facts) => facts.room,
        Facts::TaskPaused(facts) => facts.room,
        Facts::TaskResumed(facts) => facts.room,
        Facts::TaskRetried(facts) => facts.room,
        Facts::TaskAssigned(facts) => facts.room,
        Facts::TaskResolved(facts) => facts.room,
        Facts::TaskUrgencyRaised(facts) => facts.room,
        Facts::TaskRedacted(facts) => facts.room,
        Facts::ApprovalRequested(facts) => facts.room,
        Facts::ApprovalDecided(facts) => facts.room,
        Facts::ApprovalExpired(facts) => facts.room,
        Facts::ContextSet(facts) => facts.room,
        Facts::ContextRemoved(facts) => facts.room,
        Facts::BudgetSet(facts) => return room_of_budget(facts.scope),
        Facts::BudgetWarned(facts) => return room_of_budget(facts.scope),
        _ => return None,
    })
}

fn room_of_budget(scope: BudgetScope) -> Option<RoomId> {
    match scope {
        BudgetScope::Room(room) => Some(room),
        _ => None,
    }
}
