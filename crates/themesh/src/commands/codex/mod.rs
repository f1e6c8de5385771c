//! `mesh codex`: Codex, already joined. Its tools are those of the mesh, its session is one of the mesh, and what is said to its agent
//! comes into the conversation while it runs. No file of the user is touched.

mod bridge;
mod rollout;
mod server;
mod wire;

use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use mesh_sdk::{Client, Filter, Options};
use serde_json::Value;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::install::{self, Program};
use super::joined::Joined;
use crate::context::{self, Context};
use crate::failure::Outcome;
use server::Server;

/// Start Codex as an agent of the mesh: with its tools, in a session of its own, reached by messages while it runs
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh codex\n          mesh --as rex codex resume --last\n          mesh codex -m gpt-5 'look at the build'\n\nAll arguments go to Codex; options of mesh stand before `codex`. Without --as the agent is called codex, and is registered if nobody is called so. Messages wake an idle session if they name the agent or are for it alone, and their author is trusted here. `mesh codex exec` has the tools, and reads messages only when it asks."
)]
pub struct CodexArgs {
    /// What Codex is given
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENTS"
    )]
    args: Vec<OsString>,
}

/// What brings a message into an inbox: that it was said, also after it was held back, or changed.
const KINDS: [&str; 2] = ["message.posted", "message.edited"];
/// How long what is known of messages may take to be told when the program has ended.
const GOODBYE_WAIT: Duration = Duration::from_secs(5);
/// Between two attempts to listen again.
const AWAY: Duration = Duration::from_secs(1);

/// What is not a conversation on the screen.
const OTHERS: &[&str] = &[
    "exec",
    "e",
    "review",
    "login",
    "logout",
    "mcp",
    "plugin",
    "app-server",
    "remote-control",
    "completion",
    "update",
    "doctor",
    "sandbox",
    "debug",
    "apply",
    "a",
    "queue",
    "archive",
    "delete",
    "migrate-rollouts",
    "migrate-nfs-db",
    "unarchive",
    "cloud",
    "exec-server",
    "features",
    "help",
    "-h",
    "--help",
    "-V",
    "--version",
];

/// `mesh codex`
pub fn codex(context: &Context, args: &CodexArgs) -> Outcome<ExitCode> {
    let context = install::agent(context, Program::Codex)?;
    let joined = Joined::open(&context, OsStr::new("codex"))?;
    let tools = tools(&context, &joined)?;
    let env = install::environment(&context);
    let mut command = Command::new("codex");
    command.envs(env.iter().map(|(name, value)| (name, value)));
    let first = args.args.first().and_then(|first| first.to_str());
    let is_elsewhere = args.args.iter().any(|arg| arg == "--remote");
    if is_elsewhere || first.is_some_and(|first| OTHERS.contains(&first)) {
        return joined.run(command.args(tools).args(&args.args));
    }
    let mut own = overrides(&args.args);
    own.extend(tools.iter().cloned());
    let mut env = env;
    env.push((context::SESSION, joined.session().into()));
    let started = Server::start(&context, &own, &env).and_then(|mut server| {
        let (wire, events) = joined.runtime.block_on(server.connect())?;
        Ok((server, wire, events))
    });
    let (server, wire, events) = match started {
        Ok(started) => started,
        Err(why) => {
            eprintln!(
                "mesh: messages are not handed into this session, only read when it asks: {why}"
            );
            return joined.run(command.args(tools).args(&args.args));
        }
    };
    let mail = Arc::new(Notify::new());
    let ears = joined
        .runtime
        .spawn(listen_on(joined.listener("delivery"), Arc::clone(&mail)));
    let (leave, left) = oneshot::channel();
    let bridge = bridge::run(wire, events, joined.client.clone(), mail, left);
    let bridge = joined.runtime.spawn(bridge);
    let mut address = OsString::from("unix://");
    address.push(&server.socket);
    command.arg("--remote").arg(address).args(&args.args);
    let ended = joined.run(&mut command);
    ears.abort();
    // It may have ended with the server.
    let _ = leave.send(());
    say_goodbye(&joined, bridge);
    drop(server);
    ended
}

fn say_goodbye(joined: &Joined, bridge: JoinHandle<Option<String>>) {
    let told = joined
        .runtime
        .block_on(async { tokio::time::timeout(GOODBYE_WAIT, bridge).await });
    match told {
        Ok(Ok(None)) => {}
        Ok(Ok(Some(why))) => eprintln!("mesh: something went wrong with messages: {why}"),
        Ok(Err(_)) | Err(_) => eprintln!(
            "mesh: what was handed last could not be told to the node; it is handed again in 15 minutes"
        ),
    }
    eprintln!("mesh: Codex's server has ended with it; go on with `mesh codex resume --last`");
}

/// Rings when a message comes that may be for the agent. A connection that breaks for good is made anew.
async fn listen_on(options: Options, mail: Arc<Notify>) {
    loop {
        // What goes wrong is told by the bridge, which speaks with the same node.
        let _ = listen(options.clone(), &mail).await;
        tokio::time::sleep(AWAY).await;
    }
}

async fn listen(options: Options, mail: &Notify) -> Result<(), mesh_sdk::Error> {
    let client = Client::connect(options).await?;
    let filter = Filter {
        types: KINDS.map(str::to_owned).to_vec(),
        ..Filter::default()
    };
    let mut items = client.subscribe(filter).await?;
    loop {
        mail.notify_one();
        if items.next().await.is_none() {
            return Ok(());
        }
    }
}

/// The mesh's tools for this run.
fn tools(context: &Context, joined: &Joined) -> Outcome<Vec<OsString>> {
    let start = install::here(context)?;
    let words = |words: &[String]| Value::from(words.to_vec()).to_string();
    let quoted = |word: &str| Value::from(word).to_string();
    let session = quoted(&joined.session());
    let settings = [
        format!("mcp_servers.mesh.command={}", quoted(&start.command)),
        format!("mcp_servers.mesh.args={}", words(&start.args)),
        format!("mcp_servers.mesh.env={{{}={session}}}", context::SESSION),
    ];
    let pair = |setting: String| [OsString::from("-c"), setting.into()];
    Ok(settings.into_iter().flat_map(pair).collect())
}

/// Settings among the arguments: those of a run are the server's.
fn overrides(args: &[OsString]) -> Vec<OsString> {
    let takes_one = ["-c", "--config", "--enable", "--disable"];
    let mut found = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if takes_one.iter().any(|name| arg == name) {
            found.push(arg.clone());
            found.extend(args.next().cloned());
        } else if arg.to_str().is_some_and(|arg| {
            takes_one[1..]
                .iter()
                .any(|name| arg.starts_with(&format!("{name}=")))
        }) {
            found.push(arg.clone());
        }
    }
    found
}
