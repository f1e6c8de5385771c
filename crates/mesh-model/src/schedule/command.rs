//! Commands about schedules.

use crate::command::{Command, Content};
use crate::error::ErrorCode;
use crate::events::SchedulePlan;
use crate::ids::ScheduleId;
use crate::time::Millis;

/// What somebody, or the node that keeps the time, wants of schedules.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum ScheduleCommand {
    Create {
        schedule: ScheduleId,
        plan: SchedulePlan,
        body: Content,
    },
    Change {
        schedule: ScheduleId,
        plan: SchedulePlan,
        body: Content,
    },
    Pause {
        schedule: ScheduleId,
    },
    Resume {
        schedule: ScheduleId,
    },
    Remove {
        schedule: ScheduleId,
    },
    /// As its owner: what it is for, and that it was done, in one. Without a time because its owner wants it now.
    Run {
        schedule: ScheduleId,
        due: Option<Millis>,
        act: Box<Command>,
    },
    /// By the node: what it is for was refused.
    Refuse {
        schedule: ScheduleId,
        due: Millis,
        code: ErrorCode,
        why: String,
    },
    /// By the node, when it starts: looks whether the time zones still say the same.
    Move,
}
