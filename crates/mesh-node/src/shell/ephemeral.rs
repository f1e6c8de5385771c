//! The lane for what is never stored: typing, presence, and output as it is written.

use std::sync::PoisonError;

use bytes::Bytes;
use mesh_model::api::{self, Presence, StreamFrame};
use mesh_model::events::Trust;
use mesh_model::{Capability, ParticipantId, RoomId, Seq, TaskId};

use super::node::Node;
use crate::machine::{Reader, Sealed, reference};

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
        let typing = api::Ephemeral::Typing {
            room,
            participant,
            typing,
        };
        self.send("typing", typing, |other| {
            other != who && access.capabilities(room, other).has(Capability::Listen)
        });
    }

    /// Hands a piece of a running task's output to whoever listens in the task's room: the words of a moment. Programs
    /// get what is not trusted in an envelope, as everywhere.
    pub fn output(
        &self,
        room: RoomId,
        task: TaskId,
        fence: Seq,
        worker: ParticipantId,
        text: &str,
    ) {
        let access = self.node.access();
        let Some(participant) = reference(&access, worker) else {
            return;
        };
        let listens =
            |other: ParticipantId| access.capabilities(room, other).has(Capability::Listen);
        let output = |text: String, enveloped| api::Ephemeral::Output {
            room,
            task,
            fence,
            participant: participant.clone(),
            text,
            enveloped,
        };
        let plain = output(text.to_owned(), false);
        let trust = access.trust_of(worker, false);
        if trust >= Trust::Local {
            self.send("output", plain, listens);
            return;
        }
        let envelopes = &self.node.envelopes;
        let program = |other: ParticipantId| {
            matches!(Reader::of(&access, other, envelopes), Reader::Program(_, _))
        };
        self.send("output", plain, |other| listens(other) && !program(other));
        let sealed = envelopes.wrap(
            &access,
            &Sealed {
                seq: fence,
                room: Some(room),
                author: Some(worker),
                trust,
                relayed: None,
                guard: None,
                text,
                payload: None,
            },
        );
        let sealed = output(sealed, true);
        self.send("output", sealed, |other| listens(other) && program(other));
    }

    /// Tells everybody who may see a participant how present it is.
    pub fn presence(&self, who: ParticipantId, presence: &Presence) {
        let access = self.node.access();
        let Some(participant) = reference(&access, who) else {
            return;
        };
        let presence = api::Ephemeral::Presence {
            participant,
            state: presence.state,
            summary: presence.summary.clone(),
            reach: presence.reach,
        };
        self.send("presence", presence, |other| {
            access.sees_participant(other, who)
        });
    }

    fn send(&self, kind: &str, ephemeral: api::Ephemeral, sees: impl Fn(ParticipantId) -> bool) {
        let Ok(frame) = serde_json::to_vec(&StreamFrame::Ephemeral { ephemeral }) else {
            return;
        };
        let frame = Bytes::from(frame);
        let fanout = self
            .node
            .fanout
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        fanout.publish_ephemeral(kind, &frame, sees);
    }
}
