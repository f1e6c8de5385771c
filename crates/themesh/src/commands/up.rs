//! Starting a node and serving it until somebody says stop.

use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use mesh_edge::{EdgeConfig, Proxy};
use mesh_link::air_gap::{self, CallsNobody};
use mesh_link::federation::{Dial, sealed};
use mesh_link::outbox::Pace;
use mesh_link::{Federation, Hooks, Link, Outbox, Settings};
use mesh_model::api::NoInput;
use mesh_model::home::{Entry, RunningNode};
use mesh_model::ops::LoginLinkCreate;
use mesh_node::{Config as NodeConfig, Node, watch_disk};
use mesh_ops::Door;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::config::{self, Config};
use crate::context::{Context, DEFAULT_LISTEN};
use crate::failure::{Effect, Failure, Outcome};
use crate::input::command_words;
use crate::output::{Colour, line, paint};

/// Start a node
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh up --open")]
pub struct UpArgs {
    /// Where to listen; port 0 takes a free one (default: 127.0.0.1:7778)
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Listen beyond this machine although the connection is not encrypted
    #[arg(long)]
    pub insecure_listen: bool,
    /// The address people use, when a reverse proxy stands before the node
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// A further name or address by which others reach the node
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
    /// A proxy before the node, or a network of them such as 10.0.0.0/8: believed when it says for whom it asks
    /// (X-Forwarded-For), so that its visitors are not limited together
    #[arg(long, value_name = "ADDRESS")]
    pub trusted_proxy: Vec<String>,
    /// Open no connection to anything outside, nor let anything do so that the node starts: whoever wants something comes in
    #[arg(long, conflicts_with = "open")]
    pub air_gapped: bool,
    /// Open the page in a browser
    #[arg(long)]
    pub open: bool,
    /// Also run this program while the node is up; its input ends when the node goes down
    #[arg(long, value_name = "'PROGRAM ARGS'")]
    pub with: Option<String>,
    /// The mesh's name, on first start
    #[arg(long)]
    pub name: Option<String>,
    /// Go on without the vault that belongs to the log: every token and password ends
    #[arg(long)]
    pub new_vault: bool,
    /// How to write the node's own log lines to standard error
    #[arg(long, value_enum)]
    pub log_format: Option<LogFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

/// `mesh up`
pub fn up(context: &Context, args: &UpArgs) -> Outcome<()> {
    let config = config::load(&context.home)?;
    let address = listen_address(args, &config)?;
    start_logging(
        args.log_format.or(config.log_format),
        config.log_filter.as_deref(),
    );
    raise_file_limit();
    // What the node writes is for its owner alone.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|why| {
        Failure::here(format!("no threads to run on: {why}"), "").so(Effect::NotStarted)
    })?;
    runtime.block_on(serve(context, args, &config, address))
}

fn listen_address(args: &UpArgs, config: &Config) -> Outcome<SocketAddr> {
    let text = args
        .listen
        .as_deref()
        .or(config.listen.as_deref())
        .unwrap_or(DEFAULT_LISTEN);
    let address: SocketAddr = text.parse().map_err(|_| {
        Failure::usage(
            format!("'{text}' is no address to listen at"),
            "for example --listen 127.0.0.1:7779, or port 0 for a free one",
        )
        .so(Effect::NotStarted)
    })?;
    if !address.ip().is_loopback() && !args.insecure_listen && !config.insecure_listen {
        return Err(Failure::usage(
            format!(
                "{text} can be reached from other machines, and the connection is not encrypted"
            ),
            "put a reverse proxy with TLS before a node on 127.0.0.1 and give its address with --public-url, \
             or add --insecure-listen if the network is yours alone",
        )
        .so(Effect::NotStarted));
    }
    Ok(address)
}

