//! What the state remembers of a kind of event.

use mesh_model::Seq;
use serde::{Deserialize, Serialize};

/// A registered kind of event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventType {
    /// Its name.
    pub name: String,
    /// The newest version of its schema; all from 1 on are valid.
    pub version: u32,
    /// The place in the log that holds the newest schema.
    pub since: Seq,
}
