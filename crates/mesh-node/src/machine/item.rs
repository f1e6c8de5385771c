//! An event as its readers receive it: encoded once, whatever the number of readers; twice if programs get it in an
//! envelope.

use std::borrow::Cow;
use std::fmt::Write;

use mesh_core::{Access, Participant};
use mesh_model::api::ParticipantRef;
use mesh_model::events::{
    Erased, Facts, MessageFacts, MessagePosted, QuarantineFacts, Trust, Words,
};
use mesh_model::{Millis, ParticipantId, Seq};
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
        && match event.facts.words() {
            Words::Waiting => true,
            // Nobody gets these words from here.
            Words::Sealed => false,
            Words::None | Words::Message | Words::Work | Words::Data => {
                let marked = event.facts.guard().is_some_and(|mark| mark.marked);
                marked || trust_of(access, event) < Trust::Local
            }
        }
}

/// How far the words of an event are trusted.
fn trust_of(access: &Access, event: &Committed) -> Trust {
    if let Some(trust) = event.facts.trust() {
        return trust;
    }
    // For everything else as things stand now. What nobody does the node does.
    match event.by.actor.participant() {
        Some(actor) => access.trust_of(actor, false),
        None => Trust::Owner,
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
    let room = event.facts.room();
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
        Facts::Message(MessageFacts::Posted(facts)) => {
            push_posted(access, event.seq, from, facts, out)
        }
        Facts::Quarantine(QuarantineFacts::Waits(facts)) => {
            push_posted(access, event.seq, from, &facts.message, out);
        }
        facts => push_fields(out, data, &facts_in_api_form(facts)),
    }
    let expired = said_at(event).is_some_and(|place| {
        let room = room.and_then(|room| access.room(room));
        room.is_some_and(|room| place <= room.expired)
    });
    let words = event.facts.words();
    match (&event.content, reader) {
        // Sealed for the node; who remembers asks for it.
        (Some(_), _) if words == Words::Sealed => {}
        (Some(_), _) if expired => push_fields(out, data, erased(words)),
        (None, _) if event.facts.has_words() => push_fields(out, data, erased(words)),
        (None, _) => {}
        (Some(content), Reader::Program(envelopes, _)) if is_sealed(access, event) => {
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
fn erased(words: Words) -> &'static str {
    if words.is_message() {
        "{\"text\":\"\",\"redacted\":true}"
    } else {
        "{\"redacted\":true}"
    }
}

/// The place that counts for the room's retention, if it ends these words: an edit goes with its message.
fn said_at(event: &Committed) -> Option<Seq> {
    match event.facts.erased() {
        Erased::WithMessage(Some(message)) => Some(message.0),
        Erased::WithMessage(None) | Erased::WithRoom => Some(event.seq),
        Erased::Never | Erased::WithTask(_) | Erased::WithApproval(_) | Erased::WithMemory(_) => {
            None
        }
    }
}

/// Who an event comes from: what a moderator let out of quarantine comes from its author.
fn author_of(event: &Committed) -> Option<ParticipantId> {
    event.facts.written_by().or(event.by.actor.participant())
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
    let whole = || Body {
        text: Cow::Borrowed(""),
        payload: serde_json::from_str(content).ok(),
    };
    let body = match event.facts.words() {
        Words::Message | Words::Waiting => serde_json::from_str(content).unwrap_or_default(),
        Words::Work => words::of_work(content).unwrap_or_else(whole),
        Words::None | Words::Data | Words::Sealed => whole(),
    };
    envelopes.wrap(
        access,
        &Sealed {
            seq: event.seq,
            room: event.facts.room(),
            author: author_of(event),
            trust: trust_of(access, event),
            relayed: event.facts.relayed(),
            guard: event.facts.guard(),
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
    push_json(out, "turn", facts.turn.as_ref());
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
    let times = facts.times();
    if times.is_empty() {
        return stored.get().to_owned();
    }
    let Ok(mut fields) = serde_json::from_str::<Value>(stored.get()) else {
        return stored.get().to_owned();
    };
    for place in times {
        print_time(fields.pointer_mut(place));
    }
    fields.to_string()
}

fn print_time(field: Option<&mut Value>) {
    if let Some(field) = field
        && let Some(at) = field.as_u64()
    {
        *field = Value::from(Millis(at).to_string());
    }
}
