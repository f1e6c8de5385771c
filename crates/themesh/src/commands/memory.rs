//! What agents remember.

use std::collections::HashMap;

use clap::Subcommand;
use mesh_model::api::{
    MemoryApplyInput, MemoryChanges, MemoryConsolidateInput, MemoryForgetInput, MemoryListInput,
    MemorySearchInput, MemorySetInput, MemoryView, TaskDetail, TaskRefInput,
};
use mesh_model::events::MemorySource;
use mesh_model::ops::{
    MemoryApply, MemoryConsolidate, MemoryForget, MemoryList, MemorySearch, MemorySet, TaskGet,
};
use mesh_sdk::http::Http;
use serde_json::Value;

use super::task::{find, short};
use crate::commands::task::TaskRef;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::text_or_stdin;
use crate::output::{Colour, clean, line, paint, printed_json};
use crate::times;

/// What agents remember
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh memory search 'node build' --of rex")]
pub enum MemoryVerb {
    /// List what somebody remembers
    #[command(after_help = "Example: mesh memory list rex")]
    List {
        /// Who (default: the one who acts)
        of: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Let somebody remember something under a name
    #[command(after_help = "Example: mesh memory set build 'The build needs Node 20.' --of rex")]
    Set {
        /// Its name
        key: String,
        /// What is remembered; standard input if absent or '-'
        text: Vec<String>,
        /// Who (default: the one who acts)
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
    },
    /// Search what somebody remembers, the closest first
    #[command(after_help = "Example: mesh memory search 'node build' --of rex")]
    Search {
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
        /// Who (default: the one who acts)
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 10)]
        limit: u32,
    },
    /// Forget a memory: its words are erased
    #[command(after_help = "Example: mesh memory forget build --of rex")]
    Forget {
        /// Its name
        key: String,
        /// Who (default: the one who acts)
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
    },
    /// Let an agent tidy memories; nothing changes before you apply what it proposes
    #[command(
        after_help = "Example: mesh memory consolidate --of rex --room workshop   (then: mesh memory diff last)"
    )]
    Consolidate {
        /// Whose (default: the one who acts)
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
        /// The room in which the task is done
        #[arg(long)]
        room: String,
        /// What a worker must be able to do (default: the agent itself does it)
        #[arg(long, value_name = "SKILL")]
        can: Option<String>,
    },
    /// Show what a consolidation proposes
    #[command(after_help = "Example: mesh memory diff last   (then: mesh memory apply last)")]
    Diff {
        /// Its task: the id, the end of it, or 'last'
        task: String,
    },
    /// Apply what a consolidation proposes
    #[command(after_help = "Example: mesh memory apply last")]
    Apply {
        /// Its task: the id, the end of it, or 'last'
        task: String,
    },
}

/// `mesh memory …`
pub fn memory(context: &Context, verb: MemoryVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        MemoryVerb::List { of, limit } => {
            let input = MemoryListInput {
                participant: of,
                after: None,
                limit: Some(limit),
            };
            let page = http.call::<MemoryList>(input)?;
            if !printed_json(context, &page)? {
                print(&page.items, "Nothing is remembered.");
            }
        }
        MemoryVerb::Search { words, of, limit } => {
            let input = MemorySearchInput {
                participant: of,
                q: words.join(" "),
                limit: Some(limit),
            };
            let found = http.call::<MemorySearch>(input)?;
            if !printed_json(context, &found)? {
                print(&found.items, "Nothing that is remembered fits.");
            }
        }
        MemoryVerb::Set { key, text, of } => {
            let input = MemorySetInput {
                participant: of,
                key: key.clone(),
                text: text_or_stdin(&text)?,
                source: MemorySource::Said,
                task: None,
                labels: Vec::new(),
            };
            let stored = http.call::<MemorySet>(input)?;
            if !printed_json(context, &stored)? {
                line(&format!("{key} is remembered"));
            }
        }
        MemoryVerb::Forget { key, of } => {
            let participant = match of {
                Some(of) => of,
                None => context.acting(&http)?,
            };
            let input = MemoryForgetInput {
                participant,
                key: key.clone(),
            };
            let done = http.call::<MemoryForget>(input)?;
            if !printed_json(context, &done)? {
                line(&format!("{key} is forgotten: its words are erased"));
            }
        }
        MemoryVerb::Consolidate { of, room, can } => {
            let input = MemoryConsolidateInput {
                participant: of,
                room,
                capability: can,
            };
            let made = http.call::<MemoryConsolidate>(input)?;
            if !printed_json(context, &made)? {
                let task = made
                    .tasks
                    .first()
                    .map(|task| short(task.id))
                    .unwrap_or_default();
                line(&format!(
                    "task {task} tidies; nothing changes before you apply its result"
                ));
                line(&paint(
                    Colour::Quiet,
                    &format!("mesh task follow {task} && mesh memory diff {task}"),
                ));
            }
        }
        MemoryVerb::Diff { task } => diff(context, &http, task)?,
        MemoryVerb::Apply { task } => {
            let task = find(&http, &TaskRef { task })?;
            let applied = http.call::<MemoryApply>(MemoryApplyInput { task })?;
            if !printed_json(context, &applied)? {
                line(&format!(
                    "{} memories are gone, {} came in their place",
                    applied.forgotten, applied.kept
                ));
            }
        }
    }
    Ok(())
}

