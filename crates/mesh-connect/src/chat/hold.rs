//! What may not disturb now, where the service cannot tell it without a sound: it is held until it may be heard.

use std::time::Duration;

use mesh_model::{ApprovalId, MessageId, Seq};
use serde::{Deserialize, Serialize};

/// Things that are held at most; what comes beyond them is told at once.
pub(super) const HELD_MAX: usize = 500;
/// How soon it is looked again whether they may be told: whom it concerns may have changed its mind.
pub(super) const LOOK_AFTER: Duration = Duration::from_secs(30);

/// Something that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    /// Its place in the log.
    pub seq: Seq,
    pub what: What,
}

/// What it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    Message(MessageId),
    Approval(ApprovalId),
    Alert(Seq),
}
