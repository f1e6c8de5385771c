//! The switch that stops all dispatch: what the log remembers.

use serde::{Deserialize, Serialize};

/// Nobody takes anything from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispatchStopped {}

/// Work is given out again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispatchResumed {}
