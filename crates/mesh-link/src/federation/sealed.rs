//! The way between two nodes: a sealed channel, by which each has proved its key before anything is said; directly, or through an
//! interchange.

use std::sync::Arc;

use mesh_interchange::{Links, Prover, Verdict};
use mesh_model::{Millis, PublicKey};
use mesh_ops::{Door, Found, OwnCard};

use super::interchanges::{Interchanges, OPEN, PREFIX};
use super::{Channel, Dial, Entrance, Under};
use crate::outbox::Pace;

/// What calls peers at their addresses, as the node.
pub fn sealed(door: &Door, pace: Pace) -> Arc<dyn Dial> {
    let prover: Arc<dyn Prover> = Arc::new(door.node().signing_key());
    Arc::new(Sealed {
        interchanges: Interchanges::new(door.clone(), Arc::clone(&prover), pace),
        prover,
    })
}

struct Sealed {
    prover: Arc<dyn Prover>,
    interchanges: Interchanges,
}

impl Dial for Sealed {
    fn meet(&self, links: Vec<(String, PublicKey)>, cards: Vec<OwnCard>, entrance: &Entrance) {
        self.interchanges.meet(links, cards, entrance);
    }

    fn find(&self, at: String, words: String, now: Millis) -> Under<'_, Result<Found, String>> {
        Box::pin(async move { self.interchanges.find(&at, words, now).await })
    }

    fn withdraw(&self, at: String) -> Under<'_, Result<(), String>> {
        Box::pin(async move { self.interchanges.withdraw(&at).await })
    }

    fn shown(&self, at: &str) -> Option<Result<(), String>> {
        self.interchanges.shown(at)
    }

    fn dial(&self, address: String, key: PublicKey) -> Under<'_, Result<Box<dyn Channel>, String>> {
        Box::pin(async move {
            if let Some(at) = address.strip_prefix(PREFIX) {
                let calls = self.prover.key() < key;
                return self.interchanges.dial(at, key, calls).await;
            }
            if let Some(at) = address.strip_prefix(OPEN) {
                // The other one does not know this mesh, and never calls it.
                return self.interchanges.dial(at, key, true).await;
            }
            let opened = mesh_interchange::dial(&address, &*self.prover, Some(key)).await;
            match opened {
                Ok(channel) => Ok(Box::new(channel) as Box<dyn Channel>),
                Err(why) => Err(why.to_string()),
            }
        })
    }
}

impl Channel for mesh_interchange::Channel {
    fn send(&mut self, frame: Vec<u8>) -> Under<'_, Result<(), String>> {
        Box::pin(async move {
            let sent = mesh_interchange::Channel::send(self, frame).await;
            sent.map_err(|why| why.to_string())
        })
    }

    fn receive(&mut self) -> Under<'_, Result<Vec<u8>, String>> {
        Box::pin(async move { self.recv().await.map_err(|why| why.to_string()) })
    }
}

impl Links for Entrance {
    fn judge(&self, peer: PublicKey) -> Verdict {
        if self.wants(&peer) {
            Verdict::Welcome
        } else {
            Verdict::Unwanted
        }
    }

    fn take(&self, channel: mesh_interchange::Channel) {
        Entrance::take(self, &channel.peer(), Box::new(channel));
    }
}
