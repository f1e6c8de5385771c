//! A room's shared context, and lines in the language of chat commands.

use mesh_model::Seq;
use mesh_model::api::{
    ChatAnswer, ChatInput, ContextRefInput, ContextSetInput, ContextValue, RoomRefInput,
};
use mesh_model::ops::{ChatCommand, ContextList, ContextRemove, ContextSet};
use mesh_sdk::http::Http;
use serde_json::Value;

use super::task::short;
use crate::cli::Shared;
use crate::commands::{printed_json, when};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Colour, clean, line, paint, table};

/// `mesh context …`
pub fn context(context: &Context, verb: Shared) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        Shared::List { room } => {
            let items = values(&http, room)?;
            if printed_json(context, &items)? {
                return Ok(());
            }
            if items.is_empty() {
                line("Nothing is shared in this room yet.");
                return Ok(());
            }
            let rows: Vec<Vec<String>> = items.iter().map(row).collect();
            table(&["name", "version", "by", "set", "value"], &rows);
        }
        Shared::Get { room, key } => {
            let found = values(&http, room)?
                .into_iter()
                .find(|value| value.key == key);
            let found = found.ok_or_else(|| {
                Failure::here(
                    format!("there is no '{key}' in this room's context"),
                    "`mesh context list` shows what there is",
                )
            })?;
            if !printed_json(context, &found)? {
                line(&clean(&plain(&found.value)));
            }
        }
        Shared::Set {
            room,
            key,
            value,
            expected,
        } => {
            let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
            let input = ContextSetInput {
                room,
                key: key.clone(),
                value,
                expected: expected.map(Seq),
            };
            let done = http.call::<ContextSet>(input)?;
            if !printed_json(context, &done)? {
                line(&format!("{key} is set, version {}", done.seq));
            }
        }
        Shared::Remove {
            room,
            key,
            expected,
        } => {
            let input = ContextRefInput {
                room,
                key: key.clone(),
                expected: expected.map(Seq),
            };
            let done = http.call::<ContextRemove>(input)?;
            if !printed_json(context, &done)? {
                line(&format!("{key} is removed"));
            }
        }
    }
    Ok(())
}

fn values(http: &Http, room: String) -> Outcome<Vec<ContextValue>> {
    Ok(http.call::<ContextList>(RoomRefInput { room })?.items)
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn row(value: &ContextValue) -> Vec<String> {
    vec![
        clean(&value.key),
        value.version.to_string(),
        format!("@{}", value.by.handle),
        when::relative(value.at),
        plain(&value.value).replace('\n', " "),
    ]
}

/// `mesh do`, and `mesh say` of a line that begins with a slash
pub fn say_command(context: &Context, room: String, text: String) -> Outcome<()> {
    let answer = context
        .http()?
        .call::<ChatCommand>(ChatInput { room, text })?;
    if !printed_json(context, &answer)? {
        print(&answer);
    }
    Ok(())
}

fn print(answer: &ChatAnswer) {
    line(clean(&answer.text).trim_end());
    for task in &answer.tasks {
        line(&paint(
            Colour::Quiet,
            &format!("task {}   mesh task follow {}", short(task), short(task)),
        ));
    }
    if let Some(message) = answer.message {
        line(&paint(Colour::Quiet, &format!("message {message}")));
    }
}
