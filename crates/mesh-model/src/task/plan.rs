//! What a task is, without the words: its plan, its state, its price.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ParticipantId, TaskId};
use crate::limits::{
    TASK_ATTEMPTS_DEFAULT, TASK_BACKOFF_MS_DEFAULT, TASK_PRIORITY_DEFAULT, VERIFY_BELOW_DEFAULT,
    VOTE_QUORUM_DEFAULT,
};
use crate::time::{Millis, raw};

/// Where a task stands. The transitions are drawn in the core's module about tasks.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Other tasks have to end first.
    Waiting,
    /// An attempt failed; the next one comes after a pause.
    Retrying,
    /// Whoever fits may take it.
    Queued,
    /// A worker took it and has not begun.
    Leased,
    /// A worker is at it.
    Running,
    /// Somebody paused it.
    Paused,
    /// A person has to answer first.
    Blocked,
    /// A second agent looks at the result.
    Verifying,
    /// Ended well.
    Done,
    /// Ended badly.
    Failed,
    /// Ended by somebody, or because what it waited for ended badly.
    Cancelled,
    /// Ended without being needed.
    Skipped,
}

impl TaskState {
    /// All of them, in the order they are listed everywhere.
    pub const ALL: [TaskState; 12] = [
        TaskState::Waiting,
        TaskState::Retrying,
        TaskState::Queued,
        TaskState::Leased,
        TaskState::Running,
        TaskState::Paused,
        TaskState::Blocked,
        TaskState::Verifying,
        TaskState::Done,
        TaskState::Failed,
        TaskState::Cancelled,
        TaskState::Skipped,
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            TaskState::Waiting => "waiting",
            TaskState::Retrying => "retrying",
            TaskState::Queued => "queued",
            TaskState::Leased => "leased",
            TaskState::Running => "running",
            TaskState::Paused => "paused",
            TaskState::Blocked => "blocked",
            TaskState::Verifying => "verifying",
            TaskState::Done => "done",
            TaskState::Failed => "failed",
            TaskState::Cancelled => "cancelled",
            TaskState::Skipped => "skipped",
        }
    }

    /// Whether nothing more happens unless somebody retries it.
    pub fn is_ended(self) -> bool {
        self >= TaskState::Done
    }

    /// Whether it ended so that what waits for it may go on.
    pub fn is_good(self) -> bool {
        matches!(self, TaskState::Done | TaskState::Skipped)
    }
}

/// How pressing a task with a deadline has become.
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
pub enum Urgency {
    /// There is time, or no deadline.
    #[default]
    Low,
    /// Half of the time is gone.
    Medium,
    /// Nine tenths of the time are gone.
    High,
    /// The deadline has passed.
    Critical,
}

impl Urgency {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Urgency::Low => "low",
            Urgency::Medium => "medium",
            Urgency::High => "high",
            Urgency::Critical => "critical",
        }
    }
}

/// Tokens and money, in millionths of the mesh's currency.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct Spend {
    /// Tokens in and out.
    #[serde(skip_serializing_if = "is_none")]
    pub tokens: u64,
    /// Millionths.
    #[serde(skip_serializing_if = "is_none")]
    pub micros: u64,
}

impl Spend {
    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        *self == Spend::default()
    }

    /// Both together.
    pub fn plus(self, other: Spend) -> Spend {
        Spend {
            tokens: self.tokens.saturating_add(other.tokens),
            micros: self.micros.saturating_add(other.micros),
        }
    }

    /// What is left after the other is taken away.
    pub fn minus(self, other: Spend) -> Spend {
        Spend {
            tokens: self.tokens.saturating_sub(other.tokens),
            micros: self.micros.saturating_sub(other.micros),
        }
    }
}

fn is_none(number: &u64) -> bool {
    *number == 0
}

/// What an attempt cost, as its worker reports.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Cost {
    /// Tokens and money.
    #[serde(skip_serializing_if = "Spend::is_zero")]
    pub spend: Spend,
    /// The model that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::Told>")]
    pub model: Option<String>,
}

impl Cost {
    /// Whether there is nothing to tell.
    pub fn is_nothing(&self) -> bool {
        *self == Cost::default()
    }
}

/// What a worker says of another's work.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It holds.
    Accept,
    /// It does not.
    Reject,
}

/// When a task is needed at all. The task it looks at is one of those it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// The other's result is less certain than this.
    Unsure {
        /// The task it looks at.
        task: TaskId,
        /// Percent.
        below: u8,
    },
    /// The other's verdict was this.
    Verdict {
        /// The task it looks at.
        task: TaskId,
        /// The verdict.
        was: Verdict,
    },
}

/// How a task without a worker of its own gets its result from those it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Join {
    /// The result of the greatest confidence.
    Best,
    /// The first one, in the order they are listed, that was done.
    First,
    /// The first one listed stands or falls by the verdicts of the others.
    Majority {
        /// So many verdicts have to be in.
        #[serde(default = "quorum")]
        quorum: u8,
    },
}

fn quorum() -> u8 {
    VOTE_QUORUM_DEFAULT
}

/// What is to be done and how, without the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaskPlan {
    /// 0 to 9; higher goes first.
    #[serde(skip_serializing_if = "is_default_priority")]
    pub priority: u8,
    /// What a worker must be able to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub capability: Option<String>,
    /// Who is to do it; absent: whoever fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned: Option<ParticipantId>,
    /// When it should be done, unix milliseconds.
    #[serde(with = "raw", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u64>")]
    pub deadline: Option<Millis>,
    /// Attempts before it escalates or fails.
    pub attempts: u8,
    /// Pause before the second attempt, milliseconds; it doubles each time.
    pub backoff_ms: u32,
    /// Whether it goes to the worker's parent and then to a person when all attempts failed.
    pub escalate: bool,
    /// The tasks that have to end first, whose results it gets; all in the same room.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<TaskId>,
    /// Whoever works on one of these does not get it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<TaskId>,
    /// Whoever did this one gets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same: Option<TaskId>,
    /// When it is needed at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Set if it has no worker: its result is one of those it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join: Option<Join>,
    /// The task whose result it looks at, for a second opinion that nobody asked for by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<TaskId>,
    /// Confidence in percent below which a second agent looks at the result; 0: never.
    pub verify_below: u8,
    /// Whether the node checks the output against what the task declares.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub checked: bool,
    /// What is reserved for each attempt.
    #[serde(skip_serializing_if = "Spend::is_zero")]
    pub reserve: Spend,
}

impl Default for TaskPlan {
    fn default() -> TaskPlan {
        TaskPlan {
            priority: TASK_PRIORITY_DEFAULT,
            capability: None,
            assigned: None,
            deadline: None,
            attempts: TASK_ATTEMPTS_DEFAULT,
            backoff_ms: TASK_BACKOFF_MS_DEFAULT,
            escalate: true,
            needs: Vec::new(),
            apart: Vec::new(),
            same: None,
            when: None,
            join: None,
            about: None,
            verify_below: VERIFY_BELOW_DEFAULT,
            checked: false,
            reserve: Spend::default(),
        }
    }
}

fn is_default_priority(priority: &u8) -> bool {
    *priority == TASK_PRIORITY_DEFAULT
}
