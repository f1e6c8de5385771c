//! An event as its readers receive it: encoded once, whatever the number of readers; twice if programs get it in an
//! envelope.

use std::borrow::Cow;
use std::fmt::Write;

use mesh_core::{Access, Participant};
use mesh_model::api::{ClientInfo, FileRef, ParticipantRef, ScheduledView};
use mesh_model::events::{
    Erased, Facts, InfluenceFacts, MessageFacts, MessagePosted, QuarantineFacts, SessionFacts,
    Trust, Words,
};
use mesh_model::{Millis, ParticipantId, Seq};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Committed, Envelopes, Reader, Whose, words};

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
    // Sealed content nobody gets from here.
    let said = event.content.is_some() && event.facts.words() != Words::Sealed;
    let free = said || event.facts.relayed().is_some() || !event.facts.free().is_empty();
    free && whose(access, event).is_sealed()
}

/// Whether programs get what an event holds as data, whoever wrote it: nobody has let it out yet.
fn is_held(facts: &Facts) -> bool {
    facts.words() == Words::Waiting || matches!(facts, Facts::Influence(InfluenceFacts::Held(_)))
}

/// Whose words an event holds.
fn whose<'a>(access: &Access, event: &'a Committed) -> Whose<'a> {
    Whose {
        seq: event.seq,
        room: event.facts.room(),
        author: author_of(event),
        trust: trust_of(access, event),
        relayed: event.facts.relayed(),
        guard: event.facts.guard(),
        data: is_held(&event.facts),
    }
}

/// How far the words of an event are trusted.
fn trust_of(access: &Access, event: &Committed) -> Trust {
    if let Some(trust) = event.facts.trust() {
        return trust;
    }
    // For everything else as things stand now. What nobody does the node does.
    match author_of(event) {
        Some(author) => access.trust_of(author, false),
        None => Trust::Owner,
    }
}

/// Writes `{"seq","at","type","room"?,"from"?,"data"}`; the data are facts and content together.
///
/// What was said in a room and has expired is written without its words, even if they are not erased yet.
///
/// Where a client runs is not told by a stream: `session.list` says it to those who may know.
pub fn encode_item(access: &Access, event: &Committed, reader: Reader<'_>, out: &mut String) {
    let placeless = without_place(event);
    let event = placeless.as_ref().unwrap_or(event);
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
    let envelopes = match reader {
        Reader::Program(envelopes, _) if is_sealed(access, event) => Some(envelopes),
        Reader::Program(..) | Reader::Person | Reader::Carrier(_) => None,
    };
    out.push_str(",\"data\":{");
    let data = out.len();
    let mut free = Vec::new();
    match &event.facts {
        Facts::Message(MessageFacts::Posted(facts)) => {
            push_posted(access, event.seq, from, facts, envelopes.is_some(), out)
        }
        Facts::Quarantine(QuarantineFacts::Waits(facts)) => {
            let sealed = envelopes.is_some();
            push_posted(access, event.seq, from, &facts.message, sealed, out);
            if facts.home {
                out.push_str(",\"home\":true");
            }
        }
        facts => {
            let taken = envelopes.map(|_| &mut free);
            push_fields(out, data, &facts_in_api_form(facts, taken));
        }
    }
    let expired = said_at(event).is_some_and(|place| {
        let room = room.and_then(|room| access.room(room));
        room.is_some_and(|room| place <= room.expired)
    });
    let words = event.facts.words();
    match (&event.content, envelopes) {
        // Sealed for the node; who remembers asks for it.
        (Some(_), _) if words == Words::Sealed => {}
        (Some(_), _) if expired => push_fields(out, data, erased(words)),
        (None, _) if event.facts.has_words() => push_fields(out, data, erased(words)),
        (None, Some(envelopes)) if !free.is_empty() => {
            push_enveloped(out, data, wrapped(access, event, envelopes, free));
        }
        (None, _) => {}
        (Some(content), Some(envelopes)) => {
            push_enveloped(out, data, wrapped(access, event, envelopes, free));
            if words.is_message() {
                push_files(out, content.get());
            }
        }
        (Some(content), None) => push_fields(out, data, content.get()),
    }
    out.push_str("}}");
}

