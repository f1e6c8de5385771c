//! Interchanges: where this node is so that peers find it which cannot be called, and cannot call it, and where its mesh tells of
//! itself. One connection outward for each that a link or a card names, kept as long as one does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mesh_interchange::{Interchange, Links, News, NotOpened, Prover, Verdict};
use mesh_model::{Millis, PublicKey};
use mesh_ops::{Door, Found, OwnCard};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::cards::{self, Shows};
use super::{Channel, Entrance};
use crate::outbox::Pace;

/// How the address of a link begins that goes through an interchange; the interchange's own address follows.
pub(super) const PREFIX: &str = "interchange+";
/// The same for a peer that does not know this mesh until it is called: a room of it is open to strangers.
pub(super) const OPEN: &str = "open+";

pub(super) struct Interchanges {
    door: Door,
    prover: Arc<dyn Prover>,
    pace: Pace,
    places: Mutex<BTreeMap<String, Place>>,
    /// Visits to interchanges that nothing names, one at a time.
    visits: tokio::sync::Mutex<()>,
}

/// An interchange that links name. This node leaves it when this is dropped.
struct Place {
    peers: watch::Sender<BTreeSet<PublicKey>>,
    card: watch::Sender<Option<OwnCard>>,
    /// The name by which it came in.
    name: Option<String>,
    seen: watch::Receiver<Seen>,
    keeps: JoinHandle<()>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.keeps.abort();
    }
}

/// How it stands with an interchange.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// The connection, while there is one.
    way: Option<Arc<Interchange>>,
    /// Which peers are there and which are not, as far as it has said.
    here: BTreeMap<PublicKey, bool>,
    /// Why there is no connection.
    trouble: Option<String>,
    /// Whether what this mesh tells of itself stands there.
    shown: Option<Result<(), String>>,
}

impl Interchanges {
    pub fn new(door: Door, prover: Arc<dyn Prover>, pace: Pace) -> Interchanges {
        Interchanges {
            door,
            prover,
            pace,
            places: Mutex::default(),
            visits: tokio::sync::Mutex::default(),
        }
    }

    /// Is at those interchanges that these links and cards name, and at no others.
    pub fn meet(&self, links: Vec<(String, PublicKey)>, cards: Vec<OwnCard>, entrance: &Entrance) {
        let mut named: BTreeMap<String, (BTreeSet<PublicKey>, Option<OwnCard>)> = BTreeMap::new();
        for (address, peer) in links {
            let at = address
                .strip_prefix(PREFIX)
                .or_else(|| address.strip_prefix(OPEN));
            if let Some(at) = at {
                named.entry(at.to_owned()).or_default().0.insert(peer);
            }
        }
        for card in cards {
            let at = card.at.clone();
            named.entry(at).or_default().1 = Some(card);
        }
        let mut places = self.places();
        places.retain(|at, place| {
            named.get(at).is_some_and(|(_, card)| {
                // Another name needs another hello; without a card the old one does.
                let name = card.as_ref().map(|card| &card.name);
                name.is_none_or(|name| place.name.as_ref() == Some(name))
            })
        });
        for (at, (peers, card)) in named {
            match places.get(&at) {
                Some(place) => {
                    changes(&place.peers, peers);
                    changes(&place.card, card);
                }
                None => {
                    let place = self.enter(&at, peers, card, entrance.clone());
                    places.insert(at, place);
                }
            }
        }
    }

