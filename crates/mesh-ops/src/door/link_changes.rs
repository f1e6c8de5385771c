//! What a peer says becomes of messages, as whoever speaks for it here: by the same rules as what everybody wants of messages.

use mesh_model::command::MessageCommand;
use mesh_model::events::{MessageHeader, Place};
use mesh_model::{Actor, Command, LinkId, MessageId, ParticipantId, Refusal, RoomId, Seq, refuse};

use crate::door::links::named;
use crate::door::{Call, Door, store_failed};
use crate::evidence;
use crate::ops::message::{NewWords, edit, places, reaction};

/// What becomes of a message.
#[derive(Debug, Clone)]
pub enum Became {
    /// It has another text.
    Edited {
        /// The text.
        text: String,
        /// Handles of this mesh that it names.
        names: Vec<String>,
    },
    /// It was taken back.
    Deleted,
    /// Its words are gone for good.
    Erased,
    /// Somebody in the peer's mesh reacts to it, or nobody does any more.
    Reacted {
        /// The emoji.
        reaction: String,
        /// Whether somebody does.
        on: bool,
    },
}

impl Door {
    /// Does to a message of a room what a peer says was done to it. It is in the log when this returns.
    pub async fn link_changed(
        &self,
        link: LinkId,
        place: Place,
        (room, message): (RoomId, MessageId),
        became: Became,
    ) -> Result<(), Refusal> {
        let found = self.open_link(link)?;
        let call = self.speaking(Actor::Link(found.participant));
        let header = evidence::header(self, &call, message).await?;
        if header.room != room {
            return Err(refuse::no_message());
        }
        let change = match became {
            Became::Edited { text, names } => {
                let new = NewWords {
                    names: named(&call, room, &names),
                    text,
                    place: Some(place),
                };
                return edit(self, &call, message, new).await.map(drop);
            }
            Became::Deleted => MessageCommand::Delete {
                message: header,
                reason: None,
            },
            Became::Erased => {
                return self.link_erased(&call, place, header).await;
            }
            Became::Reacted { reaction: with, on } => {
                reaction(self, &call, message, with, on).await?
            }
        };
        self.brought(&call, place, change).await
    }

    /// Whether anybody but whoever speaks for a peer reacts to a message so, as things stand after `at`.
    pub async fn reacts(
        &self,
        at: Seq,
        message: MessageId,
        with: &str,
        but: ParticipantId,
    ) -> Result<bool, Refusal> {
        self.wait_view(at, None).await?;
        let view = self.node().view().clone();
        let found = self.blocking(move || view.reactions(message)).await?;
        let (rows, _) = found.map_err(store_failed)?;
        let mut rows = rows.iter().filter(|row| row.reaction == with);
        Ok(rows.any(|row| row.by.iter().any(|who| *who != but)))
    }

    /// The home of a room erased what waits here for a moderator. Whether something did.
    pub async fn link_erased_waiting(
        &self,
        link: LinkId,
        place: Place,
        (room, there): (RoomId, MessageId),
    ) -> Result<bool, Refusal> {
        let found = self.open_link(link)?;
        let call = self.speaking(Actor::Link(found.participant));
        let rows = self
            .view(&call, move |view| view.quarantine(&[room]))
            .await?;
        let stands = |found: Place| found.mesh == place.mesh && found.message() == there;
        let mut rows = rows.into_iter();
        let Some(row) = rows.find(|row| row.facts.place().is_some_and(stands)) else {
            return Ok(false);
        };
        let header = MessageHeader {
            message: MessageId(row.seq),
            room,
            author: row.author,
            thread: None,
            deleted: false,
            names_asker: false,
            trust: row.facts.trust,
            relayed: row.facts.relayed,
            as_of: row.seq,
        };
        self.link_erased(&call, place, header).await?;
        Ok(true)
    }

    async fn link_erased(
        &self,
        call: &Call,
        place: Place,
        message: MessageHeader,
    ) -> Result<(), Refusal> {
        let at = message.message;
        let change = MessageCommand::Redact {
            erased: places(self, call, at).await?,
            message,
            posted: true,
            reason: None,
        };
        self.brought(call, place, change).await?;
        self.inlets().erase(at.0);
        Ok(())
    }

    async fn brought(
        &self,
        call: &Call,
        place: Place,
        change: MessageCommand,
    ) -> Result<(), Refusal> {
        let change = Box::new(change);
        let command = Command::Message(MessageCommand::Brought { place, change });
        call.submit(self, command).await.map(drop)
    }
}
