//! Alerts: what the log remembers. None of it has words: what an alert is about is named by its id.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, Sees, events};
use crate::events::BudgetScope;
use crate::ids::{LinkId, ParticipantId, RoomId, ScheduleId, Seq, TaskId};

events! { Alert AlertFacts
    Raised(it: AlertRaised) "alert.raised" / 1 {
        room: it.cause.room(),
        sees: Alert(it.cause),
        words: None,
        erased: Erased::Never,
        times: ["/since", "/escalates", "/ends"],
    }
    Acknowledged(it: AlertAcknowledged) "alert.acknowledged" / 1 {
        room: it.cause.room(),
        sees: Alert(it.cause),
        words: None,
        erased: Erased::Never,
    }
    Escalated(it: AlertEscalated) "alert.escalated" / 1 {
        room: it.cause.room(),
        sees: Alert(it.cause),
        words: None,
        erased: Erased::Never,
    }
    Resolved(it: AlertResolved) "alert.resolved" / 1 {
        room: it.cause.room(),
        sees: Alert(it.cause),
        words: None,
        erased: Erased::Never,
    }
    RuleSet(it: AlertRuleSet) "alert.rule_set" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
    }
}

/// What kind of thing is wrong.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// An agent that takes work lost its connection and did not come back.
    AgentDown,
    /// An agent failed several times in a row.
    AgentFailing,
    /// A task failed several times in a row.
    TaskFailing,
    /// A task went to the parent of its worker, or waits for a person.
    Escalated,
    /// A task's deadline has passed.
    Overdue,
    /// A day's budget is used up.
    Budget,
    /// An agent's day cost more than a sum.
    Cost,
    /// A peer mesh is not reached.
    LinkDown,
    /// The disk of the node's home is nearly full.
    DiskLow,
    /// The guard marked or held many messages in a room.
    GuardSurge,
    /// A schedule was paused because of what went wrong.
    SchedulePaused,
    /// Somebody tries whether alerts come.
    Test,
}

impl AlertKind {
    /// All of them, in their order.
    pub const ALL: [AlertKind; 12] = [
        AlertKind::AgentDown,
        AlertKind::AgentFailing,
        AlertKind::TaskFailing,
        AlertKind::Escalated,
        AlertKind::Overdue,
        AlertKind::Budget,
        AlertKind::Cost,
        AlertKind::LinkDown,
        AlertKind::DiskLow,
        AlertKind::GuardSurge,
        AlertKind::SchedulePaused,
        AlertKind::Test,
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            AlertKind::AgentDown => "agent_down",
            AlertKind::AgentFailing => "agent_failing",
            AlertKind::TaskFailing => "task_failing",
            AlertKind::Escalated => "escalated",
            AlertKind::Overdue => "overdue",
            AlertKind::Budget => "budget",
            AlertKind::Cost => "cost",
            AlertKind::LinkDown => "link_down",
            AlertKind::DiskLow => "disk_low",
            AlertKind::GuardSurge => "guard_surge",
            AlertKind::SchedulePaused => "schedule_paused",
            AlertKind::Test => "test",
        }
    }
}

/// What is wrong with what. Of each there is at most one open alert.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AlertCause {
    /// An agent that takes work lost its connection and did not come back.
    AgentDown {
        /// The agent.
        agent: ParticipantId,
    },
    /// An agent failed several times in a row.
    AgentFailing {
        /// The agent.
        agent: ParticipantId,
    },
    /// A task failed several times in a row.
    TaskFailing {
        /// The task.
        task: TaskId,
        /// Where.
        room: RoomId,
    },
    /// A task went to the parent of its worker, or waits for a person.
    Escalated {
        /// The task.
        task: TaskId,
        /// Where.
        room: RoomId,
    },
    /// A task's deadline has passed.
    Overdue {
        /// The task.
        task: TaskId,
        /// Where.
        room: RoomId,
    },
    /// A day's budget is used up.
    Budget {
        /// Whose.
        scope: BudgetScope,
    },
    /// An agent's day cost more than a sum.
    Cost {
        /// The agent.
        agent: ParticipantId,
    },
    /// A peer mesh is not reached.
    LinkDown {
        /// The link.
        link: LinkId,
    },
    /// The disk of the node's home is nearly full.
    DiskLow,
    /// The guard marked or held many messages in a room.
    GuardSurge {
        /// The room.
        room: RoomId,
    },
    /// Somebody tries whether alerts come.
    Test {
        /// Who.
        by: ParticipantId,
    },
    /// A schedule was paused because of what went wrong.
    SchedulePaused {
        /// The schedule.
        schedule: ScheduleId,
        /// Whose.
        owner: ParticipantId,
    },
}

