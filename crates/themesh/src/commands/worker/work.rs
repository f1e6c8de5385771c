//! `mesh work`: this machine takes tasks as an agent and lets a program or a model do them.

mod models;
mod upkeep;

use clap::Args;
use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use mesh_model::ErrorCode;
use mesh_model::api::{
    AgentRegisterInput, MemberCapabilitiesInput, MemberRefInput, Profile, TokenCreateInput,
};
use mesh_model::capability::Capability;
use mesh_model::events::{Kind, Visibility};
use mesh_model::home::{Entry, Identity};
use mesh_model::ops::{AgentRegister, MemberAdd, MemberCapabilities, TokenCreate};
use mesh_model::permission::Preset;
use mesh_sdk::Error;
use mesh_work::child::Limits;
use mesh_work::prices::{BUILT_IN, Prices};
use mesh_work::sandbox::hosts::Place;
use mesh_work::sandbox::{INSTALL, Net, Sandbox};
use mesh_work::{AttemptEnd, Leave, Settings, Trouble, Worker, WorkerEvent, runner};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};

use crate::commands::sandbox::{ConfineArgs, SandboxChoice, cannot, cell};
use crate::commands::task::short;
use crate::context::{Context, has_token_given, write_private};
use crate::failure::{Effect, Failure, Outcome};
use crate::input::command_words;
use crate::output::{Colour, line, paint};

/// Take tasks as an agent and let a program or a model do them
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh work --as rex --yes --join general --can research,code --slots 2 --runner claude\n          mesh work --as tester --yes --can test --repo . --command 'make test'"
)]
pub struct WorkArgs {
    /// What it can do, with commas between
    #[arg(long, value_name = "CAPABILITIES", value_delimiter = ',')]
    pub can: Vec<String>,
    /// Tasks at the same time
    #[arg(long, default_value_t = 1)]
    pub slots: u16,
    /// What runs the tasks: command, claude, codex, gemini, opencode, acp, anthropic, openai, or a2a for an agent elsewhere
    #[arg(long, default_value = "command")]
    pub runner: String,
    /// The runner's program with its arguments; for 'command' the program that gets the prompt
    #[arg(long, value_name = "'PROGRAM ARGS'")]
    pub command: Option<String>,
    /// Tell the command what agents are told: who it is, how to remember, call tools and say how sure it is
    #[arg(long)]
    pub forms: bool,
    /// The model unless a task names one; named several times, each task asks the one that does best for what it costs
    #[arg(long)]
    pub model: Vec<String>,
    /// How many points of success a model may give up that costs nothing, beside the dearest of several
    #[arg(long, value_name = "PERCENT", default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub give_up: u8,
    /// Show what was learned of several models and what choosing has saved, and do nothing else
    #[arg(long)]
    pub models: bool,
    /// The address of a model's API instead of the runner's usual one (not for command, acp and opencode), or of the agent for a2a
    #[arg(long, value_name = "URL")]
    pub api: Option<String>,
    /// What others see of this machine (default: its host name)
    #[arg(long)]
    pub machine: Option<String>,
    /// Join a room first and agree to run its commands; with --yes the owner lets it execute there, without which it gets no tasks
    #[arg(long, value_name = "ROOM")]
    pub join: Vec<String>,
    /// Run all tasks in this folder instead of each in one of its own
    #[arg(long)]
    pub dir: Option<PathBuf>,
    /// Give each task a git worktree of this repository; the diff goes with the result
    #[arg(long, conflicts_with = "dir")]
    pub repo: Option<PathBuf>,
    /// Pass this variable of the environment on to what runs the tasks
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,
    /// Prices of models (default: prices.toml in the mesh's folder, if it is there)
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
    /// Write a table of prices to edit, and do nothing else
    #[arg(long)]
    pub write_prices: bool,
    /// Seconds of a lease: how long a task waits if this machine dies
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(10..=600))]
    pub lease: u32,
    /// Seconds that one attempt may take
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub timeout: u64,
    /// Take nothing while the load average is higher
    #[arg(long, value_name = "LOAD")]
    pub max_load: Option<f64>,
    /// KiB that a task may put out
    #[arg(long, value_name = "KIB", default_value_t = 4096)]
    pub max_output: usize,
    /// MiB of one file that a task may write
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    pub max_file: u64,
    /// MiB that a task's folder may grow
    #[arg(long, value_name = "MIB", default_value_t = 8192)]
    pub max_disk: u64,
    /// Confine what runs the tasks: auto (where this machine can), off, or require
    #[arg(long, value_name = "CHOICE", default_value = "auto")]
    pub sandbox: SandboxChoice,
    #[command(flatten)]
    pub confine: ConfineArgs,
    #[command(flatten)]
    pub upkeep: upkeep::UpkeepArgs,
    /// End after so many tasks
    #[arg(long, value_name = "N")]
    pub tasks: Option<u64>,
    /// End after one task
    #[arg(long, conflicts_with = "tasks")]
    pub once: bool,
    /// Tokens of memories that go with each task
    #[arg(long, value_name = "N")]
    pub memory_tokens: Option<u32>,
    /// By the owner's token: register the agent if it is not known here, let it execute in the rooms it joins
    #[arg(long)]
    pub yes: bool,
    /// Leave when standard input ends: how whoever starts it keeps it
    #[arg(long, hide = true)]
    pub until_input_ends: bool,
}

