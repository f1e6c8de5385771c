//! The folder that a mesh lives in: what each of its files is called, who may look into it, and what it is for.
//!
//! Only names stand here; whoever owns a file reads and writes it. The inside of [`Entry::Log`], [`Entry::Vault`] and
//! [`Entry::View`] is known to the crate that keeps it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{MeshId, PublicKey, RoomId};

/// The mode of the home and of the folders in it: its owner alone enters.
pub const FOLDER_MODE: u32 = 0o700;

/// The mode of the files in it: its owner alone reads.
pub const FILE_MODE: u32 = 0o600;

/// What kind of thing an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder with what is secret or was said: closed at every start, with each file in it.
    Private,
    /// A folder with programs and work of other people's tools. Nobody else reaches it, for the home is closed; the
    /// modes within are left as they are.
    Shared,
}

macro_rules! entries {
    ($($(#[doc = $meaning:literal])+ $entry:ident $name:literal $kind:ident,)*) => {
        /// A file or folder that lies in the home by a fixed name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Entry {
            $($(#[doc = $meaning])+ $entry,)*
        }

        impl Entry {
            /// All there are.
            pub const ALL: &[Entry] = &[$(Entry::$entry),*];

            /// What it is called.
            pub const fn name(self) -> &'static str {
                match self { $(Entry::$entry => $name,)* }
            }

            /// What kind of thing it is.
            pub const fn kind(self) -> EntryKind {
                match self { $(Entry::$entry => EntryKind::$kind,)* }
            }
        }
    };
}

entries! {
    /// The log's segments: everything that ever happened.
    Log "log" Private,
    /// Hashes of secrets, cookies, inbox positions and the node's key; cannot be made again.
    Vault "vault" Private,
    /// What queries read; may be deleted while no node runs.
    View "view" Private,
    /// The bytes of shared files, each under its hash.
    Files "files" Private,
    /// A file for each participant whose token is kept here.
    Clients "clients" Private,
    /// The keys by which participants sign.
    Keys "keys" Private,
    /// Checkpoints of nodes, kept to notice another history.
    Witness "witness" Private,
    /// An interchange's key, the hash of its secret, its registry and who is banned from it.
    Interchange "interchange" Private,
    /// What the hooks of agent programs remember of their sessions.
    Hooks "hooks" Shared,
    /// A folder for each plugin that has no other.
    Plugins "plugins" Shared,
    /// A folder for each worker: its outbox and the folders of its tasks.
    Work "work" Shared,
    /// The owner's token. Whoever reads it is the owner.
    OwnerToken "owner.token" File,
    /// Which node runs on this home; there from its start to its stop.
    Node "node.json" File,
    /// How far everything that was to be erased is erased.
    Erased "erased.json" File,
    /// The same, not yet whole.
    ErasedUnfinished "erased.json.tmp" File,
    /// What was entered in the settings of agent programs, so that it can be taken out again.
    Installed "installed.json" File,
    /// Which skills were installed in the folders of agent programs, and from where.
    Skills "skills.json" File,
    /// Held by the installation that writes.
    InstalledLock "installed.lock" File,
    /// How `mesh up` starts the node, written by its owner.
    Config "config.toml" File,
    /// The plugins and hooks of the node, written by its owner.
    PluginsConfig "plugins.toml" File,
    /// What models cost, written by the owner.
    Prices "prices.toml" File,
}

impl Entry {
    /// Where it lies.
    pub fn of(self, home: &Path) -> PathBuf {
        home.join(self.name())
    }
}

/// Where the token of a participant is kept; it holds an [`Identity`].
pub fn identity(home: &Path, handle: &str) -> PathBuf {
    Entry::Clients.of(home).join(format!("{handle}.json"))
}

/// Where the key is kept by which a participant signs.
pub fn key(home: &Path, handle: &str) -> PathBuf {
    Entry::Keys.of(home).join(format!("{handle}.key"))
}

/// Where the checkpoints of the node with this key are kept.
pub fn witness(home: &Path, node: PublicKey) -> PathBuf {
    Entry::Witness.of(home).join(format!("{node}.jsonl"))
}

/// Where the rules of a room lie while somebody edits them.
pub fn policy(home: &Path, room: RoomId) -> PathBuf {
    home.join(format!("policy-{room}.toml"))
}

/// A participant whose token is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Identity {
    /// Its handle.
    pub handle: String,
    /// Its node's address, when it was last known.
    pub url: String,
    /// Its node's key: whoever else listens at the address is not shown the token. Files of earlier
    /// releases do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_key: Option<PublicKey>,
    /// Its token.
    pub token: String,
}

/// The node that runs on the home, as [`Entry::Node`] tells it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunningNode {
    /// Its address.
    pub url: String,
    /// Its process.
    pub pid: u32,
    /// The mesh.
    pub mesh: MeshId,
    /// The key by which the node proves that it is this one.
    pub node_key: PublicKey,
    /// It opens no connections.
    #[serde(default)]
    pub air_gapped: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_name_of_its_own() {
        let mut names: Vec<_> = Entry::ALL.iter().map(|entry| entry.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Entry::ALL.len());
        assert!(names.iter().all(|name| !name.contains('/')));
    }
}
