//! What the state remembers of a secret.

use mesh_model::Seq;
use serde::{Deserialize, Serialize};

/// A secret's place in the log; its value is in the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// Counts from 1 up.
    pub version: u32,
    /// Where the value was set.
    pub seq: Seq,
}