/// Ends with what it runs; started by `mesh work`
#[derive(Debug, Args)]
#[command(hide = true)]
pub struct WorkKeeperArgs {
    /// Lifeline, limits, program, arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub args: Vec<OsString>,
}

/// `mesh work`
pub fn work(context: &Context, args: &WorkArgs) -> Outcome<()> {
    if args.write_prices {
        return write_prices(context, args);
    }
    if args.models {
        return models::show(context);
    }
    mesh_work::hide();
    let settings = settings(context, args)?;
    let json = context.json;
    let listener = Arc::new(move |said: WorkerEvent| print(json, &said));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingTaken))?;
    let worked = runtime.block_on(async {
        let (leave, mut asked) = watch::channel(Leave::Stay);
        hear_signals(leave, args.until_input_ends)
            .map_err(|why| Trouble::Here(why.to_string(), String::new()))?;
        // A node that is away is asked again and again, so whoever starts is heard as well.
        let worker = tokio::select! {
            worker = Worker::start(settings, listener) => worker?,
            _ = asked.wait_for(|how| *how > Leave::Stay) => return Ok(()),
        };
        worker.run(asked).await
    });
    runtime.shutdown_background();
    worked.map_err(|trouble| match trouble {
        Trouble::Here(what, hint) => Failure::here(what, hint),
        Trouble::Mesh(error) => error.into(),
    })
}

/// `mesh work-keeper`
pub fn keeper(args: WorkKeeperArgs) -> ExitCode {
    ExitCode::from(mesh_work::keeper::run(args.args.into_iter()))
}

/// The first signal asks the worker to leave, the second one ends it at once. So does the end of the input, for whoever
/// wants that.
fn hear_signals(leave: watch::Sender<Leave>, until_input_ends: bool) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        let mut input = std::pin::pin!(input_ends());
        let mut listens = until_input_ends;
        for how in [Leave::Gracefully, Leave::AtOnce] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = &mut input, if listens => listens = false,
            }
            leave.send_replace(how);
        }
        // The channel has to stay: a worker whose asker is gone would never be asked.
        std::future::pending::<()>().await;
    });
    Ok(())
}

async fn input_ends() {
    let (ended, wait) = oneshot::channel();
    std::thread::spawn(move || {
        // Whatever comes or breaks, the input has ended.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = ended.send(());
    });
    let _ = wait.await;
}

/// Who works.
fn who(context: &Context) -> Outcome<String> {
    let handle = context.identity().ok_or_else(|| {
        Failure::usage(
            "nobody is named who is to work",
            "name an agent: mesh work --as rex --yes",
        )
        .so(Effect::NothingTaken)
    })?;
    Ok(handle.trim_start_matches('@').to_owned())
}

/// A worker's own folder on this machine.
fn state_of(context: &Context, handle: &str) -> PathBuf {
    Entry::Work.of(&context.home).join(handle)
}

fn settings(context: &Context, args: &WorkArgs) -> Outcome<Settings> {
    let handle = who(context)?;
    let identity = identity(context, &handle, args.yes)?;
    if args.yes {
        let_execute(context, &handle, &args.join)?;
    }
    let state = state_of(context, &handle);
    let mut command = Vec::new();
    if let Some(text) = &args.command {
        command = command_words(text).ok_or_else(|| {
            Failure::usage(format!("a quotation mark in '{text}' is not closed"), "")
                .so(Effect::NothingTaken)
        })?;
    }
    let folder = |path: &Option<PathBuf>| path.as_deref().map(existing).transpose();
    let (dir, repo) = (folder(&args.dir)?, folder(&args.repo)?);
    let sandbox = sandbox(context, args, dir.as_deref())?;
    Ok(Settings {
        tools_token: tools_token(context, &state, &identity)?,
        url: identity.url,
        node: identity.node_key,
        token: identity.token,
        key: context.key_path(&handle)?,
        state: std::path::absolute(&state).unwrap_or(state),
        slots: args.slots,
        capabilities: args.can.clone(),
        machine: args.machine.clone().or_else(host_name),
        runner: args.runner.clone(),
        plain: matches!(args.runner.as_str(), "a2a" | "command") && !args.forms,
        options: runner::Options {
            command,
            model: args.model.first().cloned(),
            base_url: args.api.clone(),
            api_key: api_key(&args.runner),
        },
        models: args.model.clone(),
        give_up: f64::from(args.give_up) / 100.0,
        join: args.join.clone(),
        dir,
        repo,
        lease_ms: args.lease * 1000,
        timeout: Duration::from_secs(args.timeout),
        load_max: args.max_load,
        upkeep: args.upkeep.allowed(),
        tasks_max: if args.once { Some(1) } else { args.tasks },
        memory_tokens: args.memory_tokens,
        env: args.env.clone(),
        limits: Limits {
            file_bytes: args.max_file << 20,
            output_bytes: args.max_output << 10,
            ..Limits::default()
        },
        folder_bytes: args.max_disk << 20,
        prices: prices(context, args)?,
        sandbox,
        keeper: cell()?,
    })
}

