//! Workers: participants that take tasks; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::ParticipantId;

events! { Worker WorkerFacts
    Enrolled(it: WorkerEnrolled) "worker.enrolled" / 1 {
        room: None,
        sees: Participant(it.worker),
        words: Data(WorkerBody),
        erased: Erased::Never,
    }
    Left(it: WorkerLeft) "worker.left" / 1 {
        room: None,
        sees: Participant(it.worker),
        words: None,
        erased: Erased::Never,
    }
    ModeSet(it: WorkerModeSet) "worker.mode_set" / 1 {
        room: None,
        sees: Participant(it.worker),
        words: None,
        erased: Erased::Never,
    }
    LimitsSet(it: WorkerLimitsSet) "worker.limits_set" / 1 {
        room: None,
        sees: Participant(it.worker),
        words: None,
        erased: Erased::Never,
    }
}

/// A participant takes work from here on. Content: [`crate::api::WorkerBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerEnrolled {
    /// Who.
    pub worker: ParticipantId,
    /// Tasks at the same time.
    pub slots: u16,
    /// What it can do, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub capabilities: Vec<String>,
}

/// A worker is gone; its leases run on until they end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerLeft {
    /// Who.
    pub worker: ParticipantId,
}

/// Whether a worker takes work.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum WorkerMode {
    /// It does.
    #[default]
    Open,
    /// It does not; what it has it finishes.
    Paused,
    /// It does not; what it has it hands off, and then it goes.
    Draining,
}

impl WorkerMode {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            WorkerMode::Open => "open",
            WorkerMode::Paused => "paused",
            WorkerMode::Draining => "draining",
        }
    }
}

/// An operator paused, drained or resumed a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerModeSet {
    /// Who.
    pub worker: ParticipantId,
    /// From here on.
    pub mode: WorkerMode,
}

/// An operator's word on a worker, which goes before what the worker says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerLimitsSet {
    /// Who.
    pub worker: ParticipantId,
    /// Tasks at the same time; absent: as the worker says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<u16>,
    /// What it may be given, sorted, each once; absent: as the worker says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<crate::closed::Name>>")]
    pub capabilities: Option<Vec<String>>,
}
