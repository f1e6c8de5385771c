//! What every noun shows alike: participants by name, objects as they were stored; and for whom.

use mesh_core::Access;
use mesh_model::ParticipantId;
use mesh_model::api::ParticipantRef;
use mesh_model::events::{Kind, Trust};
use mesh_node::machine::Reader;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::door::{Call, Door};

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

/// Who reads the call's answer.
pub(crate) fn reader<'a>(door: &'a Door, call: &'a Call) -> Reader<'a> {
    let envelopes = door.node().envelopes();
    match call.actor.participant() {
        Some(viewer) => Reader::noting(&call.access, viewer, envelopes, &call.seen),
        None => Reader::Program(envelopes, None),
    }
}
