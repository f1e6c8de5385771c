//! A room's shared context.

use clap::Subcommand;
use mesh_model::Seq;
use mesh_model::api::{ContextRefInput, ContextSetInput, ContextValue, RoomRefInput};
use mesh_model::ops::{ContextList, ContextRemove, ContextSet};
use mesh_sdk::http::Http;
use serde_json::Value;

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::value_or_stdin;
use crate::output::{clean, line, printed_json, table};
use crate::times;

/// A room's shared context
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh context set workshop branch main")]
pub enum ContextVerb {
    /// List what is shared in a room
    #[command(after_help = "Example: mesh context list workshop")]
    List {
        /// The room
        room: String,
    },
    /// Print one value
    #[command(after_help = "Example: mesh context get workshop branch")]
    Get {
        /// The room
        room: String,
        /// Its name
        key: String,
    },
    /// Set a value: JSON, or words
    #[command(after_help = "Example: mesh context set workshop branch main --expected 812")]
    Set {
        /// The room
        room: String,
        /// Its name
        key: String,
        /// The value, standard input for '-'; what is no JSON is a text
        value: String,
        /// Only if its version is still this one; 0: only if there is none
        #[arg(long, value_name = "VERSION")]
        expected: Option<u64>,
    },
    /// Remove a value
    #[command(after_help = "Example: mesh context remove workshop branch")]
    Remove {
        /// The room
        room: String,
        /// Its name
        key: String,
        /// Only if its version is still this one
        #[arg(long, value_name = "VERSION")]
        expected: Option<u64>,
    },
}

/// `mesh context …`
pub fn context(context: &Context, verb: ContextVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        ContextVerb::List { room } => {
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
        ContextVerb::Get { room, key } => {
            let found = values(&http, room)?
                .into_iter()
                .find(|value| value.key == key);
            let found = found.ok_or_else(|| {
                Failure::here(
                    format!("there is no '{key}' in this room's context"),
                    "`mesh context list` shows what there is",
                )
                .so(Effect::NothingChanged)
            })?;
            if !printed_json(context, &found)? {
                line(&clean(&plain(&found.value)));
            }
        }
        ContextVerb::Set {
            room,
            key,
            value,
            expected,
        } => {
            let value = value_or_stdin(value)?;
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
        ContextVerb::Remove {
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
        times::relative(value.at),
        plain(&value.value).replace('\n', " "),
    ]
}
