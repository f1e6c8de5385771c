//! Secrets of the node. Their values are in the vault alone, sealed: what the log remembers.

use serde::{Deserialize, Serialize};

/// A secret was stored, or a new value of it. The value is in the vault alone, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSet {
    /// Its unique name.
    pub name: String,
    /// Counts from 1 up.
    pub version: u32,
}

/// A secret is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretRemoved {
    /// Its name.
    pub name: String,
}
