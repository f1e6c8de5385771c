//! The client as its user sees it. The socket is the driver's.

use mesh_model::api::{
    ClientInfo, NoInput, ParticipantNameInput, RoomRefInput, SignedResult, TakenTask, TaskOutput,
};
use mesh_model::ops::{IdentityAdd, IdentityList, OpKind, Operation, RoomGet, RoomList, StatusGet};
use mesh_model::{PublicKey, RoomId, Seq, SessionId, ops};
use serde_json::Value;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::driver::{self, Request};
use crate::signer::{Signer, fresh_key};
use crate::signing::{self, Signing, Unsigned};
use crate::stream::{Filter, Items};
use crate::{Ephemeral, Error, Link, Seat, Welcomed};

/// Items of a subscription that may wait for a slow reader before the socket does.
const ITEMS_WAITING_MAX: usize = 1024;

/// Where to connect and as whom.
#[derive(Debug, Clone)]
pub struct Options {
    /// The node's address, `http://…`.
    pub url: String,
    /// The token.
    pub token: String,
    /// The key by which the node is known; it is proved before the token is shown, with each
    /// connection. Without one whoever listens at the address is trusted.
    pub node: Option<PublicKey>,
    /// A session of one's own to go on with.
    pub session: Option<SessionId>,
    /// Another open session of one's own in whose context this connection is used: what is read by it counts
    /// there.
    pub within: Option<SessionId>,
    /// What to state about oneself.
    pub client: ClientInfo,
}

impl Options {
    /// Connects with a token and states nothing.
    pub fn new(url: impl Into<String>, token: impl Into<String>) -> Options {
        Options {
            url: url.into(),
            token: token.into(),
            node: None,
            session: None,
            within: None,
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
    link: watch::Receiver<Link>,
    signing: Option<Signing>,
}

impl Client {
    /// Connects and says hello. An unreachable node or a refused token is an error here; later
    /// breaks are healed by reconnecting.
    pub async fn connect(options: Options) -> Result<Client, Error> {
        driver::start(options).await.map(|started| Client {
            requests: started.requests,
            welcomed: started.welcomed,
            ephemeral: started.ephemeral,
            link: started.link,
            signing: None,
        })
    }

    /// Signs from here on what this client posts. A key that the node does not know yet is added to
    /// the participant's first.
    pub async fn sign_with(&mut self, signer: Signer) -> Result<Seat, Error> {
        let me = self.welcomed().participant;
        let mesh = self.call::<StatusGet>(NoInput {}).await?.mesh;
        let mut seat = Seat::Known;
        if me.key != Some(signer.public()) {
            let who = ParticipantNameInput {
                participant: me.id.to_string(),
            };
            let keys = self.call::<IdentityList>(who).await?;
            seat = signing::standing(signer.public(), &keys.items)?;
        }
        if seat == Seat::New {
            self.call::<IdentityAdd>(signing::addition(&signer, mesh, me.id, None))
                .await?;
        }
        self.signing = Some(Signing::new(signer, mesh));
        Ok(seat)
    }

    /// Signs a result for `task.finish`, linked to what the task is built on; `None` without a key.
    pub fn sign_result(
        &self,
        taken: &TakenTask,
        output: &TaskOutput,
    ) -> Result<Option<SignedResult>, Error> {
        let Some(signing) = &self.signing else {
            return Ok(None);
        };
        let agent = self.welcomed().participant.id;
        let signer = &signing.signer;
        signer
            .result_of(signing.mesh, agent, taken, output)
            .map(Some)
    }

    /// What the node said to the latest hello.
    pub fn welcomed(&self) -> Welcomed {
        self.welcomed.borrow().clone()
    }

    /// How it stands with the node, now and whenever that changes.
    pub fn link(&self) -> watch::Receiver<Link> {
        self.link.clone()
    }

    /// Calls an operation by its type.
    pub async fn call<O: Operation>(&self, input: O::Input) -> Result<O::Output, Error> {
        let output = self
            .call_raw(O::DECLARATION.name, serde_json::to_value(input)?)
            .await?;
        Ok(serde_json::from_value(output)?)
    }

    /// Calls an operation by its name. A command without `idempotency_key` gets one, so that a
    /// repetition after a broken connection happens once. With a key, what is posted is signed.
    pub async fn call_raw(&self, name: &str, mut input: Value) -> Result<Value, Error> {
        if let Some(signing) = &self.signing
            && let Some(unsigned) = Unsigned::of(name, &input)
        {
            return self.post_signed(signing, unsigned, name, input).await;
        }
        let command = ops::named(name).is_some_and(|op| op.kind == OpKind::Command);
        if let Value::Object(fields) = &mut input
            && command
        {
            fields
                .entry("idempotency_key")
                .or_insert_with(|| Value::String(fresh_key()));
        }
        self.carry(name, input).await
    }

    async fn carry(&self, name: &str, input: Value) -> Result<Value, Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Call {
            name: name.to_owned(),
            input,
            reply,
        })
        .await?;
        answer.await.map_err(|_| closed())?
    }

    async fn post_signed(
        &self,
        signing: &Signing,
        unsigned: Unsigned,
        name: &str,
        input: Value,
    ) -> Result<Value, Error> {
        let place = unsigned.place().to_owned();
        let Some(room) = self.room_of(signing, &unsigned).await? else {
            // A conversation that is not open yet has no id to sign for: its first message opens it.
            return self.carry(name, unsigned.keyed(input)).await;
        };
        let post = ops::MessagePost::DECLARATION.name;
        let unsigned = unsigned.in_room(room);
        match self.carry(post, signing.sign(&unsigned, room)?).await {
            Err(error) if signing::may_be_stale(&error) && signing.forget(&place) => {
                let again = unsigned.again();
                match self.room_of(signing, &again).await? {
                    Some(room) => self.carry(post, signing.sign(&again, room)?).await,
                    None => Err(error),
                }
            }
            answer => answer,
        }
    }

    async fn room_of(
        &self,
        signing: &Signing,
        unsigned: &Unsigned,
    ) -> Result<Option<RoomId>, Error> {
        let place = unsigned.place();
        if let Some(known) = signing.known(place) {
            return Ok(Some(known));
        }
        let found = if unsigned.is_conversation() {
            let rooms: Value = self
                .carry(
                    RoomList::DECLARATION.name,
                    Value::Object(Default::default()),
                )
                .await?;
            signing::conversation(place, &serde_json::from_value(rooms)?)
        } else {
            let room = RoomRefInput {
                room: place.to_owned(),
            };
            let found = self
                .carry(RoomGet::DECLARATION.name, serde_json::to_value(room)?)
                .await?;
            Some(serde_json::from_value::<mesh_model::api::Room>(found)?.id)
        };
        if let Some(id) = found {
            signing.learn(place, id);
        }
        Ok(found)
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
    Error::Closed
}