impl AlertCause {
    /// What kind of thing it is.
    pub fn kind(self) -> AlertKind {
        match self {
            AlertCause::AgentDown { .. } => AlertKind::AgentDown,
            AlertCause::AgentFailing { .. } => AlertKind::AgentFailing,
            AlertCause::TaskFailing { .. } => AlertKind::TaskFailing,
            AlertCause::Escalated { .. } => AlertKind::Escalated,
            AlertCause::Overdue { .. } => AlertKind::Overdue,
            AlertCause::Budget { .. } => AlertKind::Budget,
            AlertCause::Cost { .. } => AlertKind::Cost,
            AlertCause::LinkDown { .. } => AlertKind::LinkDown,
            AlertCause::DiskLow => AlertKind::DiskLow,
            AlertCause::GuardSurge { .. } => AlertKind::GuardSurge,
            AlertCause::SchedulePaused { .. } => AlertKind::SchedulePaused,
            AlertCause::Test { .. } => AlertKind::Test,
        }
    }

    /// The room it is about.
    pub fn room(self) -> Option<RoomId> {
        match self {
            AlertCause::TaskFailing { room, .. }
            | AlertCause::Escalated { room, .. }
            | AlertCause::Overdue { room, .. }
            | AlertCause::GuardSurge { room } => Some(room),
            AlertCause::Budget { scope } => scope.room(),
            _ => None,
        }
    }

    /// The task it is about.
    pub fn task(self) -> Option<TaskId> {
        match self {
            AlertCause::TaskFailing { task, .. }
            | AlertCause::Escalated { task, .. }
            | AlertCause::Overdue { task, .. } => Some(task),
            _ => None,
        }
    }

    /// The agent it is about.
    pub fn agent(self) -> Option<ParticipantId> {
        match self {
            AlertCause::AgentDown { agent }
            | AlertCause::AgentFailing { agent }
            | AlertCause::Cost { agent }
            | AlertCause::Budget {
                scope: BudgetScope::Agent(agent),
            } => Some(agent),
            _ => None,
        }
    }

    pub(crate) fn sees(self) -> Sees {
        match self {
            AlertCause::AgentDown { agent }
            | AlertCause::AgentFailing { agent }
            | AlertCause::Cost { agent } => Sees::Line(agent),
            AlertCause::TaskFailing { room, .. }
            | AlertCause::Escalated { room, .. }
            | AlertCause::Overdue { room, .. } => Sees::Content(room),
            AlertCause::Budget {
                scope: BudgetScope::Agent(agent),
            } => Sees::Line(agent),
            AlertCause::Budget { scope } => scope.sees(),
            AlertCause::GuardSurge { room } => Sees::Moderators(room),
            AlertCause::LinkDown { .. } | AlertCause::DiskLow => Sees::Admins,
            AlertCause::Test { by } => Sees::Concerned(by),
            AlertCause::SchedulePaused { owner, .. } => Sees::Line(owner),
        }
    }
}

/// How bad it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum AlertSeverity {
    /// Good to know: nobody's phone is told.
    Info,
    /// Somebody should look.
    Warning,
    /// Work stands still or something is about to be lost.
    Critical,
}

/// When a kind of alert is raised, and who hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// Whether it is raised at all.
    pub on: bool,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// From what on, in the unit of its kind: seconds of `agent_down` and `link_down`, failures in a row of `agent_failing` and
    /// `task_failing`, millionths of the mesh's currency a UTC day of `cost`, percent of the disk that are free of `disk_low`,
    /// messages in ten minutes of `guard_surge`. Absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u64>,
    /// Whether browsers are told by push, beside what the page shows.
    pub push: bool,
    /// Seconds after which more people hear of it if nobody has acknowledged it; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_seconds: Option<u32>,
}

/// Something is wrong from here on. The place of this event is the alert's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRaised {
    /// What.
    pub cause: AlertCause,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// Since when, unix milliseconds.
    pub since: u64,
    /// How often it has happened so far.
    pub count: u32,
    /// The places of the last events that say so; none for what the node measured itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Seq>,
    /// What was measured: bytes that are free, or seconds without the peer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<u64>,
    /// Whether browsers are told.
    pub push: bool,
    /// When more people hear of it, unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates: Option<u64>,
    /// When it ends by itself, unix milliseconds; absent: when its cause is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<u64>,
}

/// A person knows of it: nobody else is told any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertAcknowledged {
    /// The alert.
    pub alert: Seq,
    /// What it is about.
    pub cause: AlertCause,
    /// Who.
    pub by: ParticipantId,
}

/// Nobody has acknowledged it in time: those who lead hear of it too. That happens once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertEscalated {
    /// The alert.
    pub alert: Seq,
    /// What it is about.
    pub cause: AlertCause,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// Whether browsers are told.
    pub push: bool,
}

/// It is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertResolved {
    /// The alert.
    pub alert: Seq,
    /// What it was about.
    pub cause: AlertCause,
    /// How often it happened in all.
    pub count: u32,
}

/// A kind of alert is raised in another way from here on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRuleSet {
    /// Which kind.
    pub kind: AlertKind,
    /// How.
    pub rule: AlertRule,
}
