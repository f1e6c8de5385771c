//! Secrets of the node. Their values are in the vault alone, sealed: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::Seq;

/// A secret as its reader sees it: never the value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SecretInfo {
    /// Its unique name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Counts from 1 up with each new value.
    pub version: u32,
    /// Where in the log the value was set.
    pub seq: Seq,
}

/// Store a secret, or a new value of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretSetInput {
    /// Its unique name: a-z, 0-9 and '-', at most 40.
    pub name: String,
    /// The value, 1 to 4096 bytes. It is never shown again.
    pub value: String,
}

/// One secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRefInput {
    /// Its name.
    pub name: String,
}
