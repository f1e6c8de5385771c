//! Tasks: the rules by which they are created, tried, steered and ended.
//!
//! ```text
//!                    create
//!                      │
//!        ┌─────────────┼──────────────┐
//!        ▼             ▼              ▼
//!     blocked ──────► waiting ─────► queued ◄─────────────── retrying
//!   (an approval)   (needs others)     │  ▲                     ▲
//!                      │          take │  │ hand off            │ attempt failed:
//!        condition     │               ▼  │                     │ lease over, reported, check
//!        not met       │             leased ──► running ◄──► blocked (its approval)
//!                      ▼               │           │
//!                   skipped            └─────┬─────┘
//!                                     result │ attempts used up
//!            ┌──────────┬────────────────────┼──────────────────┬──────────────┐
//!            ▼          ▼                    ▼                  ▼              ▼
//!          done     verifying             blocked             queued         failed
//!                   (unsure: a second     (a person           (for the
//!                    agent looks)          has to say)         worker's parent)
//!                       │                    │
//!            done, blocked (a person)   done, queued, failed
//! ```
//!
//! | from | to | by |
//! |---|---|---|
//! | – | queued, waiting, blocked | `task.created`: at once, with needs, with an approval |
//! | waiting | queued, skipped, cancelled, done, failed, blocked | what it needs has ended: it is taken up, not needed, given up, or decided by the others' results |
//! | queued | leased | `task.taken`, with a fence and a lease |
//! | leased | running | `task.started` or the first piece of output |
//! | leased, running | blocked, running | an approval asked by the attempt, and its answer or end |
//! | leased, running, blocked | queued | `task.handed_off` |
//! | leased, running, blocked | retrying, queued, blocked, failed | `task.attempt_failed`: again after a pause, by the worker's parent, by a person, no more |
//! | leased, running, blocked | done, verifying, blocked | `task.finished` |
//! | retrying | queued | a tick after the pause |
//! | verifying | done, blocked | `task.decided` |
//! | blocked (person) | done, queued, failed | `task.resolved` |
//! | any but ended | paused, cancelled | `task.paused` (not verifying, not for a person), `task.cancelled` |
//! | paused | queued, waiting, blocked | `task.resumed` |
//! | failed, cancelled | queued, waiting, blocked | `task.retried` |
//!
//! The place in the log of `task.taken` is the attempt's fence. A fence is worth something until an
//! event ends its attempt: a result, a failure, a handoff, a pause, a cancellation, or the end of the
//! lease, which is decided by a tick and by nothing else. So at most one fence of a task is valid,
//! and a clock that jumps can end leases early but never make two of them.

mod apply;
mod attempt;
mod create;
mod finish;
mod record;
mod steer;

use mesh_model::command::TaskCommand;
use mesh_model::{Refusal, Seq, TaskId};

pub(crate) use attempt::failed;
pub(crate) use record::Rank;
pub use record::{Attempt, Hold, Outcome, Task};
pub(crate) use steer::cancelled;

use crate::dispatch;
use crate::record::Room;
use crate::refuse;
use crate::work::{Decision, Desk};

pub(crate) fn decide(desk: &Desk<'_>, command: &TaskCommand) -> Decision {
    match command {
        TaskCommand::Create { room, tasks } => create::create(desk, *room, tasks),
        TaskCommand::Link { task, needs } => create::link(desk, *task, *needs),
        TaskCommand::Take { count, lease_ms } => dispatch::take(desk, *count, *lease_ms),
        TaskCommand::Extend { task, fence, spent } => attempt::extend(desk, *task, *fence, *spent),
        TaskCommand::Start { task, fence } => attempt::start(desk, *task, *fence),
        TaskCommand::Progress {
            task,
            fence,
            evidence,
            body,
        } => attempt::progress(desk, *task, *fence, evidence, body),
        TaskCommand::HandOff {
            task,
            fence,
            cost,
            evidence,
            body,
        } => attempt::hand_off(desk, *task, *fence, cost, evidence, body),
        TaskCommand::Fail {
            task,
            fence,
            last,
            cost,
            reason,
        } => attempt::fail(desk, *task, *fence, *last, cost, reason),
        TaskCommand::Finish {
            task,
            fence,
            result,
            spare,
            evidence,
            body,
        } => {
            let handed_in = finish::HandedIn {
                result,
                spare: *spare,
                evidence,
                body,
            };
            finish::finish(desk, *task, *fence, &handed_in)
        }
        TaskCommand::Cancel { task, reason } => steer::cancel(desk, *task, reason),
        TaskCommand::Pause { task } => steer::pause(desk, *task),
        TaskCommand::Resume { task } => steer::resume(desk, *task),
        TaskCommand::Retry { task } => steer::retry(desk, *task),
        TaskCommand::Assign { task, to } => steer::assign(desk, *task, *to),
        TaskCommand::Resolve {
            task,
            resolution,
            reason,
        } => steer::resolve(desk, *task, *resolution, reason),
        TaskCommand::Confirm { task, good } => steer::confirm(desk, *task, *good),
        TaskCommand::Redact {
            task,
            room,
            creator,
            reason,
        } => steer::redact(desk, *task, *room, *creator, reason),
    }
}

/// A task, its room and the attempt, if that still holds the task and is the asker's.
pub(crate) fn held<'a>(
    desk: &Desk<'a>,
    id: TaskId,
    fence: Seq,
) -> Result<(&'a Task, &'a Room, &'a Attempt), Refusal> {
    let me = desk.asker.me()?;
    let (task, room) = desk.task(id)?;
    match &task.attempt {
        Some(attempt) if attempt.fence == fence && attempt.worker == me => {
            Ok((task, room, attempt))
        }
        Some(attempt) if attempt.fence == fence => {
            Err(refuse::stale_fence(fence, "it is somebody else's"))
        }
        Some(attempt) => Err(refuse::stale_fence(
            fence,
            format_args!("the attempt {} does", attempt.fence),
        )),
        None => Err(refuse::stale_fence(
            fence,
            format_args!("the task is {}", task.state.name()),
        )),
    }
}
