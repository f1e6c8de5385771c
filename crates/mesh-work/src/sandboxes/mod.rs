//! Sandboxes that a machine's owner offers on the mesh: `mesh sandbox serve`.
//!
//! [`House`] has the slots and starts sandboxes, [`run`] does one run from its files in to its files out, [`serve`] offers
//! that as a tool and answers calls, and [`e2b`] is a listener on this machine that speaks as E2B does. Nothing of a run is
//! stored here; that it was asked for is in the mesh's log.

pub mod e2b;
pub mod run;
pub mod serve;

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mesh_model::ParticipantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::awake::Moment;
use crate::sandbox::kept::Kept;
use crate::sandbox::{Net, Sandbox};
use crate::worker::random_hex;

/// A name for a folder of sandboxes that nobody guesses.
pub fn folder_name() -> String {
    format!("mesh-sandboxes-{}", random_hex::<8>())
}

/// On what terms sandboxes are offered.
#[derive(Debug, Clone)]
pub struct Terms {
    /// What they are confined by, and what they may use.
    pub sandbox: Sandbox,
    /// The folder for their cells' own files.
    pub state: PathBuf,
    /// Sandboxes at the same time.
    pub slots: u16,
    /// How long one run may take.
    pub wall: Duration,
    /// How long an opened sandbox may go on.
    pub life: Duration,
    /// Bytes of a sandbox's home, which is in memory.
    pub home_bytes: u64,
    /// Whether those may use them too who may run commands in a room where they are offered.
    pub executors: bool,
}

/// Where sandboxes are started.
#[derive(Debug)]
pub struct House {
    terms: Terms,
    slots: Arc<Semaphore>,
}

impl Drop for House {
    fn drop(&mut self) {
        // What stays is in a folder that systems clean up.
        let _ = std::fs::remove_dir_all(&self.terms.state);
    }
}

/// A sandbox that has a slot for as long as it is there.
#[derive(Debug)]
pub struct Lodged {
    /// The sandbox.
    pub kept: Kept,
    _slot: OwnedSemaphorePermit,
}

/// Who wants to use one, as the node tells it.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Who.
    pub id: ParticipantId,
    /// The same person stands behind it and behind whoever offers the sandboxes.
    pub kin: bool,
    /// It may run commands in a room where they are offered.
    pub executes: bool,
}

impl House {
    /// A house with all slots free. Its folder is made, for this user alone, and goes with it.
    pub fn new(terms: Terms) -> std::io::Result<House> {
        // One that is there is somebody else's.
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&terms.state)?;
        Ok(House {
            slots: Arc::new(Semaphore::new(usize::from(terms.slots))),
            terms,
        })
    }

    /// On what terms.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Whether somebody may use its sandboxes, or why not. The node has let through only those for whom they are; this is
    /// the word of the machine's owner.
    pub fn lets(&self, guest: &Guest) -> Result<(), String> {
        if guest.kin || (self.terms.executors && guest.executes) {
            return Ok(());
        }
        Err(if self.terms.executors {
            "the owner of this machine lets its own side use these sandboxes, and those who may run commands in the room (`execute`)"
        } else {
            "the owner of this machine lets its own side alone use these sandboxes; mesh sandbox serve --executors lets those in who may run commands in the room"
        }
        .to_owned())
    }

    /// Starts a sandbox that ends at that moment at the latest. `quiet`: without a network whatever the terms say.
    pub async fn lodge(&self, ends: Moment, quiet: bool) -> Result<Lodged, String> {
        let slot = self.slots.clone().try_acquire_owned();
        let slot = slot.map_err(|_| {
            format!(
                "all {} sandboxes are in use; try again when one has ended",
                self.terms.slots
            )
        })?;
        let mut sandbox = self.terms.sandbox.clone();
        if quiet {
            sandbox.net = Net::Places(Vec::new());
        }
        let private = self.private();
        let kept = Kept::start(&sandbox, &private, self.terms.home_bytes, ends).await?;
        Ok(Lodged { kept, _slot: slot })
    }

    fn private(&self) -> PathBuf {
        Path::new(&self.terms.state).join(random_hex::<8>())
    }
}
