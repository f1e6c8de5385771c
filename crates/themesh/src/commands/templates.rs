//! Recurring tasks with blanks.

use std::process::ExitCode;

use mesh_model::api::{
    NoInput, TemplateCreateInput, TemplateDispatchInput, TemplateRefInput, TemplateView,
};
use mesh_model::ops::{TemplateCreate, TemplateDelete, TemplateDispatch, TemplateList};

use super::task;
use crate::cli::Template;
use crate::commands::{printed_json, text_or_stdin};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, clean, line, paint, table};

/// `mesh template …`
pub fn template(context: &Context, verb: Template) -> Outcome<ExitCode> {
    let http = context.http()?;
    match verb {
        Template::List => {
            let list = http.call::<TemplateList>(NoInput {})?;
            if !printed_json(context, &list)? {
                print(&list.items);
            }
        }
        Template::Add {
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
        Template::Delete { name } => {
            let input = TemplateRefInput {
                template: name.clone(),
            };
            let done = http.call::<TemplateDelete>(input)?;
            if !printed_json(context, &done)? {
                line(&format!("{name} is deleted; tasks made from it stay"));
            }
        }
        Template::Use {
            name,
            values,
            room,
            can,
            to,
            priority,
        } => {
            let input = TemplateDispatchInput {
                values: task::template_values(&http, &name, &values)?,
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
                        task::short(task.id),
                        paint(Colour::Quiet, &task.id.to_string())
                    ));
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
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