/// What confines the programs, by the worker's choice and what the machine can.
fn sandbox(context: &Context, args: &WorkArgs, dir: Option<&Path>) -> Outcome<Option<Sandbox>> {
    // A model's API is asked by the worker itself: there is no program.
    if args.sandbox == SandboxChoice::Off || matches!(args.runner.as_str(), "anthropic" | "openai")
    {
        return Ok(None);
    }
    let mut wanted = args.confine.wanted(&context.home)?;
    if wanted.net.is_none() {
        let usual = runner::hosts(&args.runner).iter();
        let usual = usual.filter_map(|host| Place::parse(host).ok());
        wanted.net = Some(Net::Places(usual.collect()));
    }
    if let Some(dir) = dir {
        wanted.may_write(dir, &context.home, "--dir")?;
    }
    match wanted.sandbox(dir)? {
        Ok(sandbox) => Ok(Some(sandbox)),
        Err(why) if args.sandbox == SandboxChoice::Require => Err(cannot(&why)),
        Err(why) => {
            eprintln!(
                "mesh: programs are not confined, for this machine cannot ({why}): {INSTALL}"
            );
            Ok(None)
        }
    }
}

/// The agent's own token: the one kept here, or a new one by the owner's leave.
fn identity(context: &Context, handle: &str, yes: bool) -> Outcome<Identity> {
    if let Ok(token) = std::env::var("MESH_TOKEN") {
        let node = context.node()?;
        return Ok(Identity {
            handle: handle.to_owned(),
            url: node.url,
            node_key: node.key,
            token,
        });
    }
    match context.load_identity(handle) {
        Ok(known) => {
            let node = context.node_of(&known)?;
            return Ok(Identity {
                url: node.url,
                node_key: node.key,
                ..known
            });
        }
        Err(why) if !yes => return Err(why),
        Err(_) => {}
    }
    let owner = context.owner();
    let http = owner.http()?;
    let (key, _) = context.key_for(handle)?;
    let registered = http.call::<AgentRegister>(AgentRegisterInput {
        agent: handle.to_owned(),
        kind: Some(Kind::Agent),
        key: Some(key),
        parent: None,
        parent_proof: None,
        preset: Some(Preset::Worker),
        permissions: None,
        visibility: Visibility::Public,
        profile: Profile::default(),
    });
    let token = match registered {
        Ok(registered) => registered.token,
        // Registered before, but its token is not on this machine.
        Err(Error::Refused(refusal)) if refusal.code == ErrorCode::NameTaken => {
            Some(new_token(&owner, handle, "mesh work")?)
        }
        Err(other) => return Err(other.into()),
    };
    owner.keep_identity(handle, token.unwrap_or_default())
}

/// Lets the agent into rooms and lets it do there what others give it to do, by the owner's leave.
fn let_execute(context: &Context, handle: &str, rooms: &[String]) -> Outcome<()> {
    let http = context.owner().http()?;
    for room in rooms {
        let member = MemberRefInput {
            room: room.clone(),
            participant: handle.to_owned(),
        };
        match http.call::<MemberAdd>(member) {
            Err(Error::Refused(refusal)) if refusal.code == ErrorCode::Conflict => {}
            added => {
                added?;
            }
        }
        let may = [
            Capability::Speak,
            Capability::Listen,
            Capability::Execute,
            Capability::DataRead,
            Capability::DataWrite,
        ];
        http.call::<MemberCapabilities>(MemberCapabilitiesInput {
            room: room.clone(),
            participant: handle.to_owned(),
            capabilities: Some(may.into_iter().collect()),
        })?;
    }
    Ok(())
}

