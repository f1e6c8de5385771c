//! Creating tasks one by one.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Args;
use mesh_model::TaskId;
use mesh_model::api::{
    GateSpec, NotTaken, TaskCreateInput, TaskRefInput, TaskSpec, TasksCreated, TemplateUse,
};
use mesh_model::events::TaskState;
use mesh_model::ops::{TaskCreate, TaskWhyGet};
use mesh_sdk::http::Http;

use super::{TaskRef, find, short, until_end};
use crate::commands::template::values_of;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::text_or_stdin;
use crate::output::{Colour, line, paint, printed_json};
use crate::times;

#[derive(Debug, Args)]
pub struct AddArgs {
    /// What is to be done; standard input if absent or '-'. With --template: name=value for each blank
    pub text: Vec<String>,
    /// The room it belongs to
    #[arg(long)]
    pub room: String,
    /// A line for lists (default: how the text begins)
    #[arg(long)]
    pub title: Option<String>,
    /// What a worker must be able to do
    #[arg(long, value_name = "SKILL")]
    pub can: Option<String>,
    /// Who is to do it (default: whoever fits)
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// 0 to 9; higher goes first (default: 5)
    #[arg(long)]
    pub priority: Option<u8>,
    /// When it should be done: in 90m, 2h or 1d, or RFC 3339
    #[arg(long, value_name = "TIME")]
    pub deadline: Option<String>,
    /// A task that has to end first; may be given again
    #[arg(long, value_name = "TASK")]
    pub needs: Vec<String>,
    /// Percent of confidence below which a second agent looks at the result; 0 is never (default: 70)
    #[arg(long, value_name = "PERCENT")]
    pub verify_below: Option<u8>,
    /// Somebody has to approve it first: whoever moderates the room, or NAME
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub gate: Option<String>,
    /// The model to ask (default: the worker's choice)
    #[arg(long)]
    pub model: Option<String>,
    /// A template in the place of a text
    #[arg(long, value_name = "NAME", conflicts_with_all = ["title", "model"])]
    pub template: Option<String>,
    /// Watch it until it ends
    #[arg(long)]
    pub follow: bool,
}

/// Characters of a title made from the beginning of a text.
const TITLE_CHARS_MAX: usize = 70;

/// `mesh task add`
pub fn add(context: &Context, http: &Http, args: AddArgs) -> Outcome<ExitCode> {
    let mut spec = TaskSpec {
        capability: args.can,
        assigned: args.to,
        priority: args.priority,
        deadline: args.deadline.as_deref().map(times::later).transpose()?,
        verify_below: args.verify_below,
        model: args.model,
        gate: args.gate.map(|to| GateSpec {
            to: Some(to).filter(|to| !to.is_empty()),
            seconds: None,
        }),
        ..TaskSpec::default()
    };
    for task in args.needs {
        spec.needs.push(find(http, &TaskRef { task })?.to_string());
    }
    match args.template {
        Some(template) => {
            let values = values_of(http, &template, &args.text)?;
            spec.template = Some(TemplateUse { template, values });
        }
        None => {
            spec.prompt = text_or_stdin(&args.text)?;
            spec.title = args.title.unwrap_or_else(|| head(&spec.prompt));
        }
    }
    let input = TaskCreateInput {
        room: args.room,
        tasks: vec![spec],
    };
    created(context, http.call::<TaskCreate>(input)?, args.follow)
}

pub fn created(context: &Context, made: TasksCreated, follow: bool) -> Outcome<ExitCode> {
    let last = made.tasks.last().map(|task| task.id);
    if !printed_json(context, &made)? {
        for task in &made.tasks {
            let key = task.key.as_deref().unwrap_or_default();
            line(
                format!(
                    "{}  {}  {key}",
                    short(task.id),
                    paint(Colour::Quiet, &task.id.to_string())
                )
                .trim_end(),
            );
        }
        if let Some(first) = made.tasks.first()
            && nobody_takes(context, first.id)
        {
            line(
                "nobody can take it as things are: mesh task why ID says what each worker lacks, mesh work brings a worker",
            );
        }
        if !follow {
            line(&paint(Colour::Quiet, "watch it: mesh task follow last"));
        }
    }
    match (last, follow) {
        (Some(task), true) => until_end(context, task),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Whether a queued task fits no worker that is here. Who is merely busy takes it later.
fn nobody_takes(context: &Context, task: TaskId) -> bool {
    let why = context
        .http()
        .and_then(|http| Ok(http.call::<TaskWhyGet>(TaskRefInput { task })?));
    // The task is there whatever becomes of this question.
    let Ok(why) = why else { return false };
    let lacks = |not: &Option<NotTaken>| {
        matches!(
            not,
            Some(NotTaken::Offline | NotTaken::Capability | NotTaken::Room | NotTaken::Assigned)
        )
    };
    why.state == TaskState::Queued && why.workers.iter().all(|worker| lacks(&worker.not))
}

/// The beginning of a text on one line.
fn head(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(TITLE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

/// `name=value`, each once.
pub fn pairs(given: &[String]) -> Outcome<BTreeMap<String, String>> {
    let mut pairs = BTreeMap::new();
    for one in given {
        let wrong = |what: &str| {
            Failure::usage(
                format!("'{one}': {what}"),
                "for example goal='tabs or spaces'",
            )
            .so(Effect::NothingCreated)
        };
        let (name, value) = one
            .split_once('=')
            .ok_or_else(|| wrong("there is no '='"))?;
        if pairs
            .insert(name.trim().to_owned(), value.to_owned())
            .is_some()
        {
            return Err(wrong("it is given twice"));
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_how_the_text_begins() {
        assert_eq!(head("Survey\nthe parser"), "Survey");
        assert_eq!(head(&"x".repeat(100)).chars().count(), TITLE_CHARS_MAX + 1);
    }
}
