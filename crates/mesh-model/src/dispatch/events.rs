//! The switch that stops all dispatch: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};

events! { Dispatch DispatchFacts
    Stopped(it: DispatchStopped) "dispatch.stopped" / 1 {
        room: None,
        sees: Everyone,
        words: None,
        erased: Erased::Never,
    }
    Resumed(it: DispatchResumed) "dispatch.resumed" / 1 {
        room: None,
        sees: Everyone,
        words: None,
        erased: Erased::Never,
    }
}

/// Nobody takes anything from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DispatchStopped {}

/// Work is given out again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DispatchResumed {}
