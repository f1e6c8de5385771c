//! A channel: whole messages between two nodes, in order, each once, or an end that both sides hear of.
//!
//! One task drives it, with two halves that never wait for each other: one opens what comes, the other seals what goes. A
//! message goes in as many pieces as it needs. A side sends at most [`LINK_WINDOW_BYTES`] that the other has not taken up, so
//! a slow reader costs neither side more memory than that, whatever carries the frames.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use mesh_model::PublicKey;
use mesh_model::limits::{
    LINK_HERE_MS, LINK_MESSAGE_BYTES_MAX, LINK_SILENCE_MS, LINK_WINDOW_BYTES,
};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::seal::{Kind, PIECE_BYTES_MAX, SealError, Session, sealed_size};

/// Messages that wait to be sealed: whoever sends more waits.
const OUTBOX_MESSAGES: usize = 16;
/// How long the other side has to take a goodbye.
const GOODBYE_WAIT: Duration = Duration::from_secs(2);
/// What was taken up is told when it is so much: often enough that the other side does not stand still.
const TELL_TAKEN_BYTES: usize = LINK_WINDOW_BYTES / 4;

/// What carries sealed frames: whole, in order, as far as it can be believed.
pub(crate) struct Wire {
    pub frames: Pin<Box<dyn Stream<Item = Result<Bytes, String>> + Send>>,
    pub out: Pin<Box<dyn Sink<Bytes, Error = String> + Send>>,
}

/// Why a channel is no more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// This side closed it.
    #[error("this side closed the channel")]
    Here,
    /// The other side closed it.
    #[error("the other side closed the channel")]
    There,
    /// What carried it broke.
    #[error("the connection broke: {0}")]
    Cut(String),
    /// Nothing was heard for too long.
    #[error("nothing was heard of the other side for {} s", LINK_SILENCE_MS / 1000)]
    Silent,
    /// Somebody between the two meddled with it, or the other side breaks the rules.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// Messages to and from one node, whose key is proved.
#[derive(Debug)]
pub struct Channel {
    peer: PublicKey,
    sender: Sender,
    receiver: Receiver,
}

/// The way out of a channel. The channel closes when all of them are gone.
#[derive(Debug, Clone)]
pub struct Sender {
    outbox: mpsc::Sender<Job>,
    ended: watch::Receiver<Option<Ended>>,
}

/// The way in of a channel. The channel closes when it is gone.
#[derive(Debug)]
pub struct Receiver {
    inbox: mpsc::UnboundedReceiver<Arrived>,
    flow: Flow,
    taken: usize,
    ended: watch::Receiver<Option<Ended>>,
}

#[derive(Debug)]
enum Job {
    Send(Vec<u8>),
    Close,
}

#[derive(Debug)]
struct Arrived {
    message: Vec<u8>,
    /// Sealed bytes that it came in.
    cost: usize,
}

/// What came and is not taken up yet, and the way to tell the other side once it is.
#[derive(Debug, Clone)]
struct Flow {
    open: Arc<AtomicUsize>,
    told: mpsc::UnboundedSender<u32>,
}

impl Channel {
    /// Begins with a session and what carries it.
    pub(crate) fn start(peer: PublicKey, session: Session, wire: Wire) -> Channel {
        let (outbox, jobs) = mpsc::channel(OUTBOX_MESSAGES);
        // Both without a bound of their own: the window bounds what can be in them.
        let (arrived, inbox) = mpsc::unbounded_channel();
        let (told, takings) = mpsc::unbounded_channel();
        let (ending, ended) = watch::channel(None);
        let open = Arc::new(AtomicUsize::new(0));
        let flow = Flow { open, told };
        let driver = Driver {
            session: Mutex::new(session),
            window: Semaphore::new(LINK_WINDOW_BYTES),
            open: Arc::clone(&flow.open),
        };
        tokio::spawn(driver.run(peer, wire, jobs, takings, arrived, ending));
        Channel {
            peer,
            sender: Sender {
                outbox,
                ended: ended.clone(),
            },
            receiver: Receiver {
                inbox,
                flow,
                taken: 0,
                ended,
            },
        }
    }

    /// The key that the other side proved.
    pub fn peer(&self) -> PublicKey {
        self.peer
    }

    /// See [`Sender::send`].
    pub async fn send(&self, message: Vec<u8>) -> Result<(), Ended> {
        self.sender.send(message).await
    }

    /// See [`Receiver::recv`].
    pub async fn recv(&mut self) -> Result<Vec<u8>, Ended> {
        self.receiver.recv().await
    }

    /// Both ways for themselves, for two tasks. When either is dropped the channel closes.
    pub fn split(self) -> (Sender, Receiver) {
        (self.sender, self.receiver)
    }

