//! Secrets of the node. Their values are in the vault alone, sealed: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};

events! { Secret SecretFacts
    Set(it: SecretSet) "secret.set" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
    Removed(it: SecretRemoved) "secret.removed" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
}

/// A secret was stored, or a new value of it. The value is in the vault alone, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretSet {
    /// Its unique name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Counts from 1 up.
    pub version: u32,
}

/// A secret is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRemoved {
    /// Its name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
}
