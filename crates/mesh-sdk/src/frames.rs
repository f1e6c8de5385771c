//! The frames of the WebSocket, as this client reads and writes them.

use mesh_model::api::{ClientInfo, Ephemeral, Participant, StreamItem, Welcome};
use mesh_model::error::Problem;
use mesh_model::{Seq, SessionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::stream::Filter;

#[derive(Debug, Serialize)]
pub(crate) struct HelloOut<'a> {
    pub hello: HelloBody<'a>,
}

#[derive(Debug, Serialize)]
pub(crate) struct HelloBody<'a> {
    pub token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    pub client: &'a ClientInfo,
}

#[derive(Debug, Serialize)]
pub(crate) struct CallOut<'a> {
    pub id: u64,
    pub call: &'a str,
    pub input: &'a Value,
}

#[derive(Debug, Serialize)]
pub(crate) struct SubscribeOut<'a> {
    pub id: u64,
    pub subscribe: SubscribeBody<'a>,
}

#[derive(Debug, Serialize)]
pub(crate) struct SubscribeBody<'a> {
    pub after: Option<Seq>,
    #[serde(flatten)]
    pub filter: &'a Filter,
}

/// Any frame from the node: exactly one group of fields is there.
#[derive(Debug, Deserialize)]
pub(crate) struct FrameIn {
    pub hello: Option<Welcomed>,
    pub id: Option<u64>,
    pub ok: Option<Box<RawValue>>,
    pub problem: Option<Problem>,
    pub push: Option<Vec<StreamItem>>,
    pub prev: Option<Seq>,
    pub tail: Option<Seq>,
    pub ephemeral: Option<Ephemeral>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Subscribed {
    pub head: Seq,
}

/// The node's answer to hello.
#[derive(Debug, Clone, Deserialize)]
pub struct Welcomed {
    /// The session.
    pub session: SessionId,
    /// Who one is.
    pub participant: Participant,
    /// The newest event.
    pub head: Seq,
    /// Whether the session went on rather than began.
    pub resumed: bool,
    /// What was restored and what was missed.
    pub welcome: Welcome,
}