/// The log lines of a program that stays: on standard error, as `MESH_LOG` or the configuration has them.
pub(super) fn start_logging(format: Option<LogFormat>, configured: Option<&str>) {
    let filter = std::env::var("MESH_LOG").ok();
    let filter = filter.as_deref().or(configured);
    let filter = EnvFilter::new(
        filter.unwrap_or("warn,mesh=info,mesh_node=info,mesh_edge=info,mesh_interchange=info"),
    );
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format.unwrap_or(LogFormat::Text) {
        LogFormat::Json => lines.json().init(),
        LogFormat::Text => lines.init(),
    }
}

async fn serve(
    context: &Context,
    args: &UpArgs,
    config: &Config,
    address: SocketAddr,
) -> Outcome<()> {
    // Signals first: one that comes while the node starts is not lost.
    let (mut interrupt, mut terminate) = signals()?;
    let mut outside = outside(context)?;
    outside.air_gapped = args.air_gapped || config.air_gapped;
    let trusted_proxies = trusted_proxies(args, config)?;
    let node = match start(context, args).await {
        Ok(node) => node,
        Err(why) => return go_to_running(context, args).ok_or(why),
    };
    let listener = bind(address).await?;
    let bound = listener
        .local_addr()
        .map_err(|why| Failure::here(why.to_string(), "").so(Effect::NotStarted))?;
    let url = format!("http://{}", visible(bound));
    if outside.air_gapped {
        close_outside()?;
    }
    let running = RunningFile::write(context, &node, &url, outside.air_gapped)?;
    let public_url = args
        .public_url
        .clone()
        .or_else(|| config.public_url.clone());
    let login = login_link(&node, public_url.as_deref().unwrap_or(&url))?;
    announce(context, &node, &url, &login, outside.air_gapped);
    if args.open && !outside.air_gapped {
        open_browser(&login);
    }
    let companion = args
        .with
        .as_deref()
        .map(|with| Companion::start(context, with))
        .transpose()?;
    let stop = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("going down");
    };
    let hooks = outside.hooks.clone();
    let (private, push) = (outside.webhooks.private.clone(), outside.push.clone());
    let air_gapped = outside.air_gapped;
    let tools = Link::new(Arc::clone(&node), &context.home, outside);
    let door = Door::with_tools(Arc::clone(&node), Arc::new(tools));
    let outbox = if air_gapped {
        Outbox::rest(&door, private, push)
    } else {
        Outbox::start(&door, private, push, Pace::default())
    };
    let hooks = Hooks::start(door.clone(), hooks);
    // Both end when the node goes down.
    tokio::spawn(door.clone().keep_schedules());
    tokio::spawn(watch_disk(Arc::downgrade(&node)));
    let federation = federation(&door, air_gapped);
    let edge = EdgeConfig {
        public_url,
        allowed_hosts: allowed_hosts(args, config, bound),
        trusted_proxies,
        dev: false,
        links: Some(Arc::new(federation.entrance())),
    };
    let served = mesh_edge::serve(listener, door, edge, stop).await;
    drop((companion, hooks, outbox, federation));
    node.shutdown().await;
    drop(running);
    served.map_err(|why| {
        Failure::here(format!("the node stopped serving: {why}"), "start it again")
            .so(Effect::AllStored)
    })
}

/// Speaks with other meshes: with all of them, or with those that call.
fn federation(door: &Door, air_gapped: bool) -> Federation {
    let dial: Arc<dyn Dial> = if air_gapped {
        Arc::new(CallsNobody)
    } else {
        sealed(door, Pace::default())
    };
    Federation::start(door, dial, Pace::default())
}

/// Takes from this process whatever it could call out with. Before anything else is started, so that it holds there, too.
fn close_outside() -> Outcome<()> {
    air_gap::close().map_err(|why| {
        Failure::here(
            format!("this system cannot keep the node from calling out: {why}"),
            "start it without --air-gapped and cut its network off otherwise",
        )
        .so(Effect::NotStarted)
    })
}

fn trusted_proxies(args: &UpArgs, config: &Config) -> Outcome<Vec<Proxy>> {
    let given = args.trusted_proxy.iter().chain(&config.trusted_proxies);
    given
        .map(|text| {
            text.parse().map_err(|why: String| {
                Failure::usage(
                    format!("a trusted proxy: {why}"),
                    "mesh up --trusted-proxy 10.0.0.1",
                )
                .so(Effect::NotStarted)
            })
        })
        .collect()
}

