//! `mesh sandbox serve`: the owner of a machine offers sandboxes on it, on terms of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use mesh_model::api::{ClientInfo, ToolOfferInput};
use mesh_model::limits::TOOL_MS_MAX;
use mesh_sdk::Client;
use mesh_work::sandbox::plan::Means;
use mesh_work::sandboxes::e2b::{E2b, Node};
use mesh_work::sandboxes::serve::{Showing, serve as answer};
use mesh_work::sandboxes::{House, Terms, folder_name};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::{ConfineArgs, cannot};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::line;

/// The longest run: a tool's call may take a minute, and files in and out take of it.
const WALL_SECONDS_MAX: u64 = TOOL_MS_MAX / 1000 - 10;

/// Offer sandboxes on this machine: for your own side, and for whom you say
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh sandbox serve --room workshop\n          mesh sandbox serve --room workshop --executors --slots 8 --net api.example.org\n          mesh sandbox serve --room workshop --e2b 127.0.0.1:3000\n\nThey can be used as long as this runs: mesh sandbox run --ours -- python3 -c 'print(6*7)'"
)]
pub struct ServeArgs {
    /// Members of these rooms may ask; you speak there
    #[arg(
        long = "room",
        value_name = "ROOM",
        value_delimiter = ',',
        required = true
    )]
    pub rooms: Vec<String>,
    /// What the sandboxes are called on the mesh
    #[arg(long, default_value = "sandbox")]
    pub name: String,
    /// Not only your own side, but those too who may run commands in the room (the capability `execute`)
    #[arg(long)]
    pub executors: bool,
    /// Sandboxes at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub slots: u16,
    /// Seconds that one run may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=WALL_SECONDS_MAX))]
    pub wall: u64,
    /// Also listen here as E2B does, on an address of this machine; the key is a token of the mesh
    #[arg(long, value_name = "ADDRESS")]
    pub e2b: Option<SocketAddr>,
    /// Seconds that a sandbox opened there may go on
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub life: u64,
    /// What programs reach: none (the default), all, or hosts with commas between
    #[arg(long, value_name = "HOSTS", value_delimiter = ',')]
    pub net: Vec<String>,
    /// Show programs this path too
    #[arg(long, value_name = "PATH")]
    pub see: Vec<PathBuf>,
    /// MiB of memory of a sandbox
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    pub max_memory: u64,
    /// Processes and threads of a sandbox
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub max_processes: u64,
    /// Processors that a sandbox may keep busy
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub max_cpus: u64,
    /// Seconds of processor time of each process
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub max_cpu_seconds: u64,
    /// MiB of files of a sandbox, which are in memory: its home, and as much again in /tmp
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    pub max_disk: u64,
}

fn failed(why: impl Into<String>) -> Failure {
    Failure::here(why, "").so(Effect::NothingChanged)
}

/// `mesh sandbox serve`
pub fn serve(context: &Context, args: &ServeArgs) -> Outcome<()> {
    mesh_work::hide();
    let house = Arc::new(house(context, args)?);
    line(&house.terms().sandbox.holds());
    let at = context.node()?;
    let mut options = context.options()?;
    options.client = ClientInfo {
        name: Some("mesh-sandbox-serve".to_owned()),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        ..ClientInfo::default()
    };
    let offer = ToolOfferInput {
        server: args.name.clone(),
        rooms: args.rooms.clone(),
        participants: Vec::new(),
        roles: Vec::new(),
        trust: Vec::new(),
        tools: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.map_err(|why| failed(why.to_string()))?;
    runtime.block_on(async {
        let stop = stopped()?;
        let showing = Arc::new(Showing::default());
        let client = Client::connect(options).await?;
        let node = Node {
            url: at.url,
            key: at.key,
            server: args.name.clone(),
        };
        let listening = match args.e2b {
            None => None,
            Some(at) => {
                let listener = E2b::bind(at).await.map_err(failed)?;
                let at = listener
                    .local_addr()
                    .map_err(|why| failed(why.to_string()))?;
                line(&format!("listens at http://{at} as E2B does"));
                let e2b = E2b::new(house.clone(), showing.clone(), node);
                Some(tokio::spawn(e2b.serve(listener, stop.clone())))
            }
        };
        let ready = || {
            line(&format!(
                "offers sandboxes as {}: {} at a time, {} s each",
                args.name, args.slots, args.wall
            ));
        };
        let served = answer(client, offer, house.clone(), showing, stop.clone(), ready).await;
        if let Some(listening) = listening {
            if served.is_ok() {
                // It ends all that was opened.
                let _ = listening.await;
            } else {
                listening.abort();
            }
        }
        served.map_err(Failure::from)
    })
}

fn house(context: &Context, args: &ServeArgs) -> Outcome<House> {
    let confine = ConfineArgs {
        net: args.net.clone(),
        see: args.see.clone(),
        share: Vec::new(),
        max_memory: args.max_memory,
        max_processes: args.max_processes,
        max_cpus: Some(args.max_cpus),
        max_cpu_seconds: args.max_cpu_seconds,
        max_tmp: args.max_disk,
    };
    let sandbox = confine.wanted(&context.home)?.sandbox(None)?;
    let sandbox = sandbox.map_err(|why| cannot(&why))?;
    if sandbox.means == Means::Landlock {
        return Err(cannot(
            "Landlock alone does not keep the programs of several from each other",
        ));
    }
    let state = std::env::temp_dir().join(folder_name());
    let terms = Terms {
        sandbox,
        state,
        slots: args.slots,
        wall: Duration::from_secs(args.wall),
        life: Duration::from_secs(args.life),
        home_bytes: args.max_disk << 20,
        executors: args.executors,
    };
    House::new(terms).map_err(|why| failed(format!("the folder for sandboxes: {why}")))
}

fn stopped() -> Outcome<watch::Receiver<bool>> {
    let both = signal(SignalKind::interrupt())
        .and_then(|first| Ok((first, signal(SignalKind::terminate())?)));
    let (mut interrupt, mut terminate) = both.map_err(|why| failed(why.to_string()))?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        // Whoever listened may have ended.
        let _ = stop.send(true);
    });
    Ok(stopped)
}
