//! The lane for what is never stored: typing, presence, and output as it is written.

use std::sync::PoisonError;

use bytes::Bytes;
use mesh_core::Access;
use mesh_model::api::{self, Position, Presence, StreamFrame};
use mesh_model::{Capability, ParticipantId, RoomId, Seq, TaskId, Told};

use super::node::Node;
use crate::machine::{NO_DATA, Reader, Whose, reference};

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
        let planes = self.node.planes();
        self.send("typing", typing, |other| {
            other != who
                && access.capabilities(room, other).has(Capability::Listen)
                && planes.sees(room, other, who)
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
        let output = |text: Told, enveloped| api::Ephemeral::Output {
            room,
            task,
            fence,
            participant: participant.clone(),
            text,
            enveloped,
        };
        let whose = Whose::of(&access, worker, fence).within(room);
        self.send_to_each(&access, "output", listens, |reader| {
            let heard = reader.hear(&access, &whose, text.to_owned(), NO_DATA);
            output(heard.text, heard.enveloped)
        });
    }

    /// Tells those whom `sees` names where somebody stands in a room.
    pub(super) fn position(
        &self,
        room: RoomId,
        position: Position,
        sees: impl Fn(ParticipantId) -> bool,
    ) {
        self.send(
            "position",
            api::Ephemeral::Position { room, position },
            sees,
        );
    }

    /// Tells those whom `sees` names that somebody is out of their range.
    pub(super) fn unseen(
        &self,
        room: RoomId,
        who: ParticipantId,
        sees: impl Fn(ParticipantId) -> bool,
    ) {
        if let Some(participant) = reference(&self.node.access(), who) {
            let unseen = api::Ephemeral::Unseen { room, participant };
            self.send("position", unseen, sees);
        }
    }

    /// Tells everybody who may see a participant how present it is.
    pub fn presence(&self, who: ParticipantId, presence: &Presence) {
        let access = self.node.access();
        let Some(participant) = reference(&access, who) else {
            return;
        };
        let whose = Whose::of_itself(&access, who);
        let sees = |other| access.sees_participant(other, who);
        self.send_to_each(&access, "presence", sees, |reader| {
            let summary = presence.summary.clone();
            api::Ephemeral::Presence {
                participant: participant.clone(),
                state: presence.state,
                summary: summary.map(|summary| reader.tell(&access, &whose, summary)),
                reach: presence.reach,
            }
        });
    }

    /// Tells those whom it concerns that a server of tools came, or is away.
    pub fn tools(
        &self,
        server: &str,
        by: ParticipantId,
        online: bool,
        sees: impl Fn(ParticipantId) -> bool,
    ) {
        let Some(participant) = reference(&self.node.access(), by) else {
            return;
        };
        let tools = api::Ephemeral::Tools {
            server: server.to_owned(),
            participant,
            online,
        };
        self.send("tools", tools, sees);
    }

    /// Sends to people what they get and to programs what they get.
    fn send_to_each(
        &self,
        access: &Access,
        kind: &str,
        sees: impl Fn(ParticipantId) -> bool,
        told: impl Fn(Reader<'_>) -> api::Ephemeral,
    ) {
        let envelopes = self.node.envelopes();
        let program = Reader::Program(envelopes, None);
        let is_program = |other| Reader::of(access, other, envelopes).is_program();
        let (plain, sealed) = (told(Reader::Person), told(program));
        if plain == sealed {
            self.send(kind, plain, sees);
        } else {
            self.send(kind, plain, |other| sees(other) && !is_program(other));
            self.send(kind, sealed, |other| sees(other) && is_program(other));
        }
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