fn print(items: &[MemoryView], none: &str) {
    if items.is_empty() {
        line(none);
    }
    for memory in items {
        let mut notes = vec![memory.source.name().to_owned(), times::relative(memory.at)];
        notes.extend(memory.task.map(|task| format!("task {}", short(task))));
        notes.extend(
            (!memory.labels.is_empty()).then(|| format!("words of {} rooms", memory.labels.len())),
        );
        line(&format!(
            "{}  {}",
            paint(Colour::Agent, &clean(&memory.key)),
            paint(Colour::Quiet, &notes.join(", "))
        ));
        clean(&memory.text)
            .lines()
            .for_each(|part| line(&format!("  {part}")));
    }
}

/// What would go and what would come.
fn diff(context: &Context, http: &Http, task: String) -> Outcome<()> {
    let task = find(http, &TaskRef { task })?;
    let found = http.call::<TaskGet>(TaskRefInput { task })?;
    let changes = changes(&found)?;
    if printed_json(context, &changes)? {
        return Ok(());
    }
    if changes.changes.is_empty() {
        line("It proposes no change.");
        return Ok(());
    }
    let old = remembered(&found);
    for change in &changes.changes {
        if !change.why.is_empty() {
            line(&paint(
                Colour::Quiet,
                &format!("# {}", clean(&change.why).replace('\n', " ")),
            ));
        }
        for key in &change.forget {
            let text = old.get(key).map(String::as_str).unwrap_or_default();
            sided(Colour::Bad, '-', key, text);
        }
        if let Some(key) = &change.key {
            sided(
                Colour::Good,
                '+',
                key,
                change.text.as_deref().unwrap_or_default(),
            );
        }
    }
    line(&paint(
        Colour::Quiet,
        &format!("apply it: mesh memory apply {}", short(task)),
    ));
    Ok(())
}

fn sided(colour: Colour, side: char, key: &str, text: &str) {
    let text = clean(text).replace('\n', " ");
    line(&paint(
        colour,
        format!("{side} {}: {text}", clean(key)).trim_end_matches([' ', ':']),
    ));
}

/// What the consolidation proposes.
fn changes(found: &TaskDetail) -> Outcome<MemoryChanges> {
    let output = found
        .task
        .result
        .as_ref()
        .and_then(|result| result.output.as_ref());
    let data = output
        .and_then(|output| output.data.clone())
        .ok_or_else(|| {
            Failure::here(
                format!(
                    "the task proposes nothing yet: it is {}",
                    found.task.state.name()
                ),
                "watch it with `mesh task follow`; is it a task of `mesh memory consolidate`?",
            )
            .so(Effect::NothingChanged)
        })?;
    serde_json::from_value(Value::Object(data.into_inner())).map_err(|why| {
        Failure::here(
            format!("the task's result is no list of changes: {why}"),
            "is it a task of `mesh memory consolidate`?",
        )
        .so(Effect::NothingChanged)
    })
}

/// The memories that the task was given, by name.
fn remembered(found: &TaskDetail) -> HashMap<String, String> {
    let listed = found.input.as_ref().and_then(|input| input.get("memories"));
    let listed = listed.and_then(Value::as_array).into_iter().flatten();
    let text = |value: &Value, field: &str| value.get(field)?.as_str().map(str::to_owned);
    listed
        .filter_map(|one| Some((text(one, "key")?, text(one, "text")?)))
        .collect()
}
