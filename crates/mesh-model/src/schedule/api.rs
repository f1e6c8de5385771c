//! Schedules and reminders: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ParticipantRef, TaskSpec};
use crate::error::ErrorCode;
use crate::events::{Missed, Priority, ScheduleHalt, ScheduleTo};
use crate::ids::{MessageId, RoomId, ScheduleId, Seq, TaskId};
use crate::time::Millis;

/// Say something, or create tasks, at a time: exactly one of `in_seconds`, `at`, `every_seconds` and `cron`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleCreateInput {
    /// Whom it is for: `@handle`, `me`, or a room by id or name.
    pub to: String,
    /// What is said, with `@handle` where it names somebody.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// How soon to look at it.
    #[serde(default, skip_serializing_if = "Priority::is_next")]
    pub priority: Priority,
    /// Tasks to create in the room instead, as in `task.create`, templates with their values too; at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskSpec>,
    /// A name for it, one of its owner's; from the text if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Once, so many seconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_seconds: Option<u64>,
    /// Once, then: RFC 3339, or `2026-12-24 18:00` on the clock of `zone`, which may stand behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Again and again, so many seconds apart: at least 60, and 3600 for those who are trusted less than `local`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_seconds: Option<u32>,
    /// As cron says: minute, hour, day of the month, month, day of the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// The time zone of `at` and `cron`, such as `Europe/Berlin`; UTC if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// What becomes of times that pass while the node is down, or over which a simulation clock leaps: `once`, late, or `skip`.
    #[serde(default)]
    pub missed: Missed,
    /// The room whose simulation clock it follows: all times are simulated ones. Absent: the node's clock. Needs trust of
    /// `local` or above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
}

/// Change a schedule. What is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleChangeInput {
    /// The schedule: its id, or the name of one of one's own.
    pub schedule: String,
    /// Whom it is for from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What is said from now on, in place of tasks too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How soon to look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Tasks to create from now on, in place of what was said too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Vec<TaskSpec>>,
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Once, so many seconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_seconds: Option<u64>,
    /// Once, then; see `schedule.create`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Again and again, so many seconds apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_seconds: Option<u32>,
    /// As cron says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// Another time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// What becomes of times that pass while the node is down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<Missed>,
}

/// Times before anything is made: exactly one of `in_seconds`, `at`, `every_seconds` and `cron`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SchedulePreviewInput {
    /// Once, so many seconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_seconds: Option<u64>,
    /// Once, then; see `schedule.create`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Again and again, so many seconds apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_seconds: Option<u32>,
    /// As cron says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// The time zone; UTC if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// The next times, at most ten.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduleTimes {
    /// The time zone, as it is called.
    #[schemars(with = "crate::closed::Code")]
    pub zone: String,
    /// The times.
    pub times: Vec<ScheduleMoment>,
}

/// A moment, and what a clock on the schedule's wall shows then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduleMoment {
    /// The moment.
    pub at: Millis,
    /// Day and time in the schedule's time zone.
    #[schemars(with = "crate::closed::Code")]
    pub local: String,
}

/// A schedule that was made or changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduleMade {
    /// The schedule.
    pub id: ScheduleId,
    /// Its name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// When it is due next, by the clock that it follows.
    pub next: Millis,
    /// The room whose simulation clock it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<RoomId>,
    /// The place of the event.
    pub seq: Seq,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleRefInput {
    /// The schedule: its id, or the name of one of one's own.
    pub schedule: String,
}

/// The words of a schedule, as the log stores them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleBody {
    /// What is said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// How soon to look at it.
    #[serde(default, skip_serializing_if = "Priority::is_next")]
    pub priority: Priority,
    /// The tasks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskSpec>,
}

/// How a schedule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScheduleState {
    /// It waits for its time.
    Active,
    /// Its time has come, and it is about to run.
    Due,
    /// It waits until somebody lets it go on.
    Paused,
}

/// When a schedule is due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ScheduleWhen {
    /// At one moment.
    Once {
        /// The moment.
        at: Millis,
    },
    /// Again and again.
    Every {
        /// How far apart.
        seconds: u32,
        /// Counted from here.
        from: Millis,
    },
    /// As cron says.
    Cron {
        /// Its five fields.
        #[schemars(with = "crate::closed::Code")]
        cron: String,
    },
}

/// A schedule as its reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Schedule {
    /// Its id.
    pub id: ScheduleId,
    /// Its name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Who made it, and as whom it acts.
    pub owner: ParticipantRef,
    /// Whom it is for.
    pub to: ScheduleTo,
    /// What it says.
    pub text: crate::Told,
    /// How soon to look at that.
    pub priority: Priority,
    /// The tasks that it creates, by their titles, prompts or templates.
    pub tasks: Vec<crate::Told>,
    /// When.
    pub when: ScheduleWhen,
    /// In which time zone.
    #[schemars(with = "crate::closed::Code")]
    pub zone: String,
    /// What becomes of times that pass while the node is down.
    pub missed: Missed,
    /// The room whose simulation clock it follows: all its times but `at` of a run are simulated ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<RoomId>,
    /// How it stands.
    pub state: ScheduleState,
    /// Why it waits.
    pub paused: Option<ScheduleHalt>,
    /// When it is due next.
    pub next: Option<ScheduleMoment>,
    /// The next ten times; only `schedule.get` tells them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upcoming: Vec<ScheduleMoment>,
    /// How often in a row it was refused.
    pub refused: u8,
    /// What came of the last times, newest first: of one in a list, of at most 20 in `schedule.get`.
    pub runs: Vec<ScheduleDone>,
}

/// What came of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScheduleOutcome {
    /// It was done.
    Done,
    /// What it said waits for the room's moderators.
    Waits,
    /// Its owner may not do that.
    Refused,
    /// It passed while the node was down, and was left out.
    Missed,
}

/// What came of a time of a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduleDone {
    /// The time that it was due.
    pub due: Millis,
    /// When it was done; later than a minute after `due` it was late.
    pub at: Millis,
    /// Whether it was late: the node was down or had too much to do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Whether its owner wanted it at that moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
    /// What came of it.
    pub outcome: ScheduleOutcome,
    /// The message that was posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// The tasks that were created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskId>,
    /// The code of the refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// What the refusal said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<crate::Told>,
    /// The place of the event.
    pub seq: Seq,
}
