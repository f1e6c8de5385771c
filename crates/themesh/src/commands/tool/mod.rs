//! Tools: those of the node, and those that participants offer.

mod serve;

use clap::Subcommand;
use mesh_model::Seq;
use mesh_model::api::{
    HeldTool, NoInput, RoomRefInput, ToolAcceptInput, ToolAudience, ToolAudienceInput,
    ToolCallInput, ToolText, ToolView, ToolWithdrawInput,
};
use mesh_model::events::Trust;
use mesh_model::ops::{
    RoomGet, ToolAccept, ToolAudienceSet, ToolCall, ToolHeld, ToolList, ToolWithdraw,
};
use mesh_model::tool::full_name;
use mesh_sdk::http::Http;
use serde_json::{Map, Value};

use crate::commands::task::{TaskRef, find};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::value_or_stdin;
use crate::output::{Colour, clean, line, paint, printed_json, table};

/// Tools of the node, and those that participants offer
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh tool call web_search query='log formats'")]
pub enum ToolVerb {
    /// List the tools and what they need
    #[command(after_help = "Example: mesh tool list")]
    List,
    /// Say for whom a tool, or the tools of a plugin or server, are: whoever fits all that is given
    #[command(
        after_help = "Examples: mesh tool audience web_search --participant rex --participant ana\n          mesh tool audience git --role reviewer --room ops\n          mesh tool audience git --as-declared\n\nWith nothing given it is for those trusted as owner or local."
    )]
    Audience {
        /// The tool, the plugin or the server
        name: String,
        /// One of these participants
        #[arg(long = "participant", value_name = "HANDLE", value_delimiter = ',')]
        participants: Vec<String>,
        /// Somebody with one of these roles
        #[arg(long = "role", value_name = "ROLE", value_delimiter = ',')]
        roles: Vec<String>,
        /// Trusted as one of these: owner, local, federated, untrusted
        #[arg(long, value_delimiter = ',')]
        trust: Vec<String>,
        /// A member of one of these rooms
        #[arg(long = "room", value_name = "ROOM", value_delimiter = ',')]
        rooms: Vec<String>,
        /// For whom plugins.toml, or whoever offers it, says
        #[arg(long, conflicts_with_all = ["participants", "roles", "trust", "rooms"])]
        as_declared: bool,
    },
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
    Serve(serve::ServeArgs),
    /// List tools that wait for you to look at them, as they were and as they are now
    #[command(after_help = "Example: mesh tool held")]
    Held,
    /// Let tools be used that are held, as you looked at them
    #[command(
        after_help = "Example: mesh tool accept shop 4711   # the number stands in `mesh tool held`"
    )]
    Accept {
        /// The server
        server: String,
        /// The offer that you looked at
        offer: u64,
        /// Only this one of its tools
        #[arg(long, value_name = "TOOL")]
        tool: Option<String>,
    },
    /// Offer a server's tools no more: your own, or somebody's below you
    #[command(after_help = "Example: mesh tool withdraw shop")]
    Withdraw {
        /// The server
        server: String,
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
                "whoever runs the node sets tools up in plugins.toml; others offer them: mesh tool serve; use one: mesh tool call NAME …",
            ));
        }
        ToolVerb::Audience {
            name,
            participants,
            roles,
            trust,
            rooms,
            as_declared,
        } => {
            let rooms = rooms
                .into_iter()
                .map(|room| Ok(http.call::<RoomGet>(RoomRefInput { room })?.id))
                .collect::<Outcome<Vec<_>>>()?;
            let trust = trust
                .iter()
                .map(|one| trusted(one))
                .collect::<Outcome<Vec<_>>>()?;
            let bare = |handle: String| handle.trim_start_matches('@').to_owned();
            let audience = ToolAudience {
                participants: participants.into_iter().map(bare).collect(),
                roles,
                trust,
                rooms,
            };
            let done = http.call::<ToolAudienceSet>(ToolAudienceInput {
                tool: name.clone(),
                audience: (!as_declared).then_some(audience),
            })?;
            if !printed_json(context, &done)? {
                line(&format!("that holds for {name} from {} on", done.seq));
            }
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
                    "`mesh tool list` says how tools are set up",
                )
                .so(Effect::UseRecorded));
            }
        }
        ToolVerb::Serve(args) => serve::serve(context, &args)?,
        ToolVerb::Held => {
            let list = http.call::<ToolHeld>(NoInput {})?;
            if !printed_json(context, &list)? {
                held(&list.items);
            }
        }
        ToolVerb::Accept {
            server,
            offer,
            tool,
        } => {
            let done = http.call::<ToolAccept>(ToolAcceptInput {
                server: server.clone(),
                tool,
                offer: Seq(offer),
            })?;
            if !printed_json(context, &done)? {
                line(&format!(
                    "{server} may be used as it was offered at {offer}"
                ));
            }
        }
        ToolVerb::Withdraw { server } => {
            let done = http.call::<ToolWithdraw>(ToolWithdrawInput {
                server: server.clone(),
            })?;
            if !printed_json(context, &done)? {
                line(&format!("{server} is offered no more"));
            }
        }
    }
    Ok(())
}

/// Each tool with both texts, and how to let it be used.
fn held(items: &[HeldTool]) {
    for tool in items {
        let score = match tool.score {
            0 => String::new(),
            score => format!("; the guard scores it {score} of 100"),
        };
        line(&format!(
            "{} of @{}{score}",
            full_name(&clean(&tool.server), &clean(&tool.tool)),
            tool.by.handle
        ));
        match &tool.was {
            Some(was) => text("was", was),
            None => line("  is new"),
        }
        text("now", &tool.now);
        line(&paint(
            Colour::Quiet,
            &format!(
                "  let it be used: mesh tool accept {} {} --tool {}",
                tool.server, tool.offer, tool.tool
            ),
        ));
    }
    if items.is_empty() {
        line("no tool waits for you");
    }
}

fn text(when: &str, text: &ToolText) {
    line(&format!("  {when}: {}", clean(&text.about)));
    let schema = Value::Object(text.input.clone().into_inner());
    line(&format!("       {}", clean(&schema.to_string())));
}

fn trusted(name: &str) -> Outcome<Trust> {
    serde_json::from_value(Value::String(name.to_owned())).map_err(|_| {
        Failure::usage(
            format!("'{name}' is no trust"),
            "owner, local, federated or untrusted",
        )
        .so(Effect::NothingChanged)
    })
}

fn row(tool: &ToolView) -> Vec<String> {
    let by = tool.by.as_ref();
    let by = by.map_or(String::new(), |by| format!("@{}: ", by.handle));
    let about = match &tool.off {
        Some(why) => format!("off: {}", clean(why)),
        None => format!("{by}{}", clean(&tool.about)),
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
                format!("the input is no JSON object: {why}"),
                "or give name=value",
            )
            .so(Effect::NothingDone)
        });
    }
    let pairs = crate::commands::task::pairs(input)?;
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
