//! Channels through an interchange: one connection outward, on it channels with as many nodes as one likes.
//!
//! A channel is told from others of the same two nodes by 16 bytes that whoever opens it draws. What the interchange says of a node is
//! believed only as far as it can end a channel anyway: who is at the other end is proved by the seal, as everywhere.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt, sink, stream};
use mesh_model::limits::{
    LINK_HANDSHAKE_WAIT_MS, LINK_HANDSHAKES_MAX, LINK_HANDSHAKES_OF_ONE_MAX, LINK_HERE_MS,
    LINK_SILENCE_MS,
};
use mesh_model::{PublicKey, Refusal};
use mesh_proof::node::{CHALLENGE, PROOF, proven};
use mesh_proof::statement;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::card::Signed;
use crate::channel::{Channel, Wire};
use crate::direct::{self, Links, NotOpened};
use crate::envelope::{ENVELOPE_BYTES_MAX, Envelope, TAG_BYTES, enclose};
use crate::net::{Io, Target};
use crate::seal::{Prover, is_hello};
use crate::words::{self, Hello, List, Listed, Nodes, Publishing, Said, Told, VERSIONS, Why};

/// Where an interchange takes nodes.
pub const INTERCHANGE_PATH: &str = "/api/v1/interchange";

/// Frames of one channel that wait to be opened: a window in the smallest frames.
const ROUTE_FRAMES: usize = 5200;
/// What waits to be sent to the interchange.
const OUT_MESSAGES: usize = 64;
/// News that wait for whoever follows the interchange. Who reads none is told no more of them.
const NEWS: usize = 4096;
/// An interchange that does not answer for so long does not.
const ANSWER_WAIT: Duration = Duration::from_secs(15);
/// An interchange that does not take what it is sent for so long is gone.
const WRITE_WAIT: Duration = Duration::from_secs(10);

type Tag = [u8; TAG_BYTES];
type Publishes = oneshot::Sender<Result<(), Refusal>>;
type Socket = WebSocketStream<Box<dyn Io>>;

/// How a node comes in at an interchange.
#[derive(Debug, Clone, Default)]
pub struct Entrance {
    /// Its address.
    pub address: String,
    /// Its key, if it is known; else it is a first meeting.
    pub meant: Option<PublicKey>,
    /// The name by which others find this mesh there.
    pub name: Option<String>,
    /// The interchange's secret. It is shown only to the one that has proved its key.
    pub secret: Option<String>,
}

/// What an interchange tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A watched node is there.
    Here(PublicKey),
    /// A watched node is not there; its channels through this interchange have ended.
    Gone(PublicKey),
    /// Something that was asked was refused.
    Refused(Refusal),
    /// It goes down; coming in again soon is welcome.
    Draining,
}

/// A node's connection to an interchange. It ends when this is dropped, and its channels with it.
#[derive(Debug)]
pub struct Interchange {
    key: PublicKey,
    name: Option<String>,
    shared: Arc<Shared>,
    lists: mpsc::Sender<oneshot::Sender<Listed>>,
    ended: watch::Receiver<Option<String>>,
    /// Dropped with it, which ends the task.
    _alive: oneshot::Sender<()>,
}

struct Shared {
    prover: Arc<dyn Prover>,
    links: Arc<dyn Links>,
    out: mpsc::Sender<Message>,
    routes: Mutex<HashMap<(PublicKey, Tag), Route>>,
    /// Who waits for the word that something is published, in the order in which it was said.
    publishing: Mutex<VecDeque<Publishes>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared(…)")
    }
}

/// Where the frames of a channel go.
struct Route {
    frames: mpsc::Sender<Bytes>,
    /// The handshake is under way.
    opening: bool,
    /// Tells why it ends, once.
    why: Option<oneshot::Sender<String>>,
}

impl Interchange {
    /// Comes in. Channels that others open are judged and taken by `links`; what happens is told by the receiver.
    pub async fn enter(
        entrance: &Entrance,
        prover: Arc<dyn Prover>,
        links: Arc<dyn Links>,
    ) -> Result<(Interchange, mpsc::Receiver<News>), NotOpened> {
        let (mut socket, key) = connect(entrance).await?;
        let name = introduce(&mut socket, entrance, key, &*prover).await?;
        let (out, outgoing) = mpsc::channel(OUT_MESSAGES);
        let (told, news) = mpsc::channel(NEWS);
        let (lists, asked) = mpsc::channel(1);
        let (ending, ended) = watch::channel(None);
        let (alive, gone) = oneshot::channel();
        let shared = Arc::new(Shared {
            prover,
            links,
            out,
            routes: Mutex::default(),
            publishing: Mutex::default(),
        });
        let driver = Arc::clone(&shared);
        tokio::spawn(async move {
            let (sink, frames) = socket.split();
            let why = tokio::select! {
                why = driver.reading(frames, &told, asked) => why,
                why = writing(sink, outgoing) => why,
                _ = gone => "this side left".to_owned(),
            };
            driver.end(|_| true, &why);
            driver.publishing().clear();
            ending.send_replace(Some(why));
        });
        let interchange = Interchange {
            key,
            name,
            shared,
            lists,
            ended,
            _alive: alive,
        };
        Ok((interchange, news))
    }

