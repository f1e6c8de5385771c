//! Recurring tasks with blanks.

pub mod workflow;

use std::collections::BTreeMap;

use clap::Subcommand;
use mesh_model::api::{
    NoInput, TemplateCreateInput, TemplateDispatchInput, TemplateRefInput, TemplateView,
};
use mesh_model::events::VariableKind;
use mesh_model::ops::{TemplateCreate, TemplateDelete, TemplateDispatch, TemplateList};
use mesh_sdk::http::Http;
use serde_json::Value;

use super::task::{pairs, short};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::text_or_stdin;
use crate::output::{Colour, clean, line, paint, printed_json, table};

/// Recurring tasks with blanks
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh template use research topic='log formats' --room workshop")]
pub enum TemplateVerb {
    /// List templates with their blanks
    #[command(after_help = "Example: mesh template list")]
    List,
    /// Make a template; blanks stand between braces
    #[command(
        after_help = "Example: mesh template add triage 'Read {report} and say how bad it is.' --title 'Triage {report}'"
    )]
    Add {
        /// Its name: a-z, 0-9 and '-'
        name: String,
        /// The prompt; standard input if absent or '-'
        prompt: Vec<String>,
        /// The title of its tasks
        #[arg(long, default_value = "")]
        title: String,
        /// What it is for
        #[arg(long, default_value = "")]
        about: String,
    },
    /// Delete a template; tasks made from it stay
    #[command(after_help = "Example: mesh template delete triage")]
    Delete {
        /// The template
        name: String,
    },
    /// Create a task from a template
    #[command(
        after_help = "Example: mesh template use research topic='log formats' --room workshop"
    )]
    Use {
        /// The template
        name: String,
        /// name=value for each blank
        values: Vec<String>,
        /// The room
        #[arg(long)]
        room: String,
        /// What a worker must be able to do
        #[arg(long, value_name = "SKILL")]
        can: Option<String>,
        /// Who is to do it (default: whoever fits)
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
        /// 0 to 9; higher goes first (default: 5)
        #[arg(long)]
        priority: Option<u8>,
    },
}

/// `mesh template …`
pub fn template(context: &Context, verb: TemplateVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        TemplateVerb::List => {
            let list = http.call::<TemplateList>(NoInput {})?;
            if !printed_json(context, &list)? {
                print(&list.items);
            }
        }
        TemplateVerb::Add {
            name,
            prompt,
            title,
            about,
        } => {
            let input = TemplateCreateInput {
                name: name.clone(),
                about,
                title,
                prompt: text_or_stdin(&prompt)?,
                variables: None,
            };
            let made = http.call::<TemplateCreate>(input)?;
            if !printed_json(context, &made)? {
                line(&format!(
                    "{name} exists; use it: mesh template use {name} --room ROOM"
                ));
            }
        }
        TemplateVerb::Delete { name } => {
            let input = TemplateRefInput {
                template: name.clone(),
            };
            let done = http.call::<TemplateDelete>(input)?;
            if !printed_json(context, &done)? {
                line(&format!("{name} is deleted; tasks made from it stay"));
            }
        }
        TemplateVerb::Use {
            name,
            values,
            room,
            can,
            to,
            priority,
        } => {
            let input = TemplateDispatchInput {
                values: values_of(&http, &name, &values)?,
                template: name,
                room,
                capability: can,
                assigned: to,
                priority,
            };
            let made = http.call::<TemplateDispatch>(input)?;
            if !printed_json(context, &made)? {
                for task in &made.tasks {
                    line(&format!(
                        "{}  {}",
                        short(task.id),
                        paint(Colour::Quiet, &task.id.to_string())
                    ));
                }
            }
        }
    }
    Ok(())
}

fn print(items: &[TemplateView]) {
    if items.is_empty() {
        line("There are no templates.");
        return;
    }
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|template| {
            let blanks: Vec<String> = template
                .variables
                .iter()
                .map(|variable| {
                    let optional = if variable.optional { "?" } else { "" };
                    match variable.kind.name() {
                        "text" => format!("{}{optional}", variable.name),
                        kind => format!("{}{optional} ({kind})", variable.name),
                    }
                })
                .collect();
            let about = template
                .body
                .as_ref()
                .map_or("(erased)", |body| &body.about);
            vec![template.name.clone(), blanks.join(", "), clean(about)]
        })
        .collect();
    table(&["template", "blanks", "what it is for"], &rows);
}

/// The values of a template's blanks, each of the kind that the blank takes.
pub fn values_of(
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
                format!("'{name}' takes {what}, not '{text}'"),
                "`mesh template list` shows what each blank takes",
            )
            .so(Effect::NothingCreated)
        };
        let value = match kind(&name) {
            Some(VariableKind::Number | VariableKind::Report) => {
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
