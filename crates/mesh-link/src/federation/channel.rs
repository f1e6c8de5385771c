//! What a conversation needs of its way: whole frames in their order, from and to one peer whose key was proved.

use std::pin::Pin;

use mesh_model::{Millis, PublicKey};
use mesh_ops::{Found, OwnCard};

use super::Entrance;

/// Something under way.
pub type Under<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A sealed way to a peer.
pub trait Channel: Send {
    /// Sends a frame; why not, in words.
    fn send(&mut self, frame: Vec<u8>) -> Under<'_, Result<(), String>>;

    /// The next frame; why there are none any more. Safe to drop while it waits.
    fn receive(&mut self) -> Under<'_, Result<Vec<u8>, String>>;
}

/// What calls a peer.
pub trait Dial: Send + Sync {
    /// A way to whoever proves to have the key at this address; why there is none, in words.
    fn dial(&self, address: String, key: PublicKey) -> Under<'_, Result<Box<dyn Channel>, String>>;

    /// Whether it calls anybody at all. A peer that is not called is not missed.
    fn calls(&self) -> bool {
        true
    }

    /// Is where peers meet this node, by the addresses of all links that are open, and where this mesh tells of itself; ways that
    /// open there come in at the entrance. Most addresses are called and not met at.
    fn meet(&self, _links: Vec<(String, PublicKey)>, _cards: Vec<OwnCard>, _entrance: &Entrance) {}

    /// Who tells of itself at an interchange; why nobody can be asked, in words.
    fn find(&self, _at: String, _words: String, _now: Millis) -> Under<'_, Result<Found, String>> {
        Box::pin(std::future::ready(Err(NOBODY.to_owned())))
    }

    /// Has an interchange forget what this mesh told of itself.
    fn withdraw(&self, _at: String) -> Under<'_, Result<(), String>> {
        Box::pin(std::future::ready(Err(NOBODY.to_owned())))
    }

    /// Whether what this mesh tells of itself stands at an interchange, as far as that is known.
    fn shown(&self, _at: &str) -> Option<Result<(), String>> {
        None
    }
}

/// Why a node that has no way to interchanges finds nobody.
const NOBODY: &str = "this node goes to no interchange";