fn new_token(owner: &Context, handle: &str, label: &str) -> Outcome<String> {
    let input = TokenCreateInput {
        participant: handle.to_owned(),
        preset: Some(Preset::Worker),
        permissions: None,
        expires: None,
        label: label.to_owned(),
    };
    Ok(owner
        .http()?
        .call::<TokenCreate>(input)?
        .token
        .unwrap_or_default())
}

/// A second token of the agent for what runs its tasks, so that it can be revoked by itself. Only the
/// owner can issue one; elsewhere the agent's own has to do.
fn tools_token(context: &Context, state: &Path, identity: &Identity) -> Outcome<String> {
    let path = state.join("tools.token");
    if let Ok(token) = fs::read_to_string(&path) {
        return Ok(token.trim().to_owned());
    }
    let owner = context.owner();
    let here = context
        .running()
        .is_some_and(|node| Some(node.node_key) == identity.node_key);
    if !here || owner.token().is_err() || has_token_given() {
        return Ok(identity.token.clone());
    }
    let token = new_token(&owner, &identity.handle, "tools of mesh work")?;
    write_private(&path, &token)?;
    Ok(token)
}

/// The key of an API, for the runner that needs one. It is not passed on to any other program.
fn api_key(runner: &str) -> Option<String> {
    let name = match runner {
        "a2a" => "MESH_A2A_TOKEN",
        "anthropic" => "ANTHROPIC_API_KEY",
        "openai" => "OPENAI_API_KEY",
        _ => return None,
    };
    std::env::var(name).ok()
}

fn existing(path: &Path) -> Outcome<PathBuf> {
    path.canonicalize().map_err(|why| {
        Failure::usage(
            format!("{}: {why}", path.display()),
            "name a folder that exists",
        )
        .so(Effect::NothingTaken)
    })
}

fn host_name() -> Option<String> {
    let name = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    (!name.is_empty()).then_some(name)
}

fn prices_file(context: &Context, args: &WorkArgs) -> PathBuf {
    let kept = || Entry::Prices.of(&context.home);
    args.prices.clone().unwrap_or_else(kept)
}

fn prices(context: &Context, args: &WorkArgs) -> Outcome<Prices> {
    let path = prices_file(context, args);
    if args.prices.is_none() && !path.exists() {
        return Ok(Prices::default());
    }
    Prices::load(&path).map_err(|why| {
        Failure::here(why, "mend it, or write a new one: mesh work --write-prices")
            .so(Effect::NothingTaken)
    })
}

fn write_prices(context: &Context, args: &WorkArgs) -> Outcome<()> {
    let path = prices_file(context, args);
    if path.exists() {
        return Err(Failure::here(
            format!("{} is there already and stays as it is", path.display()),
            "edit it, or name another file with --prices",
        ));
    }
    write_private(&path, BUILT_IN)?;
    line(&format!(
        "The prices are in {}: check and edit them.",
        path.display()
    ));
    Ok(())
}

fn print(json: bool, said: &WorkerEvent) {
    if json {
        line(&serde_json::to_string(said).unwrap_or_default());
        return;
    }
    match said {
        WorkerEvent::Ready {
            handle,
            slots,
            runner,
        } => line(&format!(
            "@{handle} works with {runner}, {slots} at a time. Ctrl-C hands on what runs and ends it."
        )),
        WorkerEvent::Taken { task, title } => {
            line(&format!("{} {title}", state(*task, Colour::Agent, "taken")))
        }
        WorkerEvent::Note { task, line: note } => {
            line(&format!("{} {note}", state(*task, Colour::Quiet, "note")))
        }
        WorkerEvent::Ended {
            task,
            title,
            how,
            seconds,
            cost,
            detail,
        } => {
            let (colour, word) = match how {
                AttemptEnd::Done => (Colour::Good, "done"),
                AttemptEnd::Failed => (Colour::Bad, "failed"),
                AttemptEnd::HandedOff => (Colour::Warning, "handed on"),
                AttemptEnd::Lost => (Colour::Warning, "lost"),
            };
            let mut text = format!("{} {title}, {seconds:.1} s", state(*task, colour, word));
            let spend = cost.spend;
            if !spend.is_zero() {
                // Millionths; people read four digits.
                let money = spend.micros as f64 / 1e6;
                text.push_str(&format!(", {} tokens, {money:.4}", spend.tokens));
            }
            if !matches!(how, AttemptEnd::Done) || !matches!(detail.as_str(), "" | "done") {
                text.push_str(&format!(": {detail}"));
            }
            line(&text);
        }
        WorkerEvent::Worker { line: text } => line(&paint(Colour::Quiet, text)),
    }
}

fn state(task: mesh_model::TaskId, colour: Colour, word: &str) -> String {
    format!("{} {}", short(task), paint(colour, &format!("{word:<9}")))
}
