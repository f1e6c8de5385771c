//! A session that a transport of single requests opens for its client, and ends with it.

use std::sync::Arc;
use std::time::Duration;

use mesh_model::api::{ClientInfo, SessionOpenInput};
use mesh_model::command::SessionCommand;
use mesh_model::events::SessionEnd;
use mesh_model::limits::{METADATA_CHARS_MAX, SESSIONS_CARRIED_MAX};
use mesh_model::{Actor, Command, ParticipantId, Refusal, SessionId, refuse};
use mesh_node::{Attached, Node};

use crate::door::{Caller, Door};

/// An open session that a transport keeps for the calls of one client. Dropped without an end, it has the grace to come
/// back, as after a broken connection.
#[derive(Debug)]
pub struct Carried {
    node: Arc<Node>,
    actor: Actor,
    session: SessionId,
    attached: Attached,
}

impl Carried {
    /// The session.
    pub fn id(&self) -> SessionId {
        self.session
    }

    /// The session, if whoever calls is the very credential for which it was opened. It is a sign of life.
    pub fn of(&self, caller: &Caller) -> Option<SessionId> {
        let own = caller.actor == Some(self.actor);
        own.then(|| {
            self.attached.stir();
            self.session
        })
    }

    /// Ends it, unless another connection goes on with it: the client said so, or was silent for this long.
    pub fn end(self, idle: Duration) {
        let Some(silent) = self.attached.silent_ms() else {
            return;
        };
        let reason = if Duration::from_millis(silent) < idle {
            SessionEnd::Closed
        } else {
            SessionEnd::Lost
        };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            if let Err(why) = close(&self.node, self.session, reason).await {
                // It is let go of with what stands here, and so ends after its grace.
                tracing::warn!(%why, session = %self.session, "a session was not closed at once");
            }
        });
    }
}

async fn close(node: &Node, session: SessionId, reason: SessionEnd) -> Result<(), Refusal> {
    let command = Command::Session(SessionCommand::Close { session, reason });
    let closed = node.submit(command, Actor::Node, None, None).await;
    closed.map(|_| ())
}

impl Door {
    /// Opens a session for the client of a transport of single requests, or goes on with the one that it names. Nothing,
    /// if that is over or somebody else's: what the client read there is not known any more, so it must not count as
    /// having read nothing.
    pub async fn carry_session(
        &self,
        caller: &Caller,
        goes_on: Option<SessionId>,
        client: ClientInfo,
    ) -> Result<Option<Carried>, Refusal> {
        let actor = caller.actor.ok_or_else(refuse::unauthenticated)?;
        let me = actor.participant().ok_or_else(refuse::unauthenticated)?;
        if goes_on.is_some() && self.node().access().counting_session(goes_on, me).is_none() {
            return Ok(None);
        }
        self.make_way(me).await?;
        let input = SessionOpenInput {
            session: goes_on,
            client: shortened(client),
        };
        let opened = self.opened(actor, input).await?;
        let attached = self.node().sessions().keep(self.node(), opened.session);
        let Some(attached) = attached.filter(|_| goes_on.is_none() || opened.resumed) else {
            // It ended while it was looked for.
            close(self.node(), opened.session, SessionEnd::Closed).await?;
            return Ok(None);
        };
        Ok(Some(Carried {
            node: Arc::clone(self.node()),
            actor,
            session: opened.session,
            attached,
        }))
    }

    /// The session that was silent for longest ends if its participant has as many as it may.
    async fn make_way(&self, me: ParticipantId) -> Result<(), Refusal> {
        let sessions = self.node().sessions();
        match sessions.most_silent(me, SESSIONS_CARRIED_MAX) {
            Some(session) => close(self.node(), session, SessionEnd::Lost).await,
            None => Ok(()),
        }
    }
}

/// What the client says of itself in another protocol, whose limits are not ours.
fn shortened(client: ClientInfo) -> ClientInfo {
    let short = |text: Option<String>| {
        let shown = text?
            .chars()
            .filter(|letter| !letter.is_control())
            .take(METADATA_CHARS_MAX)
            .collect();
        Some(shown).filter(|text: &String| !text.is_empty())
    };
    ClientInfo {
        name: short(client.name),
        version: short(client.version),
        ..client
    }
}