    /// The key that the interchange has proved.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// The name by which this mesh is known there.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Opens a channel to a node that is there.
    pub async fn dial(&self, peer: PublicKey) -> Result<Channel, NotOpened> {
        let mut tag = Tag::default();
        getrandom::fill(&mut tag).map_err(|why| NotOpened::Chance(why.to_string()))?;
        let (wire, mut why) = self.shared.route(peer, tag);
        let opened = direct::begin(wire, &*self.shared.prover, Some(peer));
        let opened = tokio::select! {
            biased;
            Ok(why) = &mut why => Err(NotOpened::Unreachable(why)),
            opened = opened => opened,
        };
        self.shared.opened((peer, tag));
        opened
    }

    /// Asks to be told whether these nodes are there, now and whenever it changes.
    pub async fn watch(&self, keys: Vec<PublicKey>) {
        self.shared.say(&Said::Watch(Nodes { keys })).await;
    }

    /// Asks to be told no more of these.
    pub async fn unwatch(&self, keys: Vec<PublicKey>) {
        self.shared.say(&Said::Unwatch(Nodes { keys })).await;
    }

    /// Tells others what they may know of this mesh, in place of what they could before, and waits until that stands there.
    pub async fn publish(&self, signed: Option<Signed>) -> Result<(), NotOpened> {
        let (answer, published) = oneshot::channel();
        self.shared.publishing().push_back(answer);
        let word = Said::Publish(Publishing { signed });
        self.shared.say(&word).await;
        let published = timeout(ANSWER_WAIT, published).await;
        let published = published.map_err(|_| NotOpened::Silent)?;
        published
            .map_err(|_| NotOpened::Cut)?
            .map_err(NotOpened::Refused)
    }

    /// Who is known there, behind a name; with words those alone who publish something in which all of them stand. `None` once the
    /// connection has ended, or if the interchange does not answer.
    pub async fn list(&self, after: Option<String>, words: Option<String>) -> Option<Listed> {
        let (answer, listed) = oneshot::channel();
        // Answers come in the order of the questions: one is asked at a time.
        self.lists.send(answer).await.ok()?;
        self.shared.say(&Said::List(List { after, words })).await;
        timeout(ANSWER_WAIT, listed).await.ok()?.ok()
    }

    /// Waits until the connection is over, and says why.
    pub async fn ended(&self) -> String {
        let mut ended = self.ended.clone();
        let why = ended.wait_for(Option::is_some).await;
        why.ok().and_then(|why| why.clone()).unwrap_or_default()
    }
}

async fn connect(entrance: &Entrance) -> Result<(Socket, PublicKey), NotOpened> {
    let target = Target::of(&entrance.address, INTERCHANGE_PATH)?;
    let mut drawn = [0; 32];
    getrandom::fill(&mut drawn).map_err(|why| NotOpened::Chance(why.to_string()))?;
    let challenge = hex::encode(drawn);
    let mut request = target.request()?;
    if let Ok(value) = challenge.parse() {
        request.headers_mut().insert(CHALLENGE, value);
    }
    let (socket, answer) = target.connect(request, ENVELOPE_BYTES_MAX).await?;
    let proof = answer
        .headers()
        .get(PROOF)
        .and_then(|proof| proof.to_str().ok());
    let key = proof.and_then(|proof| proven(&challenge, proof));
    let key = PublicKey(key.ok_or(NotOpened::Seal(crate::SealError::Unproven))?);
    match entrance.meant {
        Some(meant) if meant != key => Err(NotOpened::Seal(crate::SealError::Stranger {
            met: key,
            meant,
        })),
        _ => Ok((socket, key)),
    }
}

