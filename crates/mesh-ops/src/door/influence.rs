//! What the door does about influence: it notes what programs are given to read before they get it, and keeps acts that
//! wait for a person's word.

use mesh_model::api::HeldAct;
use mesh_model::command::InfluenceCommand;
use mesh_model::events::Influence;
use mesh_model::{ActHash, Actor, Command, ErrorCode, ParticipantId, Refusal, RoomId, SessionId};
use mesh_node::machine::Noted;
use serde_json::Value;

use crate::door::Door;
use crate::door::call::{Call, content};
use crate::door::request::{Request, SECRETIVE, act_hash};

impl Door {
    /// Notes which rooms' words the call's answer gives its session to read, if that is news.
    pub(crate) async fn note_read(&self, call: &Call) -> Result<(), Refusal> {
        match (call.options.session, call.actor.participant()) {
            (Some(session), Some(me)) => self.note_read_in(call, session, me).await,
            _ => Ok(()),
        }
    }

    /// The same for every session that the caller has: what goes into a program's conversation comes by one way, and the
    /// program acts by another.
    pub(crate) async fn note_read_everywhere(&self, call: &Call) -> Result<(), Refusal> {
        let me = call.me()?;
        let access = self.node().access();
        let all = access.sessions();
        let own: Vec<SessionId> = all
            .filter(|session| session.participant == me)
            .map(|session| session.id)
            .collect();
        for session in own {
            self.note_read_in(call, session, me).await?;
        }
        Ok(())
    }

    async fn note_read_in(
        &self,
        call: &Call,
        session: SessionId,
        me: ParticipantId,
    ) -> Result<(), Refusal> {
        let noted = call.seen.noted();
        if noted == Noted::default() {
            return Ok(());
        }
        // As things stand now: somebody may have spoken since the call came.
        let access = self.node().access();
        let session = access.counting_session(Some(session), me);
        let Some(session) = session.filter(|_| access.influence_since().is_some()) else {
            return Ok(());
        };
        let known = access.context_of(Some(session), me);
        let rooms = noted.rooms.into_iter();
        let rooms: Vec<RoomId> = rooms
            .filter(|room| !access.has_read(session, *room))
            .collect();
        let sources = noted.sources.into_iter();
        let influence = Influence {
            sources: sources
                .filter(|source| !access.has_read_from(session, *source))
                .collect(),
            outside: noted.outside && !known.outside,
        };
        let everything = noted.everything && !known.everything;
        if rooms.is_empty() && influence == Influence::default() && !everything {
            return Ok(());
        }
        let command = Command::Influence(InfluenceCommand::Read {
            session,
            rooms,
            influence,
            everything,
        });
        let noted = self.node().submit(command, Actor::Node, None, None);
        noted.await.map(|_| ())
    }

    /// Whether the call's context may use a tool that reaches out of the mesh.
    pub(crate) async fn check_reach(&self, call: &Call) -> Result<(), Refusal> {
        if self.node().access().influence_since().is_none() {
            return Ok(());
        }
        let command = Command::Influence(InfluenceCommand::Reach);
        call.submit_unkeyed(self, command).await.map(|_| ())
    }

    /// The hash of what is asked, if a person has answered something that the caller wanted.
    pub(crate) fn answered_act(&self, call: &Call, request: &Request) -> Option<ActHash> {
        let me = call.actor.participant()?;
        let answered = call.access.has_answered(me);
        answered.then(|| act_hash(call.declaration, &request.input))
    }

    /// A refusal as its asker gets it. An act that a person may release is kept for that, whole.
    pub(crate) async fn held(&self, call: &Call, request: &Request, refusal: Refusal) -> Refusal {
        let mut refusal = refusal;
        let (Some(me), ErrorCode::Influenced) = (call.actor.participant(), refusal.code) else {
            return refusal;
        };
        let Some(rule) = refusal.rule.as_mut().filter(|rule| rule.asks) else {
            return refusal;
        };
        let Value::Object(input) = &request.input else {
            return refusal;
        };
        // What people keep to themselves is shown to nobody who releases it.
        if SECRETIVE.contains(&call.declaration.name) {
            return refusal;
        }
        let held = HeldAct {
            operation: call.declaration.name.to_owned(),
            input: input.clone(),
        };
        let act = act_hash(call.declaration, &request.input);
        let Ok(body) = content(&held) else {
            return refusal;
        };
        let command = Command::Influence(InfluenceCommand::Hold {
            act,
            participant: me,
            room: rule.room,
            sources: rule.read.clone(),
            body,
        });
        match self.node().submit(command, Actor::Node, None, None).await {
            Ok(_) => rule.act = Some(act),
            Err(why) => tracing::warn!(%why, "an act that a person may release was not kept"),
        }
        refusal
    }
}
