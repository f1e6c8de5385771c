//! How a connection begins: the client says hello, and a session begins or goes on.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use mesh_model::api::{Me, SessionOpenInput};
use mesh_model::limits::HELLO_WAIT_MS;
use mesh_model::ops::{MeGet, Needs, Operation};
use mesh_model::{Effect, ErrorCode, ParticipantId, Refusal, SessionId, refuse};
use mesh_ops::{Attached, Caller, Options, PageCookie};
use serde_json::json;
use tokio::time::timeout;

use super::Visitor;
use super::codec::Incoming;
use super::frames::{self, FrameIn, Hello, Welcomed};
use super::socket::{End, TAKEN_OVER};
use super::wire::Wire;
use crate::caller::{self, PeerAddress};
use crate::edge::Edge;

/// A session that this connection carries.
pub(super) struct Session {
    pub id: SessionId,
    /// The session whose context gets what is read here.
    pub context: SessionId,
    pub participant: ParticipantId,
    pub caller: Caller,
    edge: Arc<Edge>,
    attached: Attached,
}

impl Session {
    /// Waits until the session is no longer this connection's. The word comes once: whoever has heard
    /// it must end.
    pub async fn ended(&self) {
        self.attached.ended().await;
    }

    /// Why the session is no longer this connection's.
    pub fn why(&self) -> End {
        if let Err(refusal) = self.edge.door.check_alive(&self.caller) {
            return End::Refused(refusal);
        }
        match self.edge.node.access().session(self.id) {
            Some(_) => End::Closed(TAKEN_OVER, "another connection goes on with this session"),
            None => End::Closed(4410, "the session was closed"),
        }
    }
}

/// Comes when the caller may not act any more. After that there is nothing to wait for.
pub(super) type Over = Pin<Box<dyn Future<Output = Refusal> + Send>>;

/// Waits for hello and answers it.
pub(super) async fn receive(
    edge: &Arc<Edge>,
    wire: &mut Wire,
    visitor: Visitor,
    address: Option<PeerAddress>,
) -> Result<(Session, Over), End> {
    let first = timeout(Duration::from_millis(HELLO_WAIT_MS), first_frame(wire)).await;
    let hello =
        first.unwrap_or_else(|_| Err(End::Refused(out_of_turn("no hello came in time"))))?;
    let watch = edge.door.watch();
    let (session, answer) = begin(edge, visitor, hello, address)
        .await
        .map_err(End::Refused)?;
    let over = watch.over(session.caller.clone(), Needs::Credential, Vec::new());
    wire.text(&[answer]);
    wire.write()?;
    Ok((session, Box::pin(over)))
}

async fn first_frame(wire: &mut Wire) -> Result<Hello, End> {
    loop {
        while let Some(incoming) = wire.next()? {
            match incoming {
                Incoming::Text(text) => {
                    return match frames::read(&text) {
                        Ok(FrameIn::Hello(hello)) => Ok(hello),
                        Ok(_) => Err(End::Refused(out_of_turn("the first frame was not hello"))),
                        Err(bad) => Err(End::Refused(*bad.refusal)),
                    };
                }
                Incoming::Ping(payload) => {
                    wire.pong(&payload);
                    wire.write()?;
                }
                Incoming::Pong => {}
                Incoming::Close => return Err(End::Closed(1000, "")),
            }
        }
        wire.readable().await?;
        wire.read()?;
    }
}

async fn begin(
    edge: &Arc<Edge>,
    visitor: Visitor,
    hello: Hello,
    address: Option<PeerAddress>,
) -> Result<(Session, bytes::Bytes), Refusal> {
    let page = visitor.cookie.as_deref().zip(hello.page_key.as_deref());
    let page = page.map(|(cookie, page_key)| PageCookie { cookie, page_key });
    let caller = match (&hello.token, page) {
        (None, None) => visitor.caller,
        (token, page) => edge.door.authenticate(token.as_deref(), page).await?,
    };
    let from = address.map(|address| address.0);
    edge.door.admit(&caller, from, "session.open").await?;
    let input = SessionOpenInput {
        session: hello.session,
        client: hello.client,
    };
    let actor = caller.actor.ok_or_else(closed_meanwhile)?;
    let opened = edge.door.open_session(actor, input).await?;
    let me = me(edge, &caller, address).await?;
    let attached = edge
        .node
        .sessions()
        .attach(&edge.node, opened.session)
        .ok_or_else(closed_meanwhile)?;
    let answer = frames::welcomed(&Welcomed {
        session: opened.session,
        participant: &me.participant,
        head: edge.node.head(),
        resumed: opened.resumed,
        welcome: &opened.welcome,
    })?;
    let participant = me.participant.id;
    let within = edge
        .node
        .access()
        .counting_session(visitor.within, participant);
    Ok((
        Session {
            id: opened.session,
            context: within.unwrap_or(opened.session),
            participant,
            caller,
            edge: Arc::clone(edge),
            attached,
        },
        answer,
    ))
}

async fn me(edge: &Edge, caller: &Caller, address: Option<PeerAddress>) -> Result<Me, Refusal> {
    let options = Options {
        address: address.map(|address| address.0),
        ..Options::default()
    };
    let reply = caller::call(
        edge,
        "ws",
        caller,
        MeGet::DECLARATION.name,
        json!({}),
        options,
    )
    .await?;
    serde_json::from_slice(&reply.body).map_err(|why| {
        tracing::error!(%why, "an answer of our own cannot be read");
        refuse::internal("the node could not read an answer of its own")
    })
}

fn out_of_turn(what: &'static str) -> Refusal {
    Refusal::new(
        ErrorCode::OutOfTurn,
        format!("{what}, so the connection ends"),
        Effect::NothingDone,
        "begin with {\"hello\":{\"token\":\"…\"}} within ten seconds",
    )
}

fn closed_meanwhile() -> Refusal {
    Refusal::new(
        ErrorCode::Gone,
        "the session was closed while it was being opened",
        Effect::NothingDone,
        "connect again without it",
    )
}