    fn places(&self) -> MutexGuard<'_, BTreeMap<String, Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(
        &self,
        at: &str,
        peers: BTreeSet<PublicKey>,
        card: Option<OwnCard>,
        links: Entrance,
    ) -> Place {
        let name = card.as_ref().map(|card| card.name.clone());
        let (peers, wanted) = watch::channel(peers);
        let (card, tells) = watch::channel(card);
        let (told, seen) = watch::channel(Seen::default());
        let keeper = Keeper {
            door: self.door.clone(),
            to: mesh_interchange::Entrance {
                address: at.to_owned(),
                name: name.clone(),
                ..mesh_interchange::Entrance::default()
            },
            prover: Arc::clone(&self.prover),
            links,
            pace: self.pace,
            wanted,
            tells,
            told,
        };
        Place {
            peers,
            card,
            name,
            seen,
            keeps: tokio::spawn(keeper.run()),
        }
    }

    /// The connection to an interchange: the one that is kept, or one for this question alone.
    async fn way(&self, at: &str) -> Result<Arc<Interchange>, String> {
        let seen = self.places().get(at).map(|place| place.seen.clone());
        if let Some(seen) = seen {
            let seen = seen.borrow().clone();
            let trouble = || {
                seen.trouble
                    .unwrap_or_else(|| "it is being called".to_owned())
            };
            return seen.way.ok_or_else(trouble);
        }
        let entrance = mesh_interchange::Entrance {
            address: at.to_owned(),
            ..mesh_interchange::Entrance::default()
        };
        let entered = Interchange::enter(&entrance, Arc::clone(&self.prover), Arc::new(Nobody));
        let (way, _) = entered.await.map_err(|why| in_our_words(&why))?;
        Ok(Arc::new(way))
    }

    /// Who tells of itself at an interchange. What it cannot prove to be the word of the key that it names is left out.
    pub async fn find(&self, at: &str, words: String, now: Millis) -> Result<Found, String> {
        let _one_at_a_time = self.visits.lock().await;
        let way = self.way(at).await?;
        cards::find(&way, words, now).await
    }

    /// Has an interchange forget what this mesh told of itself there.
    pub async fn withdraw(&self, at: &str) -> Result<(), String> {
        let _one_at_a_time = self.visits.lock().await;
        if let Some(place) = self.places().get(at) {
            changes(&place.card, None);
        }
        let way = self.way(at).await?;
        let withdrawn = way.publish(None).await;
        withdrawn.map_err(|why| in_our_words(&why))
    }

    /// Whether what this mesh tells of itself stands at an interchange.
    pub fn shown(&self, at: &str) -> Option<Result<(), String>> {
        let seen = self.places().get(at)?.seen.borrow().clone();
        match seen.trouble {
            Some(trouble) => Some(Err(trouble)),
            None => seen.shown,
        }
    }

    /// A way to a peer that is at this interchange. Of two nodes the one with the lesser key calls, so that they do not call each
    /// other at one moment; the other one waits for it.
    pub async fn dial(
        &self,
        at: &str,
        peer: PublicKey,
        calls: bool,
    ) -> Result<Box<dyn Channel>, String> {
        let seen = self.places().get(at).map(|place| place.seen.clone());
        let left = || "no link names this interchange any more".to_owned();
        let mut seen = seen.ok_or_else(left)?;
        loop {
            let now = seen.borrow_and_update().clone();
            match (now.way, now.here.get(&peer), now.trouble) {
                (Some(way), Some(true), _) if calls => {
                    let opened = way.dial(peer).await.map_err(|why| why.to_string())?;
                    return Ok(Box::new(opened));
                }
                (Some(_), Some(false), _) => {
                    return Err("the other mesh is not at the interchange".to_owned());
                }
                (None, _, Some(why)) => return Err(format!("at the interchange: {why}")),
                _ => {}
            }
            seen.changed().await.map_err(|_| left())?;
        }
    }
}

/// Who stays at one interchange, and comes back when it was sent away.
struct Keeper {
    door: Door,
    to: mesh_interchange::Entrance,
    prover: Arc<dyn Prover>,
    links: Entrance,
    pace: Pace,
    wanted: watch::Receiver<BTreeSet<PublicKey>>,
    tells: watch::Receiver<Option<OwnCard>>,
    told: watch::Sender<Seen>,
}

impl Keeper {
    async fn run(mut self) {
        let mut failures = 0;
        loop {
            let why = match self.come_in().await {
                Ok((way, news, unnamed)) => {
                    failures = 0;
                    self.follow(Arc::new(way), news, unnamed).await
                }
                Err(why) => in_our_words(&why),
            };
            tracing::debug!(at = %self.to.address, %why, "an interchange was left");
            failures += 1;
            self.told.send_replace(Seen {
                trouble: Some(why),
                ..Seen::default()
            });
            tokio::time::sleep(self.pace.after(failures)).await;
        }
    }