/// What goes out of the node: nothing, unless `plugins.toml` says so.
fn outside(context: &Context) -> Outcome<Settings> {
    Settings::load(&context.home).map_err(|why| {
        Failure::here(
            why.to_string(),
            "correct that line, or move the file away, and start it again",
        )
        .so(Effect::NotStarted)
    })
}

/// The names the node answers to besides this machine's own: those that were given, and the address
/// it listens at.
fn allowed_hosts(args: &UpArgs, config: &Config, bound: SocketAddr) -> Vec<String> {
    let given = args.allow_host.iter().chain(&config.allowed_hosts).cloned();
    let own = (!bound.ip().is_unspecified()).then(|| bound.ip().to_string());
    given.chain(own).collect()
}

/// Lets the process hold as many sockets as the system allows: each member is one.
pub(super) fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(why) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%why, "the limit of open files stays as it is; it bounds how many can connect");
    }
}

pub(super) fn signals() -> Outcome<(tokio::signal::unix::Signal, tokio::signal::unix::Signal)> {
    let both = signal(SignalKind::interrupt())
        .and_then(|first| Ok((first, signal(SignalKind::terminate())?)));
    both.map_err(|why| {
        Failure::here(format!("signals cannot be heard: {why}"), "").so(Effect::NotStarted)
    })
}

async fn start(context: &Context, args: &UpArgs) -> Outcome<Arc<Node>> {
    let mut config = NodeConfig::new(&context.home);
    if let Some(name) = &args.name {
        config.name.clone_from(name);
    }
    config.new_vault = args.new_vault;
    let node = Node::start(config).await;
    node.map_err(|why| not_started(context, &why))
}

/// With `--open`, a node that runs on this folder already is as good as a new one: its page is opened.
fn go_to_running(context: &Context, args: &UpArgs) -> Option<()> {
    let url = context.running().filter(|_| args.open)?.url;
    let link = context
        .owner()
        .http()
        .ok()?
        .call::<LoginLinkCreate>(NoInput {});
    let login = format!("{url}{}", link.ok()?.path);
    if context.json {
        line(&json!({"url": url, "login": login, "home": context.home}).to_string());
    } else {
        line("A node runs on this folder already.");
        line(&format!("  open    {login}"));
    }
    open_browser(&login);
    Some(())
}

/// What is said when the folder cannot be used by this process.
pub(crate) fn not_started(context: &Context, why: &dyn std::fmt::Display) -> Failure {
    let hint = match context.running() {
        Some(node) => format!(
            "is a node running on this folder already? process {} said it was at {}; if so, `mesh up --open` opens its page",
            node.pid, node.url
        ),
        None => "`mesh doctor` looks for the reason".to_owned(),
    };
    Failure::here(why.to_string(), hint).so(Effect::NotStarted)
}

async fn bind(address: SocketAddr) -> Outcome<TcpListener> {
    TcpListener::bind(address).await.map_err(|why| match why.kind() {
        ErrorKind::AddrInUse => Failure::here(
            format!("something else listens at {address} already"),
            "if it is a node of yours, use it or stop it; or choose another address: mesh up --listen 127.0.0.1:7779",
        )
        .so(Effect::NothingChanged),
        _ => Failure::here(
            format!("cannot listen at {address}: {why}"),
            "choose another with --listen",
        )
        .so(Effect::NothingChanged),
    })
}

/// An address that a program on this machine can use.
fn visible(bound: SocketAddr) -> SocketAddr {
    match bound.ip() {
        ip if !ip.is_unspecified() => bound,
        IpAddr::V4(_) => SocketAddr::from(([127, 0, 0, 1], bound.port())),
        IpAddr::V6(_) => SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], bound.port())),
    }
}

