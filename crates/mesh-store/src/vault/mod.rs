//! The vault: what the log must not hold and nothing can rebuild. Private, small, synced.
//!
//! A write is on the disk when its call returns, so that the event it belongs to can follow: vault first,
//! then log. The vault never decides anything: it maps a secret to an id, and whether that id is still good is
//! for the log's state to say. So an old copy of a vault revives nothing.
//!
//! Secrets that we draw ourselves have 256 bits and are kept as plain SHA-256; passwords, which people choose,
//! as Argon2id. What the node itself has to use, its own key and the secrets people store for it, is sealed with the
//! key in `vault.key` (mode 0600, in a folder of mode 0700), see `seal.rs`.

mod attention;
mod browser;
mod delivery;
mod inbox;
mod key;
mod login;
mod memory;
mod open;
mod outbox;
pub mod password;
mod presence;
mod push;
mod schema;
mod seal;
mod sealed;
pub mod secret;
mod usage;
mod wake;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use mesh_model::{CredentialId, VaultId};
use rusqlite::Connection;

pub use browser::{Browser, SignedIn};
pub use delivery::Heard;
pub use inbox::Ack;
pub use key::NodeSeed;
pub use login::{Attempt, Blocked, Knock};
pub use presence::Known;
pub use push::{PushAddress, PushKey, PushTo};

use seal::Seal;
use secret::SecretHash;

/// One connection writes and one reads, so that a lookup does not wait for another's sync.
#[derive(Debug)]
pub struct Vault {
    path: PathBuf,
    id: VaultId,
    seed: NodeSeed,
    seal: Seal,
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
    /// Every request with a token asks for one of these.
    credentials: RwLock<HashMap<SecretHash, CredentialId>>,
    /// The numbers of the browsers that are signed in: everything that stands open for one looks here.
    browsers: RwLock<BTreeSet<u64>>,
    /// How many were signed out since the vault was opened.
    sign_outs: AtomicU64,
}

impl Vault {
    /// Which vault this is. The log names the one that belongs to it.
    pub fn id(&self) -> VaultId {
        self.id
    }

    /// The node's Ed25519 key.
    pub fn node_seed(&self) -> &NodeSeed {
        &self.seed
    }

    fn write(&self) -> MutexGuard<'_, Connection> {
        // A thread that panicked dropped its transaction, which undid it.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