    /// Lets what was sent go out, says goodbye and waits until that is done.
    pub async fn close(mut self) {
        self.sender.close().await;
        // What still comes in is not for anybody any more.
        while self.recv().await.is_ok() {}
    }
}

impl Sender {
    /// Hands a message over; waits while the other side takes too little up. That it was handed over does not say that it
    /// arrived: what is on its way when a channel ends is lost, and whoever needs to know asks the other side.
    pub async fn send(&self, message: Vec<u8>) -> Result<(), Ended> {
        if message.len() > LINK_MESSAGE_BYTES_MAX {
            return Err(Ended::Seal(SealError::TooLarge {
                bytes: message.len(),
                most: LINK_MESSAGE_BYTES_MAX,
            }));
        }
        let sent = self.outbox.send(Job::Send(message)).await;
        sent.map_err(|_| ended(&self.ended))
    }

    /// Closes the channel once everything sent before is out.
    pub async fn close(&self) {
        // A channel that has ended needs no goodbye.
        let _ = self.outbox.send(Job::Close).await;
    }

    /// Waits until the channel is no more, and says why.
    pub async fn ended(&mut self) -> Ended {
        let _ = self.ended.wait_for(Option::is_some).await;
        ended(&self.ended)
    }
}

impl Receiver {
    /// The next message of the other side. What came before the end is still told.
    pub async fn recv(&mut self) -> Result<Vec<u8>, Ended> {
        let Some(Arrived { message, cost }) = self.inbox.recv().await else {
            return Err(ended(&self.ended));
        };
        self.taken += cost;
        if self.taken >= TELL_TAKEN_BYTES {
            self.flow.open.fetch_sub(self.taken, Ordering::Relaxed);
            // The window fits into 32 bits. Without a driver nobody has to be told.
            let _ = self
                .flow
                .told
                .send(u32::try_from(self.taken).unwrap_or(u32::MAX));
            self.taken = 0;
        }
        Ok(message)
    }
}

fn ended(ended: &watch::Receiver<Option<Ended>>) -> Ended {
    // The driver says why before it goes; only a runtime that stops takes it away without a word.
    ended.borrow().clone().unwrap_or(Ended::Here)
}

struct Driver {
    session: Mutex<Session>,
    /// What may still be sent.
    window: Semaphore,
    /// What came and is not taken up.
    open: Arc<AtomicUsize>,
}

impl Driver {
    async fn run(
        self,
        peer: PublicKey,
        wire: Wire,
        jobs: mpsc::Receiver<Job>,
        takings: mpsc::UnboundedReceiver<u32>,
        arrived: mpsc::UnboundedSender<Arrived>,
        ending: watch::Sender<Option<Ended>>,
    ) {
        let Wire {
            mut frames,
            mut out,
        } = wire;
        let why = tokio::select! {
            why = self.reading(&mut frames, &arrived) => why,
            why = self.writing(&mut out, jobs, takings) => why,
            () = arrived.closed() => Ended::Here,
        };
        match &why {
            // Who closed it waits for the other's goodbye: by then everything of its own has arrived.
            Ended::Here | Ended::There => self.goodbye(&mut out).await,
            Ended::Seal(seal) => {
                tracing::warn!(peer = %peer, %seal, "a sealed channel was ended");
            }
            why => tracing::debug!(peer = %peer, %why, "a sealed channel ended"),
        }
        let here = why == Ended::Here;
        ending.send_replace(Some(why));
        // Only now does the receiver see the end, with its reason.
        drop(arrived);
        let rest = async {
            let _ = out.close().await;
            // A connection that is dropped with something unread in it takes back what is still on its way.
            while here && let Some(Ok(frame)) = frames.next().await {
                if self.is_goodbye(&frame) {
                    break;
                }
            }
        };
        let _ = timeout(GOODBYE_WAIT, rest).await;
    }