/// Answers the challenge; the name by which the node is in then.
async fn introduce(
    socket: &mut Socket,
    entrance: &Entrance,
    interchange: PublicKey,
    prover: &dyn Prover,
) -> Result<Option<String>, NotOpened> {
    let challenge = match hear(socket).await? {
        Told::Challenge(challenge) if challenge.key == interchange => challenge,
        Told::Refused(problem) => return Err(NotOpened::Refused(Refusal::from(*problem))),
        _ => return Err(NotOpened::Cut),
    };
    let version = VERSIONS
        .iter()
        .find(|version| challenge.versions.contains(version));
    let version = *version.ok_or(NotOpened::Seal(crate::SealError::Version))?;
    let key = prover.key();
    let said = statement::interchange(
        &interchange.to_string(),
        &challenge.nonce.to_string(),
        &challenge.versions,
        version,
        &key.to_string(),
        entrance.name.as_deref().unwrap_or_default(),
    );
    let hello = Said::Hello(Hello {
        version,
        key,
        name: entrance.name.clone(),
        secret: entrance.secret.clone().filter(|_| challenge.secret),
        proof: hex::encode(prover.sign(&said)),
    });
    let sent = timeout(WRITE_WAIT, socket.send(Message::text(words::write(&hello)))).await;
    sent.map_err(|_| NotOpened::Silent)?
        .map_err(|_| NotOpened::Cut)?;
    match hear(socket).await? {
        Told::Welcome(welcome) => Ok(welcome.name),
        Told::Refused(problem) => Err(NotOpened::Refused(Refusal::from(*problem))),
        _ => Err(NotOpened::Cut),
    }
}

async fn hear(socket: &mut Socket) -> Result<Told, NotOpened> {
    let wait = Duration::from_millis(LINK_HANDSHAKE_WAIT_MS);
    let heard = timeout(wait, socket.next()).await;
    match heard.map_err(|_| NotOpened::Silent)? {
        Some(Ok(Message::Text(text))) => words::read(&text).ok_or(NotOpened::Cut),
        _ => Err(NotOpened::Cut),
    }
}

async fn writing(
    mut sink: SplitSink<Socket, Message>,
    mut outgoing: mpsc::Receiver<Message>,
) -> String {
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            count = outgoing.recv_many(&mut batch, OUT_MESSAGES) => if count == 0 {
                return "this side left".to_owned();
            },
            () = sleep(Duration::from_millis(LINK_HERE_MS)) => batch.push(Message::Ping(Bytes::new())),
        }
        let written = timeout(WRITE_WAIT, async {
            for message in batch.drain(..) {
                sink.feed(message).await?;
            }
            sink.flush().await
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => return why.to_string(),
            Err(_) => return "the interchange takes nothing more".to_owned(),
        }
    }
}

impl Shared {
    fn routes(&self) -> MutexGuard<'_, HashMap<(PublicKey, Tag), Route>> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publishing(&self) -> MutexGuard<'_, VecDeque<Publishes>> {
        let waits = self.publishing.lock();
        waits.unwrap_or_else(PoisonError::into_inner)
    }

    async fn say(&self, word: &Said) {
        // A connection that has ended hears nothing; `ended` says so.
        let _ = self.out.send(Message::text(words::write(word))).await;
    }

    /// The way for a channel's frames, and what tells why it ends.
    fn route(self: &Arc<Shared>, peer: PublicKey, tag: Tag) -> (Wire, oneshot::Receiver<String>) {
        let (frames, arriving) = mpsc::channel(ROUTE_FRAMES);
        let (why, ended) = oneshot::channel();
        let route = Route {
            frames,
            opening: true,
            why: Some(why),
        };
        self.routes().insert((peer, tag), route);
        let taken = Taken {
            shared: Arc::clone(self),
            place: (peer, tag),
            arriving,
        };
        let frames = stream::unfold(taken, |mut taken| async move {
            let frame = taken.arriving.recv().await?;
            Some((Ok(frame), taken))
        });
        let (own, out) = (self.prover.key(), self.out.clone());
        let out = sink::unfold(out, move |out, frame: Bytes| async move {
            let envelope = Message::Binary(enclose(peer, own, tag, &frame));
            out.send(envelope)
                .await
                .map_err(|_| "the interchange is gone".to_owned())?;
            Ok(out)
        });
        let wire = Wire {
            frames: Box::pin(frames),
            out: Box::pin(out),
        };
        (wire, ended)
    }

    /// The handshake of this channel is over.
    fn opened(&self, place: (PublicKey, Tag)) {
        if let Some(route) = self.routes().get_mut(&place) {
            route.opening = false;
        }
    }

    /// Ends the channels with these nodes.
    fn end(&self, whose: impl Fn(PublicKey) -> bool, why: &str) {
        self.routes().retain(|(peer, _), route| {
            let ends = whose(*peer);
            if let Some(told) = route.why.take_if(|_| ends) {
                // An open channel has nobody who waits for this: it ends with its frames.
                let _ = told.send(why.to_owned());
            }
            !ends
        });
    }

