//! Opening sessions, and what a participant is told when it comes back.

mod carried;
mod close;
mod list;
mod open;

pub use carried::Carried;

use mesh_model::api::{Presence, SessionOpenInput, SessionOpened, Welcome};
use mesh_model::events::RoomKind;
use mesh_model::{Actor, Millis, ParticipantId, Permission, Refusal, refuse};
use mesh_node::Opened;
use mesh_node::machine::Reader;
use mesh_store::vault::Known;
use mesh_store::view::Inbox;

use crate::door::call::content;
use crate::door::{Caller, Door};
use crate::evidence::check;
use crate::ops::present;

impl Door {
    /// Opens a session or goes on with one's own: for `session.open` and for connections that carry
    /// a session themselves.
    pub async fn open_session(
        &self,
        actor: Actor,
        input: SessionOpenInput,
    ) -> Result<SessionOpened, Refusal> {
        let me = actor.participant().ok_or_else(refuse::unauthenticated)?;
        let opened = self.opened(actor, input).await?;
        let welcome = self.welcome(me, opened.left).await?;
        Ok(SessionOpened {
            session: opened.session,
            resumed: opened.resumed,
            welcome,
            seq: opened.seq,
        })
    }

    async fn opened(&self, actor: Actor, input: SessionOpenInput) -> Result<Opened, Refusal> {
        check::client(&input.client)?;
        let client = content(&input.client)?;
        let (node, sessions) = (self.node(), self.node().sessions());
        sessions.open(node, actor, input.session, client).await
    }

    async fn welcome(&self, me: ParticipantId, left: Known) -> Result<Welcome, Refusal> {
        let head = self.node().head();
        self.wait_view(head, None).await?;
        let access = self.node().access();
        let found = access
            .participant(me)
            .cloned()
            .ok_or_else(refuse::no_participant)?;
        let view = self.node().view().clone();
        let row = self
            .blocking(move || view.profile(me))
            .await?
            .map_err(crate::door::store_failed)?;
        let (missed, missed_mentions) = self.waiting(me).await?;
        let reader = Reader::of(&access, me, self.node().envelopes());
        let profile = row.map(|row| row.profile).unwrap_or_default();
        let greeting = greeting(&found.handle, left.last_seen, missed, missed_mentions);
        let presence = Presence {
            state: left.state,
            summary: left.summary,
            reach: None,
            last_seen: left.last_seen,
        };
        Ok(Welcome {
            last_seen: left.last_seen,
            groups: access
                .groups()
                .filter(|group| group.members.contains_key(&me))
                .map(|group| group.name.clone())
                .collect(),
            roles: found.roles.clone(),
            visibility: found.visibility,
            profile: present::profile(&access, reader, me, profile),
            greeting,
            presence: present::presence(&access, reader, me, presence),
            missed,
            missed_mentions,
        })
    }

    /// How many messages wait in a caller's inbox, and how many of them name it or are direct; nothing if
    /// it may not read them.
    pub async fn mail(&self, caller: &Caller) -> Result<Option<(u32, u32)>, Refusal> {
        let access = self.node().access();
        let reads = |actor: &Actor| access.permissions(actor).has(Permission::MessagesRead);
        let me = caller.actor.filter(reads).and_then(Actor::participant);
        match me {
            Some(me) => Ok(Some(self.waiting(me).await?)),
            None => Ok(None),
        }
    }

    /// How many messages wait in a participant's inbox, and how many of them name it or are direct.
    async fn waiting(&self, me: ParticipantId) -> Result<(u32, u32), Refusal> {
        let access = self.node().access();
        let rooms = access.inbox_rooms(me);
        let position = self.position(me).await?;
        let view = self.node().view().clone();
        let unread = self
            .blocking(move || {
                view.unread(Inbox {
                    participant: me,
                    rooms: &rooms,
                    position: &position,
                })
            })
            .await?
            .map_err(crate::door::store_failed)?;
        let direct = |room| {
            access
                .room(room)
                .is_some_and(|room| room.kind == RoomKind::Direct)
        };
        let messages = unread.iter().map(|room| room.messages).sum();
        let named = unread.iter().map(|room| {
            if direct(room.room) {
                room.messages
            } else {
                room.mentions
            }
        });
        Ok((messages, named.sum()))
    }
}

fn greeting(handle: &str, last_seen: Option<Millis>, missed: u32, mentions: u32) -> String {
    let hello = match last_seen {
        Some(at) => format!("Welcome back, @{handle}; you were last here {at}."),
        None => format!("Welcome, @{handle}."),
    };
    let waiting = match (missed, mentions) {
        (0, _) => "Nothing waits for you.".to_owned(),
        (1, 0) => "One message waits for you.".to_owned(),
        (1, _) => "One message waits for you, and it is meant for you.".to_owned(),
        (_, 0) => format!("{missed} messages wait for you."),
        (_, 1) => format!("{missed} messages wait for you, one of them meant for you."),
        _ => format!("{missed} messages wait for you, {mentions} of them meant for you."),
    };
    format!("{hello} {waiting}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_is_a_sentence() {
        assert_eq!(
            greeting("rex", None, 0, 0),
            "Welcome, @rex. Nothing waits for you."
        );
        let back = greeting("rex", Some(Millis(1_763_705_000_123)), 3, 1);
        assert_eq!(
            back,
            "Welcome back, @rex; you were last here 2025-11-21T06:03:20.123Z. 3 messages wait for you, one of them meant for you."
        );
    }
}