    fn seal(&self, kind: Kind, content: &[u8]) -> Result<Bytes, Ended> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(session.seal(kind, content)?.into())
    }

    async fn goodbye(&self, out: &mut (impl Sink<Bytes, Error = String> + Unpin)) {
        if let Ok(frame) = self.seal(Kind::Close, &[]) {
            // Whoever does not take it hears the connection end instead.
            let _ = timeout(GOODBYE_WAIT, out.send(frame)).await;
        }
    }

    fn is_goodbye(&self, frame: &[u8]) -> bool {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        // A frame that does not open is the end as well.
        session
            .open(frame)
            .map_or(true, |(kind, _)| kind == Kind::Close)
    }

    async fn reading(
        &self,
        mut frames: impl Stream<Item = Result<Bytes, String>> + Unpin,
        arrived: &mpsc::UnboundedSender<Arrived>,
    ) -> Ended {
        let mut begun = Arrived {
            message: Vec::new(),
            cost: 0,
        };
        loop {
            let frame = match timeout(Duration::from_millis(LINK_SILENCE_MS), frames.next()).await {
                Err(_) => return Ended::Silent,
                Ok(None) => return Ended::Cut("it ended".to_owned()),
                Ok(Some(Err(why))) => return Ended::Cut(why),
                Ok(Some(Ok(frame))) => frame,
            };
            match self.take(&frame, &mut begun) {
                Ok(Some(whole)) => {
                    if arrived.send(whole).is_err() {
                        return Ended::Here;
                    }
                }
                Ok(None) => {}
                Err(why) => return why,
            }
        }
    }

    /// Takes a frame in: a whole message, if it was the last piece of one.
    fn take(&self, frame: &[u8], begun: &mut Arrived) -> Result<Option<Arrived>, Ended> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let (kind, content) = session.open(frame)?;
        match kind {
            Kind::More | Kind::Last => {
                let open = self.open.fetch_add(frame.len(), Ordering::Relaxed) + frame.len();
                let bytes = begun.message.len() + content.len();
                within(open, LINK_WINDOW_BYTES)?;
                within(bytes, LINK_MESSAGE_BYTES_MAX)?;
                begun.message.extend_from_slice(content);
                begun.cost += frame.len();
                let nothing = Arrived {
                    message: Vec::new(),
                    cost: 0,
                };
                Ok((kind == Kind::Last).then(|| std::mem::replace(begun, nothing)))
            }
            Kind::Taken => {
                let bytes = content.try_into().map_err(|_| SealError::Malformed)?;
                let bytes = u32::from_be_bytes(bytes) as usize;
                within(
                    self.window.available_permits().saturating_add(bytes),
                    LINK_WINDOW_BYTES,
                )?;
                self.window.add_permits(bytes);
                Ok(None)
            }
            Kind::Here => Ok(None),
            Kind::Close => Err(Ended::There),
            Kind::Proof => Err(SealError::Malformed.into()),
        }
    }

    async fn writing(
        &self,
        out: &mut (impl Sink<Bytes, Error = String> + Unpin),
        mut jobs: mpsc::Receiver<Job>,
        mut takings: mpsc::UnboundedReceiver<u32>,
    ) -> Ended {
        let mut begun: Option<Pieces> = None;
        let mut unflushed = false;
        loop {
            let silent = Instant::now() + Duration::from_millis(LINK_HERE_MS);
            let frame = tokio::select! {
                biased;
                Some(bytes) = takings.recv() => self.seal(Kind::Taken, &bytes.to_be_bytes()),
                job = jobs.recv(), if begun.is_none() => match job {
                    Some(Job::Send(message)) => {
                        begun = Some(Pieces { message, at: 0 });
                        continue;
                    }
                    Some(Job::Close) | None => return Ended::Here,
                },
                frame = self.next_piece(begun.as_ref()), if begun.is_some() => {
                    begun = begun.and_then(Pieces::after);
                    frame
                }
                // Nothing more can be said at once: what was said goes out together.
                flushed = out.flush(), if unflushed => match flushed {
                    Ok(()) => {
                        unflushed = false;
                        continue;
                    }
                    Err(why) => return Ended::Cut(why),
                },
                () = sleep_until(silent) => self.seal(Kind::Here, &[]),
            };
            let fed = match frame {
                Ok(frame) => out.feed(frame).await,
                Err(why) => return why,
            };
            if let Err(why) = fed {
                return Ended::Cut(why);
            }
            unflushed = true;
        }
    }

    /// Seals the next piece as soon as the window has room for it.
    async fn next_piece(&self, begun: Option<&Pieces>) -> Result<Bytes, Ended> {
        let (kind, piece) = begun.map_or((Kind::Last, &[][..]), Pieces::next);
        let size = u32::try_from(sealed_size(piece.len())?).unwrap_or(u32::MAX);
        if let Ok(room) = self.window.acquire_many(size).await {
            room.forget();
        }
        self.seal(kind, piece)
    }
}

/// A message that is being sent.
struct Pieces {
    message: Vec<u8>,
    at: usize,
}

impl Pieces {
    fn next(&self) -> (Kind, &[u8]) {
        let rest = &self.message[self.at..];
        match rest.split_at_checked(PIECE_BYTES_MAX) {
            Some((piece, more)) if !more.is_empty() => (Kind::More, piece),
            _ => (Kind::Last, rest),
        }
    }

    /// What is left after the next piece; nothing after the last.
    fn after(self) -> Option<Pieces> {
        let (kind, piece) = self.next();
        let at = self.at + piece.len();
        let message = self.message;
        (kind == Kind::More).then_some(Pieces { message, at })
    }
}

fn within(bytes: usize, most: usize) -> Result<(), SealError> {
    if bytes > most {
        return Err(SealError::TooLarge { bytes, most });
    }
    Ok(())
}
