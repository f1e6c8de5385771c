//! Creating tasks: one by one, from a template, from a file.

use std::collections::BTreeMap;
use std::process::ExitCode;

use mesh_model::TaskId;
use mesh_model::api::{
    GateSpec, NoInput, NotTaken, PipelineCreateInput, TaskCreateInput, TaskRefInput, TaskSpec,
    TasksCreated, TemplateUse, TemplateView,
};
use mesh_model::events::{TaskState, VariableKind};
use mesh_model::ops::{PipelineCreate, TaskCreate, TaskWhyGet, TemplateList};
use mesh_sdk::http::Http;
use serde_json::Value;

use super::{find, short, until_end};
use crate::cli::{FileRun, TaskAdd, TaskRef};
use crate::commands::{printed_json, text_or_stdin, when};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Colour, line, paint};
use crate::source::Source;

/// Characters of a title made from the beginning of a text.
const TITLE_CHARS_MAX: usize = 70;

/// `mesh task add`
pub fn add(context: &Context, http: &Http, args: TaskAdd) -> Outcome<ExitCode> {
    let mut spec = TaskSpec {
        capability: args.can,
        assigned: args.to,
        priority: args.priority,
        deadline: args.deadline.as_deref().map(when::later).transpose()?,
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
            let values = template_values(http, &template, &args.text)?;
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

/// `mesh workflow run` and `mesh pipeline`
pub fn file(context: &Context, args: &FileRun, pipeline: bool) -> Outcome<ExitCode> {
    let http = context.http()?;
    let text = Source::read(&args.file)?.into_text();
    let mut tasks: Value = serde_json::from_str(&text).map_err(|why| {
        Failure::usage(
            format!("{}: {why}; nothing was created", args.file),
            "the file holds a JSON list of tasks, each with a title and a prompt",
        )
    })?;
    fill(&mut tasks, &pairs(&args.values)?)?;
    let tasks: Vec<TaskSpec> = serde_json::from_value(tasks).map_err(|why| {
        Failure::usage(
            format!("{}: {why}; nothing was created", args.file),
            "it takes what task.create takes: mesh ops --openapi describes it",
        )
    })?;
    let room = args.room.clone();
    let made = match pipeline {
        true => http.call::<PipelineCreate>(PipelineCreateInput { room, steps: tasks })?,
        false => http.call::<TaskCreate>(TaskCreateInput { room, tasks })?,
    };
    created(context, made, args.follow)
}

fn created(context: &Context, made: TasksCreated, follow: bool) -> Outcome<ExitCode> {
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
                format!("'{one}': {what}; nothing was created"),
                "for example goal='tabs or spaces'",
            )
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

/// The values of a template's blanks, each of the kind that the blank takes.
pub fn template_values(
    http: &Http,
    template: &str,
    given: &[String],
) -> Outcome<BTreeMap<String, Value>> {
    let given = pairs(given)?;
    let known = http.call::<TemplateList>(NoInput {})?.items;
    let known = known
        .into_iter()
        .find(|known| known.name == template || known.id.to_string() == template);
    let kind = |name: &str| known.as_ref().and_then(|known| kind_of(known, name));
    let typed = |(name, text): (String, String)| {
        let wrong = |what: &str| {
            Failure::usage(
                format!("'{name}' takes {what}, not '{text}'; nothing was created"),
                "`mesh template list` shows what each blank takes",
            )
        };
        let value = match kind(&name) {
            Some(VariableKind::Number) => {
                let number: serde_json::Number = text.parse().map_err(|_| wrong("a number"))?;
                Value::Number(number)
            }
            Some(VariableKind::Flag) => match text.as_str() {
                "yes" | "true" => Value::Bool(true),
                "no" | "false" => Value::Bool(false),
                _ => return Err(wrong("yes or no")),
            },
            // The node says what it thinks of a blank that the template does not have.
            Some(VariableKind::Text) | None => Value::String(text),
        };
        Ok((name, value))
    };
    given.into_iter().map(typed).collect()
}

fn kind_of(template: &TemplateView, name: &str) -> Option<VariableKind> {
    let found = template
        .variables
        .iter()
        .find(|variable| variable.name == name);
    found.map(|variable| variable.kind)
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
        Failure::usage(
            format!("{what}: {}; nothing was created", names.join(", ")),
            hint.to_owned(),
        )
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
    match unused.is_empty() {
        true => Ok(()),
        false => Err(wrong(
            unused,
            "the file has no such blanks",
            "a blank is a name between braces",
        )),
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
        let Failure::Usage { what, .. } = filled(tasks(), &["goal=x"]).unwrap_err() else {
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

    #[test]
    fn a_title_is_how_the_text_begins() {
        assert_eq!(head("Survey\nthe parser"), "Survey");
        assert_eq!(head(&"x".repeat(100)).chars().count(), TITLE_CHARS_MAX + 1);
    }
}
