//! Tasks: create, list, show, steer, watch.

mod accept;
mod add;
mod follow;
mod provenance;
mod show;
mod why;

pub use add::{created, pairs};
pub use follow::until_end;
pub use show::{money, spend};
pub use why::{budget_row, names};

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
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

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{line, printed_json};

/// Give work to agents, look at it, steer it
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh task add 'Survey the parser' --room workshop --follow")]
pub enum TaskVerb {
    /// Create a task
    #[command(
        after_help = "Examples: mesh task add 'Survey the parser' --room workshop --can research\n          mesh task add --template research topic='log formats' --room workshop\n          mesh task add --room workshop --needs last --deadline 2h < prompt.md"
    )]
    Add(Box<add::AddArgs>),
    /// List tasks, the newest last
    #[command(
        after_help = "Example: mesh task list --room workshop --state queued --state running"
    )]
    List {
        /// Only in this room
        #[arg(long)]
        room: Option<String>,
        /// Only in this state; may be given again
        #[arg(long, value_name = "STATE")]
        state: Vec<String>,
        /// Only what this worker has or had
        #[arg(long, value_name = "NAME")]
        worker: Option<String>,
        /// Only with this capability
        #[arg(long, value_name = "SKILL")]
        can: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 30)]
        limit: u32,
    },
    /// Show a task: its words, its attempts, its result
    #[command(after_help = "Example: mesh task show last")]
    Show(TaskRef),
    /// Watch a task until it ends; exit code 0 if it is done, 1 if not
    #[command(after_help = "Example: mesh task follow last && echo done")]
    Follow(TaskRef),
    /// Print what a task put out
    #[command(after_help = "Example: mesh task output last > result.md")]
    Output {
        #[command(flatten)]
        task: TaskRef,
        /// Every piece, not only the result
        #[arg(long)]
        all: bool,
    },
    /// End a task without a result
    #[command(after_help = "Example: mesh task cancel last --reason 'not needed any more'")]
    Cancel(TaskReason),
    /// Let nobody work on a task until it is resumed
    #[command(after_help = "Example: mesh task pause last")]
    Pause(TaskRef),
    /// Let a paused task go on
    #[command(after_help = "Example: mesh task resume last")]
    Resume(TaskRef),
    /// Begin again with a task that failed or was cancelled
    #[command(after_help = "Example: mesh task retry last")]
    Retry(TaskRef),
    /// Give a task to somebody, or to whoever fits
    #[command(
        after_help = "Example: mesh task assign last rex   (whoever fits: mesh task assign last)"
    )]
    Assign {
        #[command(flatten)]
        task: TaskRef,
        /// Who; whoever fits if absent
        to: Option<String>,
    },
    /// Say whether a result is good; it counts for whoever made it
    #[command(
        after_help = "Example: mesh task confirm last   (it is not: mesh task confirm last --bad)"
    )]
    Confirm {
        #[command(flatten)]
        task: TaskRef,
        /// It is not good
        #[arg(long)]
        bad: bool,
    },
    /// Decide about a task that waits for a person
    #[command(after_help = "Example: mesh task resolve last retry --reason 'the server is back'")]
    Resolve {
        #[command(flatten)]
        task: TaskRef,
        /// accept, retry or fail
        how: Resolve,
        /// Why; kept in the log until it is erased
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Make a task of what a task proposes that took a report along, or show its proposals
    #[command(
        after_help = "Examples: mesh task accept last          (shows them)\n          mesh task accept last 2 --can rust"
    )]
    Accept(accept::AcceptArgs),
    /// Erase a task's words for good; what was done, by whom and when stays
    #[command(after_help = "Example: mesh task redact last --reason 'holds a password'")]
    Redact(TaskReason),
    /// Say why a task is where it is, with the numbers behind the choice
    #[command(after_help = "Example: mesh task why last")]
    Why(TaskRef),
    /// Show who made a result and from what, and verify the signatures here
    #[command(after_help = "Example: mesh task provenance last")]
    Provenance(TaskRef),
}

#[derive(Debug, Clone, Args)]
pub struct TaskRef {
    /// The task: its id, the end of it, or 'last'
    pub task: String,
}

#[derive(Debug, Args)]
pub struct TaskReason {
    #[command(flatten)]
    pub task: TaskRef,
    /// Why; kept in the log until it is erased
    #[arg(long, default_value = "")]
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Resolve {
    Accept,
    Retry,
    Fail,
}

/// Hexadecimal digits of an id that are shown in lists: its end is drawn, its beginning is a time.
const SHORT_DIGITS: usize = 8;
/// Tasks that are looked through for the end of an id.
const LOOKED_THROUGH: u32 = 500;

/// `mesh task …`
pub fn task(context: &Context, verb: TaskVerb) -> Outcome<ExitCode> {
    let http = context.http()?;
    match verb {
        TaskVerb::Add(args) => return add::add(context, &http, *args),
        TaskVerb::Follow(one) => return until_end(context, find(&http, &one)?),
        TaskVerb::List {
            room,
            state,
            worker,
            can,
            limit,
        } => show::list(context, &http, room, &state, worker, can, limit)?,
        TaskVerb::Show(one) => show::show(context, &http, find(&http, &one)?)?,
        TaskVerb::Output { task, all } => show::output(context, &http, find(&http, &task)?, all)?,
        TaskVerb::Why(one) => why::why(context, &http, find(&http, &one)?)?,
        TaskVerb::Provenance(one) => {
            return provenance::provenance(context, &http, find(&http, &one)?);
        }
        TaskVerb::Accept(args) => return accept::accept(context, &http, args),
        TaskVerb::Cancel(args) => reasoned::<TaskCancel>(context, &http, args, "is cancelled")?,
        TaskVerb::Redact(args) => {
            reasoned::<TaskRedact>(context, &http, args, "has lost its words for good")?
        }
        TaskVerb::Pause(one) => plain::<TaskPause>(context, &http, &one, "is paused")?,
        TaskVerb::Resume(one) => plain::<TaskResume>(context, &http, &one, "goes on")?,
        TaskVerb::Retry(one) => plain::<TaskRetry>(context, &http, &one, "begins again")?,
        TaskVerb::Assign { task, to } => {
            let said = match &to {
                Some(to) => format!("is for @{}", to.trim_start_matches('@')),
                None => "is for whoever fits".to_owned(),
            };
            let task = find(&http, &task)?;
            done::<TaskAssign>(context, &http, TaskAssignInput { task, to }, task, &said)?;
        }
        TaskVerb::Confirm { task, bad } => {
            let task = find(&http, &task)?;
            let input = TaskConfirmInput { task, good: !bad };
            let said = if bad {
                "was found bad"
            } else {
                "was found good"
            };
            done::<TaskConfirm>(context, &http, input, task, said)?;
        }
        TaskVerb::Resolve { task, how, reason } => {
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
            .so(Effect::NothingDone)
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
        )
        .so(Effect::NothingDone)),
        _ => Err(Failure::usage(
            format!("'{text}' is the end of {} ids", found.len()),
            "give more of it; --json shows whole ids",
        )
        .so(Effect::NothingDone)),
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
