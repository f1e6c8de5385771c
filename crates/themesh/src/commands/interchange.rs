//! `mesh interchange`: passes sealed frames on between nodes that can only connect outward.

use std::collections::HashSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use mesh_interchange::relay::{Config, Mode, Relay, serve};
use mesh_model::PublicKey;
use mesh_model::address::Network;
use mesh_model::home::Entry;
use mesh_model::limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::up::{self, LogFormat};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, line, paint};

/// Run an interchange, by which meshes reach each other that cannot be reached themselves
///
/// It passes on what nodes have sealed for each other. It reads none of it and keeps none of it: on its disk stand names, keys
/// and what meshes chose to publish.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh interchange\n          mesh interchange --mode self-hosted --secret-file secret.txt --listen 127.0.0.1:7790\n\nA key or network a line in the file `banned` of its folder keeps out; it is read at the start and on SIGHUP."
)]
pub struct InterchangeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7790")]
    pub listen: String,
    /// Whom it is for
    #[arg(long, value_enum, default_value = "local")]
    pub mode: ModeArg,
    /// A key that may come in, or a file with a key a line (self-hosted)
    #[arg(long, value_name = "KEY|FILE")]
    pub allow: Vec<String>,
    /// A file with the secret that nodes show; kept as a hash, so that it is needed once (self-hosted)
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// Its folder (default: `interchange` in the mesh's folder)
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// A proxy before it, or a network of them: believed when it says for whom it asks (X-Forwarded-For)
    #[arg(long, value_name = "ADDRESS")]
    pub trusted_proxy: Vec<String>,
    /// Listen beyond this machine although the connection is not encrypted: who talks with whom can be seen then
    #[arg(long)]
    pub insecure_listen: bool,
    /// How to write its log lines to standard error
    #[arg(long, value_enum)]
    pub log_format: Option<LogFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    /// Everybody
    Public,
    /// Those on the list, or who know the secret
    SelfHosted,
    /// Programs of this machine
    Local,
}

impl From<ModeArg> for Mode {
    fn from(mode: ModeArg) -> Mode {
        match mode {
            ModeArg::Public => Mode::Public,
            ModeArg::SelfHosted => Mode::SelfHosted,
            ModeArg::Local => Mode::Local,
        }
    }
}

/// `mesh interchange`
pub fn interchange(context: &Context, args: &InterchangeArgs) -> Outcome<()> {
    let address = listen_address(args)?;
    let config = config(context, args)?;
    up::start_logging(args.log_format, None);
    up::raise_file_limit();
    let relay = Relay::open(config).map_err(|why| {
        Failure::here(
            format!("the interchange cannot begin: {why}"),
            "`mesh interchange --help` says what it takes",
        )
        .so(Effect::NothingDone)
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|why| {
        Failure::here(format!("no threads to run on: {why}"), "").so(Effect::NothingDone)
    })?;
    runtime.block_on(run(context, relay, address))
}

fn listen_address(args: &InterchangeArgs) -> Outcome<SocketAddr> {
    let text = &args.listen;
    let address: SocketAddr = text.parse().map_err(|_| {
        Failure::usage(
            format!("'{text}' is no address to listen at"),
            "for example --listen 127.0.0.1:7790, or port 0 for a free one",
        )
        .so(Effect::NothingDone)
    })?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    if args.mode == ModeArg::Local {
        return Err(Failure::usage(
            format!("{text} can be reached from other machines, and a local interchange is for this one alone"),
            "listen at 127.0.0.1, or choose --mode self-hosted or public",
        )
        .so(Effect::NothingDone));
    }
    if !args.insecure_listen {
        return Err(Failure::usage(
            format!("{text} can be reached from other machines, and the connection is not encrypted"),
            "put a reverse proxy with TLS before it and name that with --trusted-proxy, or add --insecure-listen: what \
             nodes say is sealed, but who talks with whom can be seen then, and the secret",
        )
        .so(Effect::NothingDone));
    }
    Ok(address)
}

fn config(context: &Context, args: &InterchangeArgs) -> Outcome<Config> {
    let closed = !args.allow.is_empty() || args.secret_file.is_some();
    if closed && args.mode != ModeArg::SelfHosted {
        return Err(Failure::usage(
            "a list of keys and a secret are for an interchange that not everybody may use",
            "add --mode self-hosted",
        )
        .so(Effect::NothingDone));
    }
    let mut allow = HashSet::new();
    for given in &args.allow {
        allow.extend(keys(given)?);
    }
    let secret = args.secret_file.as_deref().map(secret).transpose()?;
    let proxies = args.trusted_proxy.iter().map(|text| {
        text.parse::<Network>().map_err(|why| {
            let what = format!("a trusted proxy: {why}");
            Failure::usage(what, "mesh interchange --trusted-proxy 127.0.0.1")
                .so(Effect::NothingDone)
        })
    });
    let state = args.state.clone();
    Ok(Config {
        mode: args.mode.into(),
        state: state.unwrap_or_else(|| Entry::Interchange.of(&context.home)),
        allow,
        secret,
        proxies: proxies.collect::<Outcome<_>>()?,
    })
}

fn keys(given: &str) -> Outcome<Vec<PublicKey>> {
    if let Ok(key) = given.parse() {
        return Ok(vec![key]);
    }
    let text = read(Path::new(given))?;
    let words = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| !word.starts_with('#'));
    let keys = words.map(|word| {
        word.parse().map_err(|_| {
            Failure::usage(
                format!("'{word}' in {given} is no key of 64 hex digits"),
                "write one key a line; what stands behind it is for people",
            )
            .so(Effect::NothingDone)
        })
    });
    keys.collect()
}

fn secret(path: &Path) -> Outcome<String> {
    let text = read(path)?;
    let secret = text.lines().next().unwrap_or_default().trim();
    let length = secret.chars().count();
    if !(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&length) {
        return Err(Failure::usage(
            format!(
                "the first line of {} has {length} characters",
                path.display()
            ),
            format!("a secret has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX}"),
        )
        .so(Effect::NothingDone));
    }
    Ok(secret.to_owned())
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|why| {
        Failure::usage(
            format!("{} cannot be read: {why}", path.display()),
            "check the path",
        )
        .so(Effect::NothingDone)
    })
}

async fn run(context: &Context, relay: Arc<Relay>, address: SocketAddr) -> Outcome<()> {
    let (mut interrupt, mut terminate) = up::signals()?;
    let broken = |why: std::io::Error| {
        Failure::here(
            format!("cannot listen at {address}: {why}"),
            "choose another address with --listen",
        )
        .so(Effect::NothingDone)
    };
    let mut hangup = signal(SignalKind::hangup()).map_err(broken)?;
    let listener = TcpListener::bind(address).await.map_err(broken)?;
    let url = format!("http://{}", listener.local_addr().map_err(broken)?);
    announce(context, &relay, &url);
    let reloading = Arc::clone(&relay);
    let reload = tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            if let Err(why) = reloading.reload() {
                tracing::warn!(%why, "who is banned stays as it was");
            }
        }
    });
    let stop = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("going down");
    };
    serve(listener, relay, stop).await;
    reload.abort();
    Ok(())
}

fn announce(context: &Context, relay: &Relay, url: &str) {
    let key = relay.key();
    if context.json {
        line(&json!({"url": url, "key": key}).to_string());
        return;
    }
    line(&paint(Colour::Good, "The interchange is up."));
    line("");
    line(&format!("  address  {url}"));
    line(&format!("  key      {key}"));
    line("");
    line(&paint(
        Colour::Quiet,
        "Ctrl-C stops it. It keeps names and what was published, and nothing that is said.",
    ));
}