fn login_link(node: &Node, url: &str) -> Outcome<String> {
    let owner = node.access().owner();
    let owner = owner.ok_or_else(|| {
        Failure::here(
            "the mesh has no owner",
            "the log is damaged: run `mesh log verify`",
        )
        .so(Effect::AllStored)
    })?;
    let (code, _) = node
        .vault()
        .make_link(owner, node.now())
        .map_err(|why| Failure::here(why.to_string(), "check the disk").so(Effect::AllStored))?;
    Ok(format!("{}/login?code={code}", url.trim_end_matches('/')))
}

fn announce(context: &Context, node: &Node, url: &str, login: &str, air_gapped: bool) {
    if context.json {
        let home = &context.home;
        line(
            &json!({"url": url, "login": login, "home": home, "air_gapped": air_gapped})
                .to_string(),
        );
        return;
    }
    let name = node
        .access()
        .mesh()
        .map(|mesh| mesh.name.clone())
        .unwrap_or_default();
    line(&format!(
        "{} is up: {} events in the log",
        paint(Colour::Good, &name),
        node.head()
    ));
    line("");
    line(&format!("  open    {login}"));
    line(&paint(
        Colour::Quiet,
        "          signs you in as the owner, once, within ten minutes; `mesh login` makes another",
    ));
    line("  say     mesh say general 'hello'      watch  mesh tail");
    line(&format!(
        "  agents  {url}/mcp  (MCP), or on this machine: mesh register rex && mesh mcp --as rex"
    ));
    line(&format!("  folder  {}", context.home.display()));
    if air_gapped {
        line("  air gap nothing goes out of it; `mesh doctor` says what rests");
    }
    line("");
    line(&paint(
        Colour::Quiet,
        "Ctrl-C stops it. Everything acknowledged is stored.",
    ));
}

fn open_browser(login: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let opened = Command::new(program)
        .arg(login)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if opened.is_err() {
        line("No browser could be started; open the link yourself.");
    }
}

/// The file that tells programs on this machine where the node is; gone when the node is.
struct RunningFile(PathBuf);

impl RunningFile {
    fn write(context: &Context, node: &Node, url: &str, air_gapped: bool) -> Outcome<RunningFile> {
        let path = Entry::Node.of(&context.home);
        let access = node.access();
        let mesh = access.mesh().ok_or_else(|| {
            Failure::here(
                "the log has no mesh",
                "it is damaged: run `mesh log verify`",
            )
            .so(Effect::AllStored)
        })?;
        let node = RunningNode {
            url: url.to_owned(),
            pid: std::process::id(),
            mesh: mesh.id,
            node_key: mesh.node_key,
            air_gapped,
        };
        let text = serde_json::to_string(&node)
            .map_err(|why| Failure::here(why.to_string(), "").so(Effect::AllStored))?;
        crate::context::write_private(&path, &text)?;
        Ok(RunningFile(path))
    }
}

impl Drop for RunningFile {
    fn drop(&mut self) {
        // A file that stays behind is noticed by its process id.
        let _ = fs::remove_file(&self.0);
    }
}

/// The program that was started along; it ends when the node does.
struct Companion(Child);

impl Companion {
    fn start(context: &Context, with: &str) -> Outcome<Companion> {
        let cannot = |why: &str| {
            Failure::here(
                format!("'{with}' could not be started: {why}; the node went down again"),
                "start the node without --with",
            )
            .so(Effect::AllStored)
        };
        let words =
            command_words(with).ok_or_else(|| cannot("a quotation mark in it is not closed"))?;
        let (program, args) = words
            .split_first()
            .ok_or_else(|| cannot("it names no program"))?;
        let child = Command::new(program)
            .args(args)
            .env("MESH_HOME", &context.home)
            .stdin(Stdio::piped())
            .stdout(if context.json {
                Stdio::null()
            } else {
                Stdio::inherit()
            })
            .spawn();
        Ok(Companion(child.map_err(|why| cannot(&why.to_string()))?))
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        // Closing its input tells it to end; waiting reaps it.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
