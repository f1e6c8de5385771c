//! `mesh sandbox`: run a command confined, on this machine without a node or where somebody offers it; offer sandboxes, and
//! see what holds here.

mod remote;
mod serve;

use std::ffi::OsString;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use mesh_work::sandbox::hosts::Place;
use mesh_work::sandbox::plan::Bounds;
use mesh_work::sandbox::{INSTALL, Net, Sandbox, Spot};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::line;

/// Whether programs are confined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SandboxChoice {
    /// Where the machine can
    Auto,
    /// Not at all
    Off,
    /// Or nothing is run
    Require,
}

/// What a confined program sees, reaches and may use.
#[derive(Debug, Args)]
pub struct ConfineArgs {
    /// What programs reach: none, all, or hosts (example.org, *.example.org, 10.0.0.1:8080) with commas between
    #[arg(long, value_name = "HOSTS", value_delimiter = ',')]
    pub net: Vec<String>,
    /// Show programs this path too
    #[arg(long, value_name = "PATH")]
    pub see: Vec<PathBuf>,
    /// Let programs write this path too
    #[arg(long, value_name = "PATH")]
    pub share: Vec<PathBuf>,
    /// MiB of memory that a confined program and all it starts may use
    #[arg(long, value_name = "MIB", default_value_t = 8192)]
    pub max_memory: u64,
    /// Processes and threads of a confined program
    #[arg(long, value_name = "N", default_value_t = 2048)]
    pub max_processes: u64,
    /// Processors that a confined program may keep busy (default: all)
    #[arg(long, value_name = "N")]
    pub max_cpus: Option<u64>,
    /// Seconds of processor time of each confined process; 0: without a bound
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub max_cpu_seconds: u64,
    /// MiB that a confined program may keep in /tmp
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    pub max_tmp: u64,
}

/// What is wanted, before it is known what the machine can.
#[derive(Debug)]
pub struct Wanted {
    /// What is reached beside the node and the model's API, if it was said.
    pub net: Option<Net>,
    see: Vec<PathBuf>,
    share: Vec<PathBuf>,
    bounds: Bounds,
    hidden: Vec<PathBuf>,
}

impl ConfineArgs {
    /// Reads them. Nothing of the mesh's folder is shown.
    pub fn wanted(&self, home: &Path) -> Outcome<Wanted> {
        let net = match self.net.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] => None,
            ["all"] => Some(Net::Everything),
            ["none"] => Some(Net::Places(Vec::new())),
            ref hosts => {
                let places = hosts.iter().map(|host| Place::parse(host));
                let places = places.collect::<Result<Vec<_>, _>>();
                Some(Net::Places(places.map_err(|why| {
                    Failure::usage(why, "").so(Effect::NothingRun)
                })?))
            }
        };
        let mut wanted = Wanted {
            net,
            see: Vec::new(),
            share: Vec::new(),
            bounds: Bounds {
                memory: self.max_memory << 20,
                processes: self.max_processes,
                cpu: self.max_cpus.unwrap_or(0) * 100,
                passing: self.max_tmp << 20,
                seconds: self.max_cpu_seconds,
            },
            hidden: home.canonicalize().into_iter().collect(),
        };
        for path in &self.see {
            let path = there(path)?;
            not_the_mesh(&path, home, "--see")?;
            wanted.see.push(path);
        }
        for path in &self.share {
            let path = there(path)?;
            wanted.may_write(&path, home, "--share")?;
            wanted.share.push(path);
        }
        Ok(wanted)
    }
}

impl Wanted {
    /// Refuses a folder that holds what programs must not have.
    pub fn may_write(&self, path: &Path, home: &Path, flag: &str) -> Outcome<()> {
        not_the_mesh(path, home, flag)?;
        let user =
            std::env::var_os("HOME").and_then(|home| PathBuf::from(home).canonicalize().ok());
        match user.filter(|user| user.starts_with(path)) {
            None => Ok(()),
            Some(user) => Err(Failure::usage(
                format!(
                    "{flag} {} would let confined programs write your home, {}, with all that is started from there",
                    path.display(),
                    user.display()
                ),
                "name a folder within it, or run without: --sandbox off",
            )
            .so(Effect::NothingRun)),
        }
    }

    /// The sandbox, or why this machine has none.
    pub fn sandbox(self, not_in: Option<&Path>) -> Outcome<Result<Sandbox, String>> {
        let cell = cell()?;
        let not_in: Vec<&Path> = not_in.into_iter().collect();
        Ok(Sandbox::means(&cell, &not_in).map(|means| Sandbox {
            means,
            net: self.net.unwrap_or(Net::Places(Vec::new())),
            see: self.see,
            share: self.share,
            bounds: self.bounds,
            hidden: self.hidden,
            cell,
        }))
    }
}

/// What is said where nothing is run without a sandbox.
pub fn cannot(why: &str) -> Failure {
    Failure::here(
        format!("this machine cannot confine programs ({why})"),
        INSTALL,
    )
    .so(Effect::NothingRun)
}

fn there(path: &Path) -> Outcome<PathBuf> {
    path.canonicalize().map_err(|why| {
        Failure::usage(
            format!("{}: {why}", path.display()),
            "name a path that exists",
        )
        .so(Effect::NothingRun)
    })
}

fn not_the_mesh(path: &Path, home: &Path, flag: &str) -> Outcome<()> {
    match home.canonicalize() {
        Ok(home) if home.starts_with(path) => Err(Failure::usage(
            format!(
                "{flag} {} would show confined programs the mesh's folder, {}, with its owner's token",
                path.display(),
                home.display()
            ),
            "name a folder beside it, or run without: --sandbox off",
        )
        .so(Effect::NothingRun)),
        _ => Ok(()),
    }
}

