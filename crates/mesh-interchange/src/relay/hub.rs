//! Who is here, and what goes to whom. Everything in memory; what waits for a node is bounded in bytes.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use mesh_model::limits::{
    INTERCHANGE_INSTANCES_MAX, INTERCHANGE_QUEUE_BYTES, INTERCHANGE_WATCHED_MAX,
};
use mesh_model::{Effect, ErrorCode, PublicKey, Refusal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;

use super::gate::crowded;
use crate::words::{self, Node, Told, Why};

/// How long whoever sends waits for room at a node that takes too little.
const ROOM_WAIT: Duration = Duration::from_secs(2);

/// What goes out to a node.
pub(crate) enum Out {
    Envelope(Bytes, OwnedSemaphorePermit),
    Word(String, OwnedSemaphorePermit),
    /// The last word; then the connection ends.
    End(Refusal),
}

/// The end of a node's connection at which others put what is for it.
pub(crate) struct Seat {
    pub key: PublicKey,
    pub address: IpAddr,
    number: u64,
    queue: mpsc::UnboundedSender<Out>,
    room: Arc<Semaphore>,
    watched: Mutex<HashSet<PublicKey>>,
}

impl Seat {
    /// Puts an envelope there, as soon as there is room for it.
    pub async fn put(&self, envelope: Bytes) -> Result<(), Why> {
        let size = u32::try_from(envelope.len()).unwrap_or(u32::MAX);
        let room = match Arc::clone(&self.room).try_acquire_many_owned(size) {
            Ok(room) => room,
            Err(_) => {
                let room = Arc::clone(&self.room).acquire_many_owned(size);
                let room = timeout(ROOM_WAIT, room).await;
                room.map_err(|_| Why::Full)?.map_err(|_| Why::Gone)?
            }
        };
        let put = self.queue.send(Out::Envelope(envelope, room));
        put.map_err(|_| Why::Gone)
    }

    /// Says something to it. If there is no room it takes too little to be kept.
    pub fn tell(&self, word: Told) {
        let word = words::write(&word);
        let size = u32::try_from(word.len()).unwrap_or(u32::MAX);
        match Arc::clone(&self.room).try_acquire_many_owned(size) {
            Ok(room) => {
                // A connection that has ended needs no word.
                let _ = self.queue.send(Out::Word(word, room));
            }
            Err(_) => self.end(crowded("this node takes too little of what it is sent")),
        }
    }

    /// Ends the connection with this word.
    pub fn end(&self, why: Refusal) {
        let _ = self.queue.send(Out::End(why));
    }
}

/// Everybody who is here.
#[derive(Default)]
pub(crate) struct Hub {
    seats: RwLock<HashMap<PublicKey, Arc<Seat>>>,
    /// Who wants to hear of whom, by the number of its seat: an older one that goes takes nothing from a newer one.
    watchers: Mutex<HashMap<PublicKey, HashMap<PublicKey, u64>>>,
    next: AtomicU64,
}

impl Hub {
    /// A seat for a node, in place of an older one of the same key: a node that lost its connection comes back before the old
    /// one is known to be dead.
    pub fn seat(
        &self,
        key: PublicKey,
        address: IpAddr,
    ) -> Result<(Arc<Seat>, mpsc::UnboundedReceiver<Out>), Refusal> {
        // Without a bound of its own: what is in it holds room.
        let (queue, out) = mpsc::unbounded_channel();
        let seat = Arc::new(Seat {
            key,
            address,
            number: self.next.fetch_add(1, Ordering::Relaxed),
            queue,
            room: Arc::new(Semaphore::new(INTERCHANGE_QUEUE_BYTES)),
            watched: Mutex::default(),
        });
        let before = {
            let mut seats = self.seats.write().unwrap_or_else(PoisonError::into_inner);
            if seats.len() >= INTERCHANGE_INSTANCES_MAX && !seats.contains_key(&key) {
                return Err(crowded("as many nodes are in as may be"));
            }
            seats.insert(key, Arc::clone(&seat))
        };
        if let Some(before) = before {
            before.end(replaced());
            // Channels of the old connection are lost: whoever watches hears that it went.
            self.announce(key, Told::Gone);
        }
        self.announce(key, Told::Here);
        Ok((seat, out))
    }

    /// The node's connection is over.
    pub fn leave(&self, seat: &Seat) {
        let watched = std::mem::take(&mut *guard(&seat.watched));
        self.unwatch(seat, watched);
        {
            let mut seats = self.seats.write().unwrap_or_else(PoisonError::into_inner);
            let own = seats
                .get(&seat.key)
                .is_some_and(|now| now.number == seat.number);
            if !own {
                return;
            }
            seats.remove(&seat.key);
        }
        self.announce(seat.key, Told::Gone);
    }

    /// The node's seat, if it is here.
    pub fn find(&self, key: PublicKey) -> Option<Arc<Seat>> {
        let seats = self.seats.read().unwrap_or_else(PoisonError::into_inner);
        seats.get(&key).cloned()
    }

    /// How many are here.
    pub fn len(&self) -> usize {
        self.seats
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// All that are here.
    pub fn all(&self) -> Vec<Arc<Seat>> {
        let seats = self.seats.read().unwrap_or_else(PoisonError::into_inner);
        seats.values().cloned().collect()
    }

    fn announce(&self, key: PublicKey, word: impl Fn(Node) -> Told) {
        let watchers: Vec<PublicKey> = guard(&self.watchers)
            .get(&key)
            .map(|of| of.keys().copied().collect())
            .unwrap_or_default();
        for watcher in watchers {
            if let Some(seat) = self.find(watcher) {
                seat.tell(word(Node { key }));
            }
        }
    }

    /// Tells a node whether these are here, now and whenever it changes.
    pub fn watch(&self, seat: &Seat, keys: Vec<PublicKey>) -> Result<(), Refusal> {
        for key in keys {
            {
                let mut watched = guard(&seat.watched);
                if watched.len() >= INTERCHANGE_WATCHED_MAX && !watched.contains(&key) {
                    return Err(Refusal::new(
                        ErrorCode::TooLarge,
                        format!("a node is told of {INTERCHANGE_WATCHED_MAX} others at most"),
                        Effect::told("those before are watched"),
                        "let go of some of them first",
                    ));
                }
                watched.insert(key);
            }
            let mut watchers = guard(&self.watchers);
            let of = watchers.entry(key).or_default();
            of.insert(seat.key, seat.number);
            drop(watchers);
            let here = self.find(key).is_some();
            seat.tell(if here {
                Told::Here(Node { key })
            } else {
                Told::Gone(Node { key })
            });
        }
        Ok(())
    }

    /// Tells it no more of these.
    pub fn unwatch(&self, seat: &Seat, keys: impl IntoIterator<Item = PublicKey>) {
        let mut watchers = guard(&self.watchers);
        for key in keys {
            guard(&seat.watched).remove(&key);
            if let Some(of) = watchers.get_mut(&key) {
                if of.get(&seat.key) == Some(&seat.number) {
                    of.remove(&seat.key);
                }
                if of.is_empty() {
                    watchers.remove(&key);
                }
            }
        }
    }
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn replaced() -> Refusal {
    Refusal::new(
        ErrorCode::Conflict,
        "the same node has come in by another connection",
        Effect::told("this connection ends"),
        "use one connection for one interchange",
    )
}