/// The same event without where a client runs, if it says that.
fn without_place(event: &Committed) -> Option<Committed> {
    let Facts::Session(SessionFacts::Opened(_)) = &event.facts else {
        return None;
    };
    let mut stated: ClientInfo = serde_json::from_str(event.content.as_ref()?.get()).ok()?;
    let place = [&mut stated.hostname, &mut stated.cwd, &mut stated.branch];
    // All three are taken, whichever is there.
    let said = place
        .into_iter()
        .filter_map(Option::take)
        .collect::<Vec<_>>();
    if said.is_empty() {
        return None;
    }
    Some(Committed {
        content: serde_json::value::to_raw_value(&stated).ok(),
        ..event.clone()
    })
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
        Erased::Never
        | Erased::WithTask(_)
        | Erased::WithApproval(_)
        | Erased::WithMemory(_)
        | Erased::WithJournal => None,
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

/// What stands in place of words that come in an envelope.
fn push_enveloped(out: &mut String, begin: usize, text: String) {
    let text = Value::from(text);
    push_fields(
        out,
        begin,
        &format!("{{\"text\":{text},\"enveloped\":true}}"),
    );
}

/// What a message brings along: ids and numbers, which stand beside an envelope.
fn push_files(out: &mut String, content: &str) {
    #[derive(serde::Deserialize)]
    struct Files {
        #[serde(default)]
        files: Vec<FileRef>,
    }
    let files = serde_json::from_str(content).map_or_else(|_| Vec::new(), |it: Files| it.files);
    push_json(out, "files", (!files.is_empty()).then_some(&files));
}

/// The words of an event in their envelope: those that stand among its facts come first.
fn wrapped(
    access: &Access,
    event: &Committed,
    envelopes: &Envelopes,
    mut free: Vec<String>,
) -> String {
    let content = event.content.as_ref().map_or("{}", |content| content.get());
    let whole = || Body {
        text: Cow::Borrowed(""),
        payload: serde_json::from_str(content).ok(),
    };
    let body = match event.facts.words() {
        Words::Message | Words::Waiting => serde_json::from_str(content).unwrap_or_default(),
        Words::Work => words::of_work(content).unwrap_or_else(whole),
        Words::Data => whole(),
        Words::None | Words::Sealed => Body::default(),
    };
    if !body.text.is_empty() {
        free.push(body.text.into_owned());
    }
    let payload = body.payload.map(RawValue::get);
    envelopes.wrap(access, &whose(access, event), &free.join("\n"), payload)
}

/// The facts of a message. Most have few of them, so they are written by hand.
fn push_posted(
    access: &Access,
    seq: Seq,
    author: Option<ParticipantId>,
    facts: &MessagePosted,
    sealed: bool,
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
    // From where it was brought is told by who brought it: it stands in the envelope.
    push_json(out, "relayed", facts.relayed.as_ref().filter(|_| !sealed));
    push_json(out, "guard", facts.guard.as_ref());
    push_json(out, "released", facts.released.as_ref());
    push_json(out, "turn", facts.turn.as_ref());
    if facts.closing {
        out.push_str(",\"closing\":true");
    }
    let scheduled = facts.scheduled.clone().map(ScheduledView::from);
    push_json(out, "scheduled", scheduled.as_ref());
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

/// Facts as JSON with times as the API writes them: the log stores bare numbers. What somebody wrote freely among them
/// is taken out of them if there is a place for it.
fn facts_in_api_form(facts: &Facts, free: Option<&mut Vec<String>>) -> String {
    let Ok(stored) = facts.encode() else {
        return String::new();
    };
    let times = facts.times();
    let places = if free.is_some() { facts.free() } else { &[] };
    if times.is_empty() && places.is_empty() {
        return stored.get().to_owned();
    }
    let Ok(mut fields) = serde_json::from_str::<Value>(stored.get()) else {
        return stored.get().to_owned();
    };
    for place in times {
        print_time(fields.pointer_mut(place));
    }
    if let Some(free) = free {
        free.extend(take_words(&mut fields, places));
    }
    fields.to_string()
}

/// Takes what somebody wrote freely out of facts: what stands at these places, where `*` is each item of a list.
pub fn take_words(facts: &mut Value, places: &[&str]) -> Vec<String> {
    let mut words = Vec::new();
    for place in places {
        let steps: Vec<&str> = place.split('/').skip(1).collect();
        take_at(facts, &steps, &mut words);
    }
    words.retain(|words| !words.is_empty());
    words
}

fn take_at(here: &mut Value, steps: &[&str], words: &mut Vec<String>) {
    match (steps.split_first(), here) {
        (Some((&"*", rest)), Value::Array(items)) => {
            for item in items {
                take_at(item, rest, words);
            }
        }
        (Some((step, rest)), Value::Object(fields)) => {
            if let Some(field) = fields.get_mut(*step) {
                take_at(field, rest, words);
            }
        }
        (None, Value::String(text)) => words.push(std::mem::take(text)),
        (None, here @ (Value::Object(_) | Value::Array(_))) => words.push(here.take().to_string()),
        _ => {}
    }
}

fn print_time(field: Option<&mut Value>) {
    if let Some(field) = field
        && let Some(at) = field.as_u64()
    {
        *field = Value::from(Millis(at).to_string());
    }
}
