//! What the state remembers of an inlet, and whether it takes anything.

use mesh_model::events::InletCreated;
use mesh_model::{Actor, InletId, Millis, ParticipantId, Refusal, Seq};
use serde::{Deserialize, Serialize};

use crate::Access;

/// An inlet. Its secrets are in the vault, its words in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inlet {
    /// What was set when it was made.
    pub set: InletCreated,
    /// Who made it; absent if the node did.
    pub made_by: Option<ParticipantId>,
    /// Where in the log: its words stand there.
    pub since: Seq,
    /// It takes nothing until somebody lets it go on.
    pub paused: bool,
    /// Counts its secrets from 1 up.
    pub version: u32,
    /// Until when the secret before the present one holds too, unix milliseconds.
    pub old_until: u64,
}

impl Inlet {
    /// As whom it acts.
    pub fn actor(&self) -> Actor {
        Actor::Credential(self.set.participant, self.set.credential)
    }

    /// The versions of its secret that hold now, the newest first.
    pub fn live_versions(&self, now: Millis) -> impl Iterator<Item = u32> + use<> {
        let old =
            (self.version > 1 && now.0 < self.old_until).then_some(self.version.wrapping_sub(1));
        std::iter::once(self.version).chain(old)
    }
}

impl Access {
    /// An inlet.
    pub fn inlet(&self, id: InletId) -> Option<&Inlet> {
        self.inlets.get(&id).map(|inlet| &**inlet)
    }

    /// All inlets, in the order of their ids.
    pub fn inlets(&self) -> impl Iterator<Item = &Inlet> {
        self.inlets.values().map(|inlet| &**inlet)
    }

    /// Whether an inlet may say anything at `now`: its bridge and those above it are there, and so is what it was made with.
    /// What it says is judged by the room then, as anybody's words are.
    pub fn check_inlet(&self, inlet: &Inlet, now: Millis) -> Result<(), Refusal> {
        self.standing(&inlet.actor(), now).map(drop)
    }
}