    async fn reading(
        self: &Arc<Shared>,
        mut frames: SplitStream<Socket>,
        news: &mpsc::Sender<News>,
        mut lists: mpsc::Receiver<oneshot::Sender<Listed>>,
    ) -> String {
        loop {
            let silence = Duration::from_millis(LINK_SILENCE_MS);
            let message = match timeout(silence, frames.next()).await {
                Err(_) => return "nothing was heard of the interchange for too long".to_owned(),
                Ok(None) => return "the interchange ended it".to_owned(),
                Ok(Some(Err(why))) => return why.to_string(),
                Ok(Some(Ok(message))) => message,
            };
            match message {
                Message::Binary(bytes) => self.arrive(&bytes),
                Message::Text(text) => match words::read(&text) {
                    Some(Told::Listed(listed)) => {
                        if let Ok(asked) = lists.try_recv() {
                            let _ = asked.send(listed);
                        }
                    }
                    Some(word) => self.told(word, news),
                    None => {
                        return "the interchange says what this version does not know".to_owned();
                    }
                },
                Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {}
            }
        }
    }

    fn told(&self, word: Told, news: &mpsc::Sender<News>) {
        let news_of = match word {
            Told::Here(node) => News::Here(node.key),
            Told::Gone(node) => {
                self.end(|peer| peer == node.key, "the other node left");
                News::Gone(node.key)
            }
            Told::Undelivered(undelivered) => {
                let why = match undelivered.why {
                    Why::Gone => "the other node is not at the interchange",
                    Why::Full => "the other node takes too little",
                    Why::Loop => "the way to the other node is too long or a circle",
                };
                return self.end(|peer| peer == undelivered.to, why);
            }
            Told::Refused(problem) => {
                let refusal = Refusal::from(*problem);
                if let Some(waits) = self.publishing().pop_front() {
                    let _ = waits.send(Err(refusal.clone()));
                }
                News::Refused(refusal)
            }
            Told::Published(_) => {
                if let Some(waits) = self.publishing().pop_front() {
                    let _ = waits.send(Ok(()));
                }
                return;
            }
            Told::Draining(_) => News::Draining,
            Told::Challenge(_) | Told::Welcome(_) | Told::Listed(_) => return,
        };
        if news.try_send(news_of).is_err() {
            tracing::debug!("news of an interchange were read by nobody");
        }
    }

    /// Hands a frame to its channel, or begins one if it is a hello.
    fn arrive(self: &Arc<Shared>, bytes: &Bytes) {
        let own = self.prover.key();
        let envelope = Envelope::read(bytes).filter(|read| read.to == own && read.from != own);
        let Some(envelope) = envelope else {
            tracing::warn!("an interchange passed on what is not for this node");
            return;
        };
        let Some((tag, frame)) = envelope.sealed.split_first_chunk::<TAG_BYTES>() else {
            return;
        };
        let frame = bytes.slice_ref(frame);
        let place = (envelope.from, *tag);
        let mut routes = self.routes();
        if let Some(route) = routes.get(&place) {
            // More than a window: the other side does not keep to it, or the frames of somebody else are among these.
            if route.frames.try_send(frame).is_err() {
                routes.remove(&place);
            }
            return;
        }
        let all = routes.values().filter(|route| route.opening).count();
        let own = routes
            .iter()
            .filter(|((peer, _), route)| route.opening && *peer == envelope.from);
        let own = own.count();
        drop(routes);
        if is_hello(&frame) && all < LINK_HANDSHAKES_MAX && own < LINK_HANDSHAKES_OF_ONE_MAX {
            self.take(place, frame);
        }
    }

    fn take(self: &Arc<Shared>, place: (PublicKey, Tag), hello: Bytes) {
        let (peer, tag) = place;
        let (wire, _) = self.route(peer, tag);
        if let Some(route) = self.routes().get(&place) {
            // The route is new: there is room for one.
            let _ = route.frames.try_send(hello);
        }
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let judge = |peer| shared.links.judge(peer);
            let opened = direct::answer(wire, Some(peer), &*shared.prover, judge).await;
            shared.opened(place);
            match opened {
                Ok(channel) => shared.links.take(channel),
                Err(why) => tracing::debug!(%peer, %why, "another node opened no channel"),
            }
        });
    }
}

/// The end of a route at its channel: without it nothing more arrives there.
struct Taken {
    shared: Arc<Shared>,
    place: (PublicKey, Tag),
    arriving: mpsc::Receiver<Bytes>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.shared.routes().remove(&self.place);
    }
}