/// The program that keeps and confines: this one.
pub fn cell() -> Outcome<Vec<OsString>> {
    let program = std::env::current_exe()
        .map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingRun))?;
    Ok(vec![program.into(), "work-keeper".into()])
}

/// Run a command confined, offer that to others, or see what holds on this machine
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh sandbox check   (then: mesh sandbox run -- make test)")]
pub enum SandboxVerb {
    Run(RunArgs),
    Serve(Box<serve::ServeArgs>),
    Check(CheckArgs),
}

/// Run a command confined, on this machine or where somebody offers it
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh sandbox run -- python3 -c 'print(6*7)'          # here, without a node\n          mesh sandbox run --ours -- python3 -c 'print(6*7)'   # where your own side offers it\n          mesh sandbox run --net api.example.org -- curl https://api.example.org/status"
)]
pub struct RunArgs {
    /// Where your own side offers sandboxes (mesh sandbox serve), not here
    #[arg(long, conflicts_with_all = ["at", "dir"])]
    pub ours: bool,
    /// In the sandboxes of this name, not here
    #[arg(long, value_name = "NAME", conflicts_with = "dir")]
    pub at: Option<String>,
    /// A file that goes along, with --ours or --at
    #[arg(long, value_name = "PATH")]
    pub file: Vec<PathBuf>,
    /// A file that is brought back, with --ours or --at
    #[arg(long, value_name = "PATH")]
    pub out: Vec<String>,
    /// The folder it works in and may write (default: an empty one that goes with it)
    #[arg(long)]
    pub dir: Option<PathBuf>,
    #[command(flatten)]
    pub confine: ConfineArgs,
    /// The command and its arguments
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "COMMAND"
    )]
    pub command: Vec<OsString>,
}

/// Say what a sandbox holds on this machine, or what to install
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh sandbox check")]
pub struct CheckArgs {
    #[command(flatten)]
    pub confine: ConfineArgs,
}

/// `mesh sandbox`
pub fn sandbox(context: &Context, verb: SandboxVerb) -> Outcome<ExitCode> {
    match verb {
        SandboxVerb::Run(args) if args.ours || args.at.is_some() => remote::run(context, &args),
        SandboxVerb::Run(args) => run(context, &args),
        SandboxVerb::Serve(args) => {
            serve::serve(context, &args)?;
            Ok(ExitCode::SUCCESS)
        }
        SandboxVerb::Check(args) => {
            let sandbox = args.confine.wanted(&context.home)?.sandbox(None)?;
            let sandbox = sandbox.map_err(|why| cannot(&why))?;
            line(&sandbox.holds());
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn run(context: &Context, args: &RunArgs) -> Outcome<ExitCode> {
    let dir = args.dir.as_deref().map(there).transpose()?;
    let wanted = args.confine.wanted(&context.home)?;
    if let Some(dir) = &dir {
        wanted.may_write(dir, &context.home, "--dir")?;
    }
    let sandbox = wanted.sandbox(dir.as_deref())?;
    let sandbox = sandbox.map_err(|why| cannot(&why))?;
    eprintln!("mesh: {}", sandbox.holds());
    let passing = Passing::make()?;
    let spot = Spot {
        cwd: dir.unwrap_or_else(|| passing.0.join("work")),
        home: passing.0.join("home"),
        scratch: None,
        private: passing.0.join("private"),
        runner: "command".to_owned(),
        write: Vec::new(),
        read: Vec::new(),
        urls: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingRun))?;
    let _within = runtime.enter();
    let trouble = |why: String| Failure::here(why, "").so(Effect::NothingRun);
    let refusals = Arc::new(|why| eprintln!("mesh: {why}"));
    let confined = sandbox.confine(&spot, refusals).map_err(trouble)?;
    let (name, rest) = args
        .command
        .split_first()
        .ok_or_else(|| Failure::usage("there is no command", "").so(Effect::NothingRun))?;
    let program = found(Path::new(name)).ok_or_else(|| {
        Failure::here(
            format!(
                "the program '{}' is not on this machine",
                Path::new(name).display()
            ),
            "name its path, or install it",
        )
        .so(Effect::NothingRun)
    })?;
    let (words, plan) = confined.words(&program, rest).map_err(trouble)?;
    let kept = mesh_work::child::CLEAN.iter();
    let kept = kept.filter_map(|name| Some((*name, std::env::var_os(name)?)));
    let status = Command::new(&words[0])
        .args(&words[1..])
        .env_clear()
        .envs(kept)
        .envs(confined.environment())
        .current_dir(&spot.cwd)
        .status()
        .map_err(|why| trouble(why.to_string()))?;
    drop(plan);
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(ExitCode::from(u8::try_from(code.unwrap_or(1)).unwrap_or(1)))
}

fn found(name: &Path) -> Option<PathBuf> {
    if name.components().count() > 1 {
        return name.canonicalize().ok();
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// A folder that goes when this does.
struct Passing(PathBuf);

impl Passing {
    fn make() -> Outcome<Passing> {
        let folder = std::env::temp_dir().join(format!("mesh-sandbox-{}", std::process::id()));
        let trouble = |why: std::io::Error| {
            Failure::here(
                format!("{}: {why}", folder.display()),
                "remove it if it is there from an earlier run, or free some space",
            )
            .so(Effect::NothingRun)
        };
        // One that is there is somebody else's.
        let own = |path: &Path| std::fs::DirBuilder::new().mode(0o700).create(path);
        own(&folder).map_err(trouble)?;
        let passing = Passing(folder.clone());
        own(&folder.join("work")).map_err(trouble)?;
        Ok(passing)
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        // What stays is in a folder that systems clean up.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
