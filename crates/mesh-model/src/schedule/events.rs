//! Schedules: what the log remembers. When one is due next is a fact and never computed again from the log: what the time
//! zones of another program say may differ.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::ErrorCode;
use crate::event::{Erased, events};
use crate::events::Influence;
use crate::ids::{ParticipantId, RoomId, ScheduleId, TaskId};

events! { Schedule ScheduleFacts
    Created(it: ScheduleCreated) "schedule.created" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: Work(ScheduleBody),
        erased: Erased::Never,
        has_words: true,
        times: ["/plan/when/at", "/plan/when/from", "/next"],
    }
    Changed(it: ScheduleChanged) "schedule.changed" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: Work(ScheduleBody),
        erased: Erased::Never,
        has_words: true,
        times: ["/plan/when/at", "/plan/when/from", "/next"],
    }
    CameDue(it: ScheduleCameDue) "schedule.came_due" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: None,
        erased: Erased::Never,
        times: ["/due"],
    }
    Ran(it: ScheduleRan) "schedule.ran" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: None,
        erased: Erased::Never,
        times: ["/due", "/next"],
    }
    Refused(it: ScheduleRefused) "schedule.refused" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: None,
        erased: Erased::Never,
        times: ["/due", "/next"],
        free: ["/why"],
    }
    Missed(it: ScheduleMissed) "schedule.missed" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: None,
        erased: Erased::Never,
        times: ["/due", "/next"],
    }
    Paused(it: SchedulePaused) "schedule.paused" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: None,
        erased: Erased::Never,
    }
    Resumed(it: ScheduleResumed) "schedule.resumed" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: None,
        erased: Erased::Never,
        times: ["/next"],
    }
    Moved(it: ScheduleMoved) "schedule.moved" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: None,
        erased: Erased::Never,
        times: ["/next"],
    }
    Removed(it: ScheduleRemoved) "schedule.removed" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: None,
        erased: Erased::Never,
    }
}

/// When something happens. Moments are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Timing {
    /// At one moment.
    Once {
        /// The moment.
        at: u64,
    },
    /// Again and again, so many seconds apart, counted from one moment: what comes late moves nothing.
    Every {
        /// How far apart.
        seconds: u32,
        /// Counted from here.
        from: u64,
    },
    /// As the five fields of cron say, in the schedule's time zone.
    Cron {
        /// Minute, hour, day of the month, month, day of the week.
        #[schemars(with = "crate::closed::Code")]
        cron: String,
    },
}

/// Whom a schedule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScheduleTo {
    /// A participant, by a direct message; oneself too.
    Participant(ParticipantId),
    /// A room.
    Room(RoomId),
}

/// What becomes of a time that has passed while the node was down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Missed {
    /// It is done once, late, however many times have passed.
    #[default]
    Once,
    /// It is left out.
    Skip,
}

/// Why a schedule waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScheduleHalt {
    /// Somebody wanted it so.
    Asked,
    /// What it wanted to do was refused, several times in a row or the only time.
    Refused,
    /// Its only time has passed while the node was down.
    Missed,
}

/// All of a schedule but its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SchedulePlan {
    /// Its name, one of its owner's.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// When.
    pub when: Timing,
    /// In which time zone.
    #[schemars(with = "crate::closed::Code")]
    pub zone: String,
    /// For whom.
    pub to: ScheduleTo,
    /// Whether it creates tasks instead of saying something.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tasks: bool,
    /// What becomes of times that have passed.
    pub missed: Missed,
    /// The room whose simulation clock it follows: its times are simulated ones, here and in all that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<RoomId>,
    /// What the context had read that made it; absent: it counts as all that its owner may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Influence>,
}

/// Something is to be said or created at a time. Content: [`crate::api::ScheduleBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleCreated {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Who made it: it says and creates as this one.
    pub owner: ParticipantId,
    /// All but its words.
    pub plan: SchedulePlan,
    /// When it is due first, unix milliseconds.
    pub next: u64,
}

/// It is another one from here on. Content: [`crate::api::ScheduleBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleChanged {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Whose.
    pub owner: ParticipantId,
    /// All but its words.
    pub plan: SchedulePlan,
    /// When it is due next, unix milliseconds.
    pub next: u64,
}

/// Its time has come: it runs as soon as the node can. After a crash between the two it runs all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleCameDue {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Whose.
    pub owner: ParticipantId,
    /// The time that has come, unix milliseconds.
    pub due: u64,
}

/// It was done: what was said or created stands at the places that follow, in the same batch, so both happened or neither.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleRan {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Whose.
    pub owner: ParticipantId,
    /// For which time, unix milliseconds.
    pub due: u64,
    /// Whether its owner wanted it now; then the times that come stay as they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
    /// The tasks that were created; without any the place that follows is that of a message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskId>,
    /// Whether that message waits for the room's moderators.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
    /// When it is due next, unix milliseconds; absent if it has had its only time, and then it is forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// Its owner may not do at this moment what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleRefused {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Whose.
    pub owner: ParticipantId,
    /// For which time, unix milliseconds.
    pub due: u64,
    /// The refusal's code.
    pub code: ErrorCode,
    /// What it said.
    #[schemars(with = "crate::Told")]
    pub why: String,
    /// When it is due next, unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// Its time has passed while the node was down, and it is one that leaves out such times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleMissed {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Whose.
    pub owner: ParticipantId,
    /// The time, unix milliseconds.
    pub due: u64,
    /// When it is due next, unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// It waits until somebody lets it go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SchedulePaused {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Whose.
    pub owner: ParticipantId,
    /// Why.
    pub why: ScheduleHalt,
}

/// It goes on. Times that have passed meanwhile are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleResumed {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Whose.
    pub owner: ParticipantId,
    /// When it is due next, unix milliseconds.
    pub next: u64,
}

/// The time zones say another time than before: somewhere the rules of the clock have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleMoved {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Whose.
    pub owner: ParticipantId,
    /// When it is due next, unix milliseconds.
    pub next: u64,
}

/// It is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleRemoved {
    /// The schedule.
    pub schedule: ScheduleId,
    /// Whose it was.
    pub owner: ParticipantId,
}
