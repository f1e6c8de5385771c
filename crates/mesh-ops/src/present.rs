//! From records and rows to the JSON that clients read.

use mesh_core::Access;
use mesh_model::api::{Message, ParticipantRef};
use mesh_model::events::{Kind, Trust};
use mesh_model::{MessageId, ParticipantId};
use mesh_store::view::MessageRow;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// A participant as it is named in messages and lists.
pub(crate) fn participant(access: &Access, id: ParticipantId) -> ParticipantRef {
    match access.participant(id) {
        Some(found) => ParticipantRef {
            id,
            handle: found.handle.clone(),
            kind: found.kind,
            trust: found.trust,
        },
        // Participants are never removed; the view may be an instant ahead of this picture.
        None => ParticipantRef {
            id,
            handle: id.to_string(),
            kind: Kind::Bot,
            trust: Trust::Untrusted,
        },
    }
}

/// A JSON object as it was stored.
pub(crate) fn object(json: &RawValue) -> Map<String, Value> {
    serde_json::from_str(json.get()).unwrap_or_default()
}

/// A message.
pub(crate) fn message(access: &Access, row: MessageRow) -> Message {
    Message {
        id: MessageId(row.seq),
        seq: row.seq,
        at: row.at,
        room: row.room,
        from: participant(access, row.author),
        text: row.text,
        mentions: row.mentions,
        priority: row.priority,
        reply_to: row.reply_to,
        thread: row.thread,
        payload: row.payload.as_deref().map(object),
        payload_type: row.payload_type,
        edited_at: row.edited_at,
        deleted: row.deleted,
        replies: row.replies,
    }
}
