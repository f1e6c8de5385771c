//! An event as its readers receive it: encoded once, whatever the number of readers.

use std::fmt::Write;

use mesh_core::{Access, Participant};
use mesh_model::api::ParticipantRef;
use mesh_model::events::Facts;
use mesh_model::{Millis, ParticipantId, RoomId};
use serde_json::Value;

use super::Committed;

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

/// Writes `{"seq","at","type","room"?,"from"?,"data"}`; the data are facts and content together.
pub fn encode_item(access: &Access, event: &Committed, out: &mut String) {
    // Writing into a string cannot fail.
    let _ = write!(
        out,
        "{{\"seq\":{},\"at\":\"{}\",\"type\":\"{}\"",
        event.seq,
        event.at,
        event.facts.kind()
    );
    if let Some(room) = room_of(&event.facts) {
        let _ = write!(out, ",\"room\":\"{room}\"");
    }
    if let Some(from) = event
        .by
        .actor
        .participant()
        .and_then(|id| access.participant(id))
    {
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
    if let Facts::MessagePosted(facts) = &event.facts {
        let _ = write!(
            out,
            "\"id\":\"m{}\",\"priority\":\"{}\",\"mentions\":[",
            event.seq,
            facts.priority.name()
        );
        for (index, mention) in facts.mentions.iter().enumerate() {
            let _ = write!(out, "{}\"{mention}\"", if index == 0 { "" } else { "," });
        }
        out.push(']');
        if let Some(message) = facts.reply_to {
            let _ = write!(out, ",\"reply_to\":\"{message}\"");
        }
        if let Some(message) = facts.thread {
            let _ = write!(out, ",\"thread\":\"{message}\"");
        }
        if let Some(kind) = &facts.payload_type {
            let _ = write!(out, ",\"payload_type\":{}", Value::from(kind.as_str()));
        }
    } else {
        push_fields(out, data, &facts_in_api_form(&event.facts));
    }
    if let Some(content) = &event.content {
        push_fields(out, data, content.get());
    }
    out.push_str("}}");
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
        Facts::CredentialIssued(_) | Facts::InviteCreated(_) | Facts::Refused(_)
    );
    if !timed {
        return stored.get().to_owned();
    }
    let Ok(Value::Object(mut fields)) = serde_json::from_str(stored.get()) else {
        return stored.get().to_owned();
    };
    for name in ["expires", "minute"] {
        if let Some(at) = fields.get(name).and_then(Value::as_u64) {
            fields.insert(name.to_owned(), Value::from(Millis(at).to_string()));
        }
    }
    Value::Object(fields).to_string()
}

/// The room an event happened in.
pub(super) fn room_of(facts: &Facts) -> Option<RoomId> {
    Some(match facts {
        Facts::MessagePosted(facts) => facts.room,
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
        _ => return None,
    })
}