    /// Comes in by the name under which the mesh tells of itself; where that is refused without one, for links need none. Why it was
    /// refused is told too.
    async fn come_in(
        &self,
    ) -> Result<(Interchange, mpsc::Receiver<News>, Option<String>), NotOpened> {
        let enter = |to: mesh_interchange::Entrance| async move {
            let links = Arc::new(self.links.clone());
            Interchange::enter(&to, Arc::clone(&self.prover), links).await
        };
        match enter(self.to.clone()).await {
            Err(why @ NotOpened::Refused(_)) if self.to.name.is_some() => {
                let nameless = mesh_interchange::Entrance {
                    name: None,
                    ..self.to.clone()
                };
                let (way, news) = enter(nameless).await?;
                Ok((way, news, Some(in_our_words(&why))))
            }
            entered => entered.map(|(way, news)| (way, news, None)),
        }
    }

    /// Stays until the connection is over; why it is.
    async fn follow(
        &mut self,
        way: Arc<Interchange>,
        mut news: mpsc::Receiver<News>,
        unnamed: Option<String>,
    ) -> String {
        self.told.send_replace(Seen {
            way: Some(Arc::clone(&way)),
            shown: unnamed.clone().map(Err),
            ..Seen::default()
        });
        let mut watched = BTreeSet::new();
        let mut shows = Shows::default();
        loop {
            let card = self.tells.borrow_and_update().clone();
            let card = card.filter(|_| unnamed.is_none());
            if let Some(shown) = shows
                .show(&way, &*self.prover, card, self.door.node().now())
                .await
            {
                self.told.send_modify(|seen| seen.shown = shown);
            }
            let wanted = self.wanted.borrow_and_update().clone();
            let more: Vec<PublicKey> = wanted.difference(&watched).copied().collect();
            if !more.is_empty() {
                way.watch(more).await;
            }
            let less: Vec<PublicKey> = watched.difference(&wanted).copied().collect();
            if !less.is_empty() {
                way.unwatch(less).await;
            }
            watched = wanted;
            tokio::select! {
                more = self.wanted.changed() => if more.is_err() {
                    return "no link names it any more".to_owned();
                },
                more = self.tells.changed() => if more.is_err() {
                    return "no link names it any more".to_owned();
                },
                () = shows.anew() => {}
                told = news.recv() => match told {
                    Some(told) => self.heard(told),
                    None => return way.ended().await,
                },
            }
        }
    }

    fn heard(&self, news: News) {
        let (peer, here) = match news {
            News::Here(peer) => (peer, true),
            News::Gone(peer) => (peer, false),
            News::Refused(why) => {
                tracing::warn!(at = %self.to.address, %why, "an interchange refused something");
                return;
            }
            // The connection ends by itself.
            News::Draining => return,
        };
        self.told.send_modify(|seen| {
            seen.here.insert(peer, here);
        });
        if here {
            self.links.call(&peer);
        }
    }
}

/// Why an interchange is not gone to. What it says itself are a stranger's words, which reach programs as this node's: of those only
/// the code passes.
pub(super) fn in_our_words(why: &NotOpened) -> String {
    match why {
        NotOpened::Refused(refusal) => {
            format!("the interchange refuses it: {}", refusal.code.code())
        }
        why => why.to_string(),
    }
}

fn changes<T: PartialEq>(to: &watch::Sender<T>, new: T) {
    to.send_if_modified(|known| {
        let more = *known != new;
        *known = new;
        more
    });
}

/// Takes no channel: somebody is asked, and nobody spoken with.
#[derive(Debug)]
struct Nobody;

impl Links for Nobody {
    fn judge(&self, _: PublicKey) -> Verdict {
        Verdict::Unwanted
    }

    fn take(&self, _: mesh_interchange::Channel) {}
}
