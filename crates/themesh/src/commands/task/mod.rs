//! Tasks: create, list, show, steer, watch.

mod add;
mod follow;
mod provenance;
mod show;
mod why;

pub use add::{file, pairs, template_values};
pub use follow::until_end;
pub use show::money;
pub use why::{budget_row, names};

use std::process::ExitCode;

use mesh_model::api::{
    Done, TaskAssignInput, TaskConfirmInput, TaskListInput, TaskReasonInput, TaskRefInput,
    TaskResolveInput,
};
use mesh_model::events::Resolution;
use mesh_model::ops::{
    Operation, TaskAssign, TaskCancel, TaskConfirm, TaskList, TaskPause, TaskRedact, TaskResolve,
    TaskResume, TaskRetry,
};
use mesh_model::{RoomId, TaskId};
use mesh_sdk::http::Http;

use crate::cli::{Resolve, Task, TaskReason, TaskRef};
use crate::commands::printed_json;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::line;

/// Hexadecimal digits of an id that are shown in lists: its end is drawn, its beginning is a time.
const SHORT_DIGITS: usize = 8;
/// Tasks that are looked through for the end of an id.
const LOOKED_THROUGH: u32 = 500;

/// `mesh task …`
pub fn task(context: &Context, verb: Task) -> Outcome<ExitCode> {
    let http = context.http()?;
    match verb {
        Task::Add(args) => return add::add(context, &http, *args),
        Task::Follow(one) => return until_end(context, find(&http, &one)?),
        Task::List {
            room,
            state,
            worker,
            can,
            limit,
        } => show::list(context, &http, room, &state, worker, can, limit)?,
        Task::Show(one) => show::show(context, &http, find(&http, &one)?)?,
        Task::Output { task, all } => show::output(context, &http, find(&http, &task)?, all)?,
        Task::Why(one) => why::why(context, &http, find(&http, &one)?)?,
        Task::Provenance(one) => {
            return provenance::provenance(context, &http, find(&http, &one)?);
        }
        Task::Cancel(args) => reasoned::<TaskCancel>(context, &http, args, "is cancelled")?,
        Task::Redact(args) => {
            reasoned::<TaskRedact>(context, &http, args, "has lost its words for good")?
        }
        Task::Pause(one) => plain::<TaskPause>(context, &http, &one, "is paused")?,
        Task::Resume(one) => plain::<TaskResume>(context, &http, &one, "goes on")?,
        Task::Retry(one) => plain::<TaskRetry>(context, &http, &one, "begins again")?,
        Task::Assign { task, to } => {
            let said = match &to {
                Some(to) => format!("is for @{}", to.trim_start_matches('@')),
                None => "is for whoever fits".to_owned(),
            };
            let task = find(&http, &task)?;
            done::<TaskAssign>(context, &http, TaskAssignInput { task, to }, task, &said)?;
        }
        Task::Confirm { task, bad } => {
            let task = find(&http, &task)?;
            let input = TaskConfirmInput { task, good: !bad };
            let said = if bad {
                "was found bad"
            } else {
                "was found good"
            };
            done::<TaskConfirm>(context, &http, input, task, said)?;
        }
        Task::Resolve { task, how, reason } => {
            let task = find(&http, &task)?;
            let (resolution, said) = match how {
                Resolve::Accept => (Resolution::Accept, "is done: its result stands"),
                Resolve::Retry => (Resolution::Retry, "is tried again"),
                Resolve::Fail => (Resolution::Fail, "has failed"),
            };
            let input = TaskResolveInput {
                task,
                resolution,
                reason,
            };
            done::<TaskResolve>(context, &http, input, task, said)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The end of an id, as lists show it.
pub fn short(id: impl std::fmt::Display) -> String {
    let id = id.to_string();
    id.get(id.len().saturating_sub(SHORT_DIGITS)..)
        .unwrap_or(&id)
        .to_owned()
}

/// The task that somebody means: its id, the end of it, or `last`.
pub fn find(http: &Http, one: &TaskRef) -> Outcome<TaskId> {
    let text = one.task.trim();
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let wanted = TaskListInput {
        limit: Some(LOOKED_THROUGH),
        ..TaskListInput::default()
    };
    let mut tasks = http.call::<TaskList>(wanted)?.items;
    tasks.sort_by_key(|task| task.seq);
    if text == "last" {
        let last = tasks.last().map(|task| task.id);
        return last.ok_or_else(|| {
            Failure::here(
                "there are no tasks in the rooms you may read",
                "create one: mesh task add 'what is to be done' --room ROOM",
            )
        });
    }
    let end = text.to_lowercase();
    let fits = |id: &TaskId| end.len() >= 4 && id.to_string().ends_with(&end);
    let found: Vec<TaskId> = tasks.iter().map(|task| task.id).filter(fits).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::usage(
            format!("'{text}' is no task among the newest {LOOKED_THROUGH} that you may see"),
            "`mesh task list` shows the ends of their ids; 'last' is the newest",
        )),
        _ => Err(Failure::usage(
            format!("'{text}' is the end of {} ids", found.len()),
            "give more of it; --json shows whole ids",
        )),
    }
}

/// What a room is called, as far as one may know.
fn room_name(http: &Http, room: RoomId) -> String {
    let named = http.call::<mesh_model::ops::RoomGet>(mesh_model::api::RoomRefInput {
        room: room.to_string(),
    });
    let name = named.ok().and_then(|room| room.name);
    name.map_or_else(|| room.to_string(), |name| format!("#{name}"))
}

fn reasoned<O>(context: &Context, http: &Http, args: TaskReason, said: &str) -> Outcome<()>
where
    O: Operation<Input = TaskReasonInput, Output = Done>,
{
    let task = find(http, &args.task)?;
    let input = TaskReasonInput {
        task,
        reason: args.reason,
    };
    done::<O>(context, http, input, task, said)
}

fn plain<O>(context: &Context, http: &Http, one: &TaskRef, said: &str) -> Outcome<()>
where
    O: Operation<Input = TaskRefInput, Output = Done>,
{
    let task = find(http, one)?;
    done::<O>(context, http, TaskRefInput { task }, task, said)
}

fn done<O: Operation<Output = Done>>(
    context: &Context,
    http: &Http,
    input: O::Input,
    task: TaskId,
    said: &str,
) -> Outcome<()> {
    let done = http.call::<O>(input)?;
    if !printed_json(context, &done)? {
        line(&format!("{} {said}", short(task)));
    }
    Ok(())
}
