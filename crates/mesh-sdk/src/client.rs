//! The client as its user sees it. The socket is the driver's.

use mesh_model::api::ClientInfo;
use mesh_model::ops::{OpKind, Operation};
use mesh_model::{Seq, SessionId, ops};
use serde_json::Value;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::driver::{self, Request};
use crate::stream::{Filter, Items};
use crate::{Ephemeral, Error, Welcomed};

/// Items of a subscription that may wait for a slow reader before the socket does.
const ITEMS_WAITING_MAX: usize = 1024;

/// Where to connect and as whom.
#[derive(Debug, Clone)]
pub struct Options {
    /// The node's address, `http://…`.
    pub url: String,
    /// The token.
    pub token: String,
    /// A session of one's own to go on with.
    pub session: Option<SessionId>,
    /// What to state about oneself.
    pub client: ClientInfo,
}

impl Options {
    /// Connects with a token and states nothing.
    pub fn new(url: impl Into<String>, token: impl Into<String>) -> Options {
        Options {
            url: url.into(),
            token: token.into(),
            session: None,
            client: ClientInfo::default(),
        }
    }
}

/// A connection that stays. Cheap to clone; the last one dropped closes it.
#[derive(Debug, Clone)]
pub struct Client {
    requests: mpsc::Sender<Request>,
    welcomed: watch::Receiver<Welcomed>,
    ephemeral: broadcast::Sender<Ephemeral>,
}

impl Client {
    /// Connects and says hello. An unreachable node or a refused token is an error here; later
    /// breaks are healed by reconnecting.
    pub async fn connect(options: Options) -> Result<Client, Error> {
        driver::start(options).await.map(|started| Client {
            requests: started.requests,
            welcomed: started.welcomed,
            ephemeral: started.ephemeral,
        })
    }

    /// What the node said to the latest hello.
    pub fn welcomed(&self) -> Welcomed {
        self.welcomed.borrow().clone()
    }

    /// Calls an operation by its type.
    pub async fn call<O: Operation>(&self, input: O::Input) -> Result<O::Output, Error> {
        let output = self
            .call_raw(O::DECLARATION.name, serde_json::to_value(input)?)
            .await?;
        Ok(serde_json::from_value(output)?)
    }

    /// Calls an operation by its name. A command without `idempotency_key` gets one, so that a
    /// repetition after a broken connection happens once.
    pub async fn call_raw(&self, name: &str, mut input: Value) -> Result<Value, Error> {
        let command = ops::named(name).is_some_and(|op| op.kind == OpKind::Command);
        if let Value::Object(fields) = &mut input
            && command
        {
            fields
                .entry("idempotency_key")
                .or_insert_with(|| Value::String(fresh_key()));
        }
        let (reply, answer) = oneshot::channel();
        self.send(Request::Call {
            name: name.to_owned(),
            input,
            reply,
        })
        .await?;
        answer.await.map_err(|_| closed())?
    }

    /// Subscribes. One subscription per client: a new one replaces the former.
    pub async fn subscribe(&self, filter: Filter) -> Result<Items, Error> {
        let (items, receiver) = mpsc::channel(ITEMS_WAITING_MAX);
        let (reply, answer) = oneshot::channel();
        self.send(Request::Subscribe {
            filter,
            items,
            reply,
        })
        .await?;
        let position: Seq = answer.await.map_err(|_| closed())??;
        Ok(Items { receiver, position })
    }

    /// Typing and presence of others. What nobody reads in time is dropped.
    pub fn ephemeral(&self) -> broadcast::Receiver<Ephemeral> {
        self.ephemeral.subscribe()
    }

    async fn send(&self, request: Request) -> Result<(), Error> {
        self.requests.send(request).await.map_err(|_| closed())
    }
}

fn closed() -> Error {
    Error::Protocol("the client was closed".to_owned())
}

fn fresh_key() -> String {
    let mut bytes = [0; 16];
    // Without randomness a repeated key would make two commands one: better to stop here.
    getrandom::fill(&mut bytes).expect("the system gives no random bytes");
    format!("{:032x}", u128::from_be_bytes(bytes))
}
