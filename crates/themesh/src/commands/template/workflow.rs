//! Tasks that depend on one another, from a file whose blanks are filled.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use mesh_model::api::{PipelineCreateInput, TaskCreateInput, TaskSpec};
use mesh_model::ops::{PipelineCreate, TaskCreate};
use serde_json::Value;

use crate::commands::task::{created, pairs};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::source::Source;

/// Tasks that depend on one another, from a file
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Example: mesh workflow run debate.json goal='tabs or spaces' --room workshop"
)]
pub enum WorkflowVerb {
    /// Fill the blanks of a workflow and create its tasks
    #[command(
        after_help = "Example: mesh workflow run debate.json goal='tabs or spaces' --room workshop --follow"
    )]
    Run(FileArgs),
}

/// Tasks that wait each for the one before, from a file
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh pipeline steps.json --room workshop")]
pub struct PipelineArgs {
    #[command(flatten)]
    pub file: FileArgs,
}

#[derive(Debug, Args)]
pub struct FileArgs {
    /// A JSON list of tasks; standard input for -
    pub file: String,
    /// name=value for each blank between braces
    pub values: Vec<String>,
    /// The room
    #[arg(long)]
    pub room: String,
    /// Watch the last task until it ends
    #[arg(long)]
    pub follow: bool,
}

/// `mesh workflow …`
pub fn workflow(context: &Context, verb: WorkflowVerb) -> Outcome<ExitCode> {
    let WorkflowVerb::Run(args) = verb;
    let http = context.http()?;
    let tasks = filled(&args)?;
    let room = args.room;
    let made = http.call::<TaskCreate>(TaskCreateInput { room, tasks })?;
    created(context, made, args.follow)
}

/// `mesh pipeline`
pub fn pipeline(context: &Context, args: PipelineArgs) -> Outcome<ExitCode> {
    let args = args.file;
    let http = context.http()?;
    let steps = filled(&args)?;
    let room = args.room;
    let made = http.call::<PipelineCreate>(PipelineCreateInput { room, steps })?;
    created(context, made, args.follow)
}

/// The tasks of a file, their blanks filled.
fn filled(args: &FileArgs) -> Outcome<Vec<TaskSpec>> {
    let text = Source::read(&args.file)?.into_text();
    let mut tasks: Value = serde_json::from_str(&text).map_err(|why| {
        Failure::usage(
            format!("{}: {why}", args.file),
            "the file holds a JSON list of tasks, each with a title and a prompt",
        )
        .so(Effect::NothingCreated)
    })?;
    fill(&mut tasks, &pairs(&args.values)?)?;
    let tasks = serde_json::from_value(tasks).map_err(|why| {
        Failure::usage(
            format!("{}: {why}", args.file),
            "it takes what task.create takes: mesh ops --openapi describes it",
        )
        .so(Effect::NothingCreated)
    })?;
    Ok(tasks)
}

/// Puts values in the place of `{name}` in titles, prompts and input.
fn fill(tasks: &mut Value, values: &BTreeMap<String, String>) -> Outcome<()> {
    let mut missing = Vec::new();
    let mut used = Vec::new();
    let tasks = tasks.as_array_mut().into_iter().flatten();
    for task in tasks {
        for field in ["title", "prompt", "input"] {
            if let Some(value) = task.get_mut(field) {
                fill_value(value, values, &mut used, &mut missing);
            }
        }
    }
    let wrong = |names: Vec<String>, what: &str, hint: &str| {
        Failure::usage(format!("{what}: {}", names.join(", ")), hint.to_owned())
            .so(Effect::NothingCreated)
    };
    missing.sort_unstable();
    missing.dedup();
    if !missing.is_empty() {
        return Err(wrong(
            missing,
            "these blanks are not filled",
            "give name=value for each behind the file",
        ));
    }
    let unused: Vec<String> = values
        .keys()
        .filter(|name| !used.contains(name))
        .cloned()
        .collect();
    if unused.is_empty() {
        Ok(())
    } else {
        Err(wrong(
            unused,
            "the file has no such blanks",
            "a blank is a name between braces",
        ))
    }
}

fn fill_value<'a>(
    value: &mut Value,
    values: &'a BTreeMap<String, String>,
    used: &mut Vec<&'a String>,
    missing: &mut Vec<String>,
) {
    match value {
        Value::String(text) => *text = fill_text(text, values, used, missing),
        Value::Array(items) => {
            for item in items {
                fill_value(item, values, used, missing);
            }
        }
        Value::Object(fields) => {
            for field in fields.values_mut() {
                fill_value(field, values, used, missing);
            }
        }
        _ => {}
    }
}

/// What was filled in is not looked at for blanks.
fn fill_text<'a>(
    text: &str,
    values: &'a BTreeMap<String, String>,
    used: &mut Vec<&'a String>,
    missing: &mut Vec<String>,
) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let name = after.split_once('}').filter(|(name, _)| is_name(name));
        let Some((name, behind)) = name else {
            out.push('{');
            rest = after;
            continue;
        };
        match values.get_key_value(name) {
            Some((name, value)) => {
                used.push(name);
                out.push_str(value);
            }
            None => missing.push(name.to_owned()),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::failure::Reason;

    fn filled(mut tasks: Value, given: &[&str]) -> Outcome<Value> {
        let given: Vec<String> = given.iter().map(|one| (*one).to_owned()).collect();
        fill(&mut tasks, &pairs(&given)?)?;
        Ok(tasks)
    }

    #[test]
    fn blanks_are_filled_and_those_that_are_not_are_named() {
        let tasks = || json!([{"title": "On {goal}", "prompt": "{goal}: answer {\"json\": true} for {who}", "key": "{goal}"}]);
        let full = filled(tasks(), &["goal=a {who} b", "who=me"]).unwrap();
        assert_eq!(full[0]["title"], "On a {who} b");
        assert_eq!(
            full[0]["prompt"],
            "a {who} b: answer {\"json\": true} for me"
        );
        assert_eq!(full[0]["key"], "{goal}");
        let Failure::Usage(Reason { what, .. }) = filled(tasks(), &["goal=x"]).unwrap_err() else {
            panic!("another failure")
        };
        assert!(what.contains("not filled: who"), "{what}");
        for wrong in [
            &["goal=x", "who=y", "other=z"][..],
            &["goal"],
            &["goal=x", "goal=y"],
        ] {
            assert!(filled(tasks(), wrong).is_err(), "{wrong:?}");
        }
    }
}
