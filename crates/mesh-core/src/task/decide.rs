//! Which rule a command about tasks leads to.

use mesh_model::command::TaskCommand;

use super::{attempt, create, finish, steer};
use crate::desk::Desk;
use crate::{Decision, dispatch};

pub(crate) fn decide(desk: &Desk<'_>, command: &TaskCommand) -> Decision {
    match command {
        TaskCommand::Create { room, tasks } => create::create(desk, *room, tasks),
        TaskCommand::Link { task, needs } => create::link(desk, *task, *needs),
        TaskCommand::Take(take) => dispatch::take(desk, take),
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
