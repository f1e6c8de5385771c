//! The lane for what is never stored: typing and presence.

use std::sync::PoisonError;

use bytes::Bytes;
use mesh_model::api::Presence;
use mesh_model::{Capability, ParticipantId, RoomId};
use serde_json::json;

use super::node::Node;
use crate::machine::reference;

/// Sends to those who may know, and forgets.
#[derive(Debug, Clone, Copy)]
pub struct Ephemeral<'a> {
    pub(super) node: &'a Node,
}

impl Ephemeral<'_> {
    /// Tells a room's listeners that somebody types, or no longer does.
    pub fn typing(&self, room: RoomId, who: ParticipantId, typing: bool) {
        let access = self.node.access();
        let Some(participant) = reference(&access, who) else {
            return;
        };
        let body =
            json!({"type": "typing", "room": room, "participant": participant, "typing": typing});
        self.send("typing", &body, |other| {
            other != who && access.capabilities(room, other).has(Capability::Listen)
        });
    }

    /// Tells everybody who may see a participant how present it is.
    pub fn presence(&self, who: ParticipantId, presence: &Presence) {
        let access = self.node.access();
        let Some(participant) = reference(&access, who) else {
            return;
        };
        let mut body =
            json!({"type": "presence", "participant": participant, "state": presence.state});
        if let Some(summary) = &presence.summary {
            body["summary"] = json!(summary);
        }
        self.send("presence", &body, |other| {
            access.sees_participant(other, who)
        });
    }

    fn send(&self, kind: &str, body: &serde_json::Value, sees: impl Fn(ParticipantId) -> bool) {
        let frame = Bytes::from(json!({ "ephemeral": body }).to_string());
        let fanout = self
            .node
            .fanout
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        fanout.publish_ephemeral(kind, &frame, sees);
    }
}
