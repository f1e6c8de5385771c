//! The way between two nodes: a sealed channel, by which each has proved its key before anything is said.

use std::sync::Arc;

use mesh_interchange::{Links, Prover, Verdict};
use mesh_model::PublicKey;
use mesh_ops::Door;

use super::{Channel, Dial, Entrance, Under};

/// What calls peers at their addresses, as the node.
pub fn sealed(door: &Door) -> Arc<dyn Dial> {
    Arc::new(Sealed(Box::new(door.node().signing_key())))
}

struct Sealed(Box<dyn Prover>);

impl Dial for Sealed {
    fn dial(&self, address: String, key: PublicKey) -> Under<'_, Result<Box<dyn Channel>, String>> {
        Box::pin(async move {
            let opened = mesh_interchange::dial(&address, &*self.0, Some(key)).await;
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
