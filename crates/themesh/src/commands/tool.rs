//! Tools that the node offers.

use clap::Subcommand;
use mesh_model::api::{NoInput, ToolCallInput, ToolView};
use mesh_model::ops::{ToolCall, ToolList};
use mesh_sdk::http::Http;
use serde_json::{Map, Value};

use super::task::{TaskRef, find};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::input::value_or_stdin;
use crate::output::{Colour, clean, line, paint, printed_json, table};

/// Tools that the node offers
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh tool call web_search query='log formats'")]
pub enum ToolVerb {
    /// List the tools and what they need
    #[command(after_help = "Example: mesh tool list")]
    List,
    /// Use a tool
    #[command(
        after_help = "Examples: mesh tool call web_search query='log formats'\n          mesh tool call notify '{\"text\": \"The build is green\"}'"
    )]
    Call {
        /// The tool
        name: String,
        /// Its input: one JSON object, standard input for '-', or name=value
        input: Vec<String>,
        /// The task it is used for: the id, the end of it, or 'last'
        #[arg(long, value_name = "TASK")]
        task: Option<String>,
    },
}

/// `mesh tool …`
pub fn tool(context: &Context, verb: ToolVerb) -> Outcome<()> {
    let http = context.http()?;
    match verb {
        ToolVerb::List => {
            let list = http.call::<ToolList>(NoInput {})?;
            if printed_json(context, &list)? {
                return Ok(());
            }
            let rows: Vec<Vec<String>> = list.items.iter().map(row).collect();
            table(&["tool", "needs", "what it does"], &rows);
            line(&paint(
                Colour::Quiet,
                "tools are set up in plugins.toml in the mesh's folder; use one: mesh tool call NAME …",
            ));
        }
        ToolVerb::Call { name, input, task } => {
            let task = task
                .map(|task| find(&http, &TaskRef { task }))
                .transpose()?;
            let asked = ToolCallInput {
                input: given(&http, &name, &input)?,
                tool: name.clone(),
                task,
            };
            let answer = http.call::<ToolCall>(asked)?;
            if !printed_json(context, &answer)? && answer.ok {
                line(clean(&answer.text).trim_end());
            }
            if !answer.ok {
                return Err(Failure::here(
                    format!("{name}: {}", clean(&answer.text)),
                    "the use is recorded; `mesh tool list` says how tools are set up",
                ));
            }
        }
    }
    Ok(())
}

fn row(tool: &ToolView) -> Vec<String> {
    let about = match &tool.off {
        Some(why) => format!("off: {}", clean(why)),
        None => clean(&tool.about),
    };
    vec![clean(&tool.name), tool.needs.name().to_owned(), about]
}

/// A tool's input: one JSON object, or `name=value` of the kinds that the tool's schema names.
fn given(http: &Http, name: &str, input: &[String]) -> Outcome<Map<String, Value>> {
    if let [one] = input
        && (one == "-" || one.trim_start().starts_with('{'))
    {
        return serde_json::from_str(&value_or_stdin(one.clone())?).map_err(|why| {
            Failure::usage(
                format!("the input is no JSON object: {why}; the tool was not used"),
                "or give name=value",
            )
        });
    }
    let pairs = super::task::pairs(input)?;
    if pairs.is_empty() {
        return Ok(Map::new());
    }
    let tools = http.call::<ToolList>(NoInput {})?.items;
    let schema = tools
        .into_iter()
        .find(|tool| tool.name == name)
        .map(|tool| tool.input);
    let kind = |field: &str| {
        let found = schema
            .as_ref()?
            .get("properties")?
            .get(field)?
            .get("type")?;
        found.as_str().map(str::to_owned)
    };
    let typed = |(field, text): (String, String)| {
        let value = match kind(&field).as_deref() {
            Some("string") => Value::String(text),
            _ => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        };
        (field, value)
    };
    Ok(pairs.into_iter().map(typed).collect())
}
