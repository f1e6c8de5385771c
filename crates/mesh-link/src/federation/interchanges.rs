//! Interchanges: where this node is so that peers find it which cannot be called, and cannot call it. One connection outward for
//! each that a link names, kept as long as one does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use mesh_interchange::{Interchange, News, Prover};
use mesh_model::PublicKey;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::{Channel, Entrance};
use crate::outbox::Pace;

/// How the address of a link begins that goes through an interchange; the interchange's own address follows.
pub(super) const PREFIX: &str = "interchange+";

pub(super) struct Interchanges {
    prover: Arc<dyn Prover>,
    pace: Pace,
    places: Mutex<BTreeMap<String, Place>>,
}

/// An interchange that links name. This node leaves it when this is dropped.
struct Place {
    peers: watch::Sender<BTreeSet<PublicKey>>,
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
}

impl Interchanges {
    pub fn new(prover: Arc<dyn Prover>, pace: Pace) -> Interchanges {
        Interchanges {
            prover,
            pace,
            places: Mutex::default(),
        }
    }

    /// Is at those interchanges that these links name, and at no others.
    pub fn meet(&self, links: Vec<(String, PublicKey)>, entrance: &Entrance) {
        let mut named: BTreeMap<String, BTreeSet<PublicKey>> = BTreeMap::new();
        for (address, peer) in links {
            if let Some(at) = address.strip_prefix(PREFIX) {
                named.entry(at.to_owned()).or_default().insert(peer);
            }
        }
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.retain(|at, _| named.contains_key(at));
        for (at, peers) in named {
            match places.get(&at) {
                Some(place) => {
                    place.peers.send_if_modified(|known| {
                        let more = *known != peers;
                        *known = peers;
                        more
                    });
                }
                None => {
                    let place = self.enter(&at, peers, entrance.clone());
                    places.insert(at, place);
                }
            }
        }
    }

    fn enter(&self, at: &str, peers: BTreeSet<PublicKey>, links: Entrance) -> Place {
        let (peers, wanted) = watch::channel(peers);
        let (told, seen) = watch::channel(Seen::default());
        let keeper = Keeper {
            to: mesh_interchange::Entrance {
                address: at.to_owned(),
                ..mesh_interchange::Entrance::default()
            },
            prover: Arc::clone(&self.prover),
            links,
            pace: self.pace,
            wanted,
            told,
        };
        Place {
            peers,
            seen,
            keeps: tokio::spawn(keeper.run()),
        }
    }

    /// A way to a peer that is at this interchange. Of two nodes the one with the lesser key calls, so that they do not call each
    /// other at one moment; the other one waits for it.
    pub async fn dial(&self, at: &str, peer: PublicKey) -> Result<Box<dyn Channel>, String> {
        let seen = {
            let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            places.get(at).map(|place| place.seen.clone())
        };
        let left = || "no link names this interchange any more".to_owned();
        let mut seen = seen.ok_or_else(left)?;
        let calls = self.prover.key() < peer;
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
    to: mesh_interchange::Entrance,
    prover: Arc<dyn Prover>,
    links: Entrance,
    pace: Pace,
    wanted: watch::Receiver<BTreeSet<PublicKey>>,
    told: watch::Sender<Seen>,
}

impl Keeper {
    async fn run(mut self) {
        let mut failures = 0;
        loop {
            let links = Arc::new(self.links.clone());
            let entered = Interchange::enter(&self.to, Arc::clone(&self.prover), links).await;
            let why = match entered {
                Ok((way, news)) => {
                    failures = 0;
                    self.follow(Arc::new(way), news).await
                }
                Err(why) => why.to_string(),
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

    /// Stays until the connection is over; why it is.
    async fn follow(&mut self, way: Arc<Interchange>, mut news: mpsc::Receiver<News>) -> String {
        self.told.send_replace(Seen {
            way: Some(Arc::clone(&way)),
            ..Seen::default()
        });
        let mut watched = BTreeSet::new();
        loop {
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
