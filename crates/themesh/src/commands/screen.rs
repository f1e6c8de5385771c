//! What is shown on a whole terminal: `mesh top` and `mesh chat`.

use std::io::{IsTerminal, stdin, stdout};

use clap::Args;
use mesh_model::api::ClientInfo;
use mesh_sdk::{Client, Error, Signer};
use mesh_tui::{Ended, Farewell};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{clean, line};

/// See agents, tasks, rooms and what waits for you, live; answer it in place
#[derive(Debug, Args)]
#[command(
    after_help = "Example: mesh top\n\nOn a screen of its own; ? shows the keys, q ends. Over SSH too, from 40 columns on."
)]
pub struct TopArgs {}

/// Talk in rooms on a screen of its own: messages, threads, completion
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh chat\n          mesh chat general\n          mesh chat @rex\n\nF1 shows the keys, Ctrl-C ends. To say one thing and be done: mesh say ROOM TEXT"
)]
pub struct ChatArgs {
    /// The room to open, or @handle for a conversation
    pub room: Option<String>,
}

/// `mesh top`
pub fn top(context: &Context, _: TopArgs) -> Outcome<()> {
    on_a_terminal(
        context,
        "mesh top",
        "for a script: `mesh status`, `mesh task list`, `mesh who`, `mesh approvals`, each with --json",
    )?;
    shown(context, "mesh-top", None, async |client| {
        mesh_tui::show_top(client, colours()).await
    })
}

/// `mesh chat`
pub fn chat(context: &Context, args: ChatArgs) -> Outcome<()> {
    on_a_terminal(
        context,
        "mesh chat",
        "for a script: `mesh say ROOM TEXT`, `mesh read ROOM`, `mesh tail ROOM`, each with --json",
    )?;
    let signer = context.signer()?;
    shown(context, "mesh-chat", signer, async |client| {
        mesh_tui::show_chat(client, args.room, colours()).await
    })
}

fn colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn on_a_terminal(context: &Context, command: &str, instead: &str) -> Outcome<()> {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if stdin().is_terminal() && stdout().is_terminal() && !dumb && !context.json {
        return Ok(());
    }
    Err(Failure::usage(
        format!("{command} draws on a terminal and reads its keys, and there is none here"),
        instead,
    )
    .so(Effect::NothingSent))
}

fn shown(
    context: &Context,
    name: &str,
    signer: Option<Signer>,
    show: impl AsyncFnOnce(Client) -> Farewell,
) -> Outcome<()> {
    let mut options = context.options()?;
    options.client = ClientInfo {
        name: Some(name.to_owned()),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        channel: Some("terminal".to_owned()),
        ..ClientInfo::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingChanged))?;
    let farewell = runtime.block_on(async {
        let mut client = Client::connect(options).await?;
        if let Some(signer) = signer {
            // Whoever may not add a key is attested by the node, as with `mesh say`.
            match client.sign_with(signer).await {
                Ok(_) | Err(Error::Refused(_)) => {}
                Err(why) => return Err(why),
            }
        }
        Ok(show(client).await)
    })?;
    if let Some(words) = farewell.words {
        line(&clean(&words));
    }
    match farewell.why {
        None => Ok(()),
        Some(Ended::Node(why)) => Err(why.into()),
        Some(Ended::Terminal(why)) => Err(Failure::here(
            format!("the terminal does not do what it is asked: {why}"),
            "try another terminal, or the plain commands: mesh say, mesh read, mesh approvals",
        )),
    }
}
