//! Federation: this mesh speaks with others, by one link each. What a peer is owed is what stands in the log for it, after what
//! the peer's own log holds of it; there is no queue.
//!
//! * `wire.rs` is what two meshes say to each other, `talk.rs` what follows from it, without any IO.
//! * `owed.rs` says what of this log is for a peer, `take.rs` takes what a peer tells into this log; `changes.rs` does both for
//!   what becomes of messages, `lent.rs` for tasks.
//! * `speaker.rs` speaks with one peer, by a `channel.rs`, which `sealed.rs` opens; `interchanges.rs` is where peers meet that cannot
//!   call each other, and `cards.rs` what meshes tell of themselves there; `board.rs` remembers how it stands.
//! * `strangers.rs` lets meshes in which nobody here knows and that want a room which is open to them.

mod board;
mod cards;
mod changes;
mod channel;
mod interchanges;
mod lent;
mod owed;
mod sealed;
mod speaker;
mod strangers;
mod take;
pub mod talk;
pub mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mesh_model::events::LinkPause;
use mesh_model::{LinkId, PublicKey};
use mesh_ops::{Asked, Door, Found, LinkRecord, PeerSeen, Peers};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use crate::outbox::Pace;
use board::Board;
pub use channel::{Channel, Dial, Under};
pub use sealed::sealed;
use speaker::{Speaker, Way};
use strangers::Threshold;

/// Rights that were given are told by nobody; after so long they are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Links at work. They end when this is dropped.
pub struct Federation {
    desk: Arc<Desk>,
    keeps: JoinHandle<()>,
}

impl Federation {
    /// Speaks with the peers of a node, and answers its door about that.
    pub fn start(door: &Door, dial: Arc<dyn Dial>, pace: Pace) -> Federation {
        let desk = Arc::new(Desk {
            door: door.clone(),
            dial,
            pace,
            board: Arc::default(),
            busy: Mutex::default(),
            parting: Mutex::default(),
            threshold: Arc::new(Threshold::new()),
        });
        // The door holds what holds the door; both live as long as the program.
        door.attach_peers(Arc::clone(&desk) as Arc<dyn Peers>);
        Federation {
            keeps: tokio::spawn(Arc::clone(&desk).keep()),
            desk,
        }
    }

    /// What takes the ways that peers open.
    pub fn entrance(&self) -> Entrance {
        Entrance(Arc::clone(&self.desk))
    }
}

impl Drop for Federation {
    fn drop(&mut self) {
        self.keeps.abort();
        self.desk.leave();
    }
}

/// Where peers come in.
#[derive(Clone)]
pub struct Entrance(Arc<Desk>);

impl std::fmt::Debug for Entrance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the entrance of peers")
    }
}

impl Entrance {
    /// Whether a mesh with this key is spoken with now, or has to be told why not.
    pub fn wants(&self, peer: &PublicKey) -> bool {
        let access = self.0.door.node().access();
        match access.link_to(peer) {
            Some(link) => self.0.stands_apart(link) || self.0.door.open_link(link.id).is_ok(),
            None => self.0.hears_strangers(peer),
        }
    }

    /// Calls a peer that can be reached now.
    pub(super) fn call(&self, peer: &PublicKey) {
        let access = self.0.door.node().access();
        if let Some(link) = access.link_to(peer) {
            Peers::call(&*self.0, link.id);
        }
    }

    /// Takes a way that a peer opened, whose key was proved. Whoever is no peer is sent away by dropping it, unless it may want a
    /// room that is open to strangers.
    pub fn take(&self, peer: &PublicKey, way: Box<dyn Channel>) {
        let access = self.0.door.node().access();
        match access.link_to(peer) {
            Some(link) if self.0.stands_apart(link) => self.0.part(link.id, way),
            Some(_) => self.0.hand(peer, way),
            None if self.0.hears_strangers(peer) => {
                tokio::spawn(Arc::clone(&self.0).receive(*peer, way));
            }
            None => {}
        }
    }
}

/// A speaker at work. It ends when this is dropped.
struct Busy {
    speaks: JoinHandle<()>,
    ways: mpsc::Sender<Way>,
    now: Arc<Notify>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.speaks.abort();
    }
}

struct Desk {
    door: Door,
    dial: Arc<dyn Dial>,
    pace: Pace,
    board: Arc<Board>,
    busy: Mutex<BTreeMap<LinkId, Busy>>,
    /// Peers that are being told why nothing more is said.
    parting: Mutex<BTreeSet<LinkId>>,
    threshold: Arc<Threshold>,
}

impl Desk {
    /// Hands a way to whoever speaks with the peer.
    fn hand(&self, peer: &PublicKey, way: Box<dyn Channel>) {
        let access = self.door.node().access();
        let Some(link) = access.link_to(peer).map(|link| link.id) else {
            return;
        };
        self.look();
        if let Some(busy) = self.busy().get(&link) {
            // With one in hand that was not looked at yet the peer calls once more.
            let _ = busy.ways.try_send(way);
        }
    }

    /// Keeps one speaker for each link by which something may go.
    async fn keep(self: Arc<Desk>) {
        let mut stopping = self.door.node().stopping();
        let mut rights = self.door.node().rights();
        let mut down = BTreeMap::new();
        let mut cards = Vec::new();
        loop {
            rights.borrow_and_update();
            self.look();
            self.tell(&mut down).await;
            match self.door.own_cards().await {
                Ok(own) => cards = own,
                Err(why) => tracing::debug!(%why, "what this mesh tells of itself stays as it was"),
            }
            let entrance = Entrance(Arc::clone(&self));
            self.dial.meet(self.addresses(), cards.clone(), &entrance);
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => return self.leave(),
                changed = rights.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Says of each link whether its peer is reached, and if it should be and is not, for how long.
    async fn tell(&self, down: &mut BTreeMap<LinkId, Instant>) {
        let access = self.door.node().access();
        let missed = |link: LinkId| {
            let open = || self.door.open_link(link).is_ok();
            // Nobody waits for a stranger.
            let known = || {
                access
                    .link(link)
                    .is_some_and(|link| !access.is_stranger(link))
            };
            self.dial.calls() && known() && open() && !self.board.seen(link).open
        };
        down.retain(|link, _| missed(*link));
        for found in access.links() {
            let seconds = missed(found.id).then(|| {
                let since = down.entry(found.id).or_insert_with(Instant::now);
                since.elapsed().as_secs()
            });
            if let Err(why) = self.door.note_link(found.id, seconds).await {
                let link = found.id;
                tracing::debug!(%link, %why, "how a link stands was not noted; it is tried again");
            }
        }
    }

    /// The addresses of all links that are open.
    fn addresses(&self) -> Vec<(String, PublicKey)> {
        let access = self.door.node().access();
        let open = access
            .links()
            .filter(|link| self.door.open_link(link.id).is_ok());
        open.filter_map(|link| Some((link.address.clone()?, link.peer)))
            .collect()
    }

    /// Speaks with nobody any more.
    fn leave(self: &Arc<Desk>) {
        self.busy().clear();
        let entrance = Entrance(Arc::clone(self));
        self.dial.meet(Vec::new(), Vec::new(), &entrance);
    }

    /// Whether a link waits since one of both logs went back. Whoever calls then hears so: it may have missed it when this side
    /// stopped, because it called at that moment by another way or because the way broke.
    fn stands_apart(&self, link: &LinkRecord) -> bool {
        let enabled = self.door.node().access().check_enabled(link.participant);
        matches!(
            link.paused,
            Some(LinkPause::WentBack | LinkPause::WeWentBack)
        ) && enabled.is_ok()
    }

    /// Tells a peer what stands between both logs, to one way at a time.
    fn part(self: &Arc<Desk>, link: LinkId, mut way: Way) {
        if !self.parting().insert(link) {
            return;
        }
        let desk = Arc::clone(self);
        let mut stopping = self.door.node().stopping();
        tokio::spawn(async move {
            tokio::select! {
                _ = stopping.wait_for(|stopping| *stopping) => {}
                () = speaker::part(&desk.door, link, &mut way) => {}
            }
            // Before the peer sees the end of this way, so that it may call again at once.
            desk.parting().remove(&link);
            drop(way);
        });
    }

    fn parting(&self) -> std::sync::MutexGuard<'_, BTreeSet<LinkId>> {
        self.parting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn busy(&self) -> std::sync::MutexGuard<'_, BTreeMap<LinkId, Busy>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) {
        let access = self.door.node().access();
        self.board.retain(|link| access.link(link).is_some());
        let mut busy = self.busy();
        busy.retain(|link, busy| self.door.open_link(*link).is_ok() && !busy.speaks.is_finished());
        for found in access.links() {
            if self.door.open_link(found.id).is_err() {
                continue;
            }
            busy.entry(found.id)
                .or_insert_with(|| self.speaker(found.id));
        }
    }

    fn speaker(&self, link: LinkId) -> Busy {
        let (ways, opened) = mpsc::channel(1);
        let now = Arc::new(Notify::new());
        let speaker = Speaker {
            door: self.door.clone(),
            link,
            dial: Arc::clone(&self.dial),
            board: Arc::clone(&self.board),
            pace: self.pace,
            ways: opened,
            threshold: Arc::clone(&self.threshold),
            now: Arc::clone(&now),
        };
        Busy {
            speaks: tokio::spawn(speaker.run()),
            ways,
            now,
        }
    }
}

impl Peers for Desk {
    fn seen(&self, link: LinkId) -> PeerSeen {
        self.board.seen(link)
    }

    fn call(&self, link: LinkId) {
        self.look();
        if let Some(busy) = self.busy().get(&link) {
            busy.now.notify_one();
        }
    }

    fn find(&self, at: String, words: String) -> Asked<'_, Result<Found, String>> {
        self.dial.find(at, words, self.door.node().now())
    }

    fn withdraw(&self, at: String) -> Asked<'_, Result<(), String>> {
        self.dial.withdraw(at)
    }

    fn shown(&self, at: &str) -> Option<Result<(), String>> {
        self.dial.shown(at)
    }
}
