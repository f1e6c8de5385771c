//! The interchange: passes sealed frames on between nodes that only connect outward.
//!
//! * `http.rs` takes connections; `socket.rs` serves one node from its challenge to its end.
//! * `gate.rs` says who comes in, `bucket.rs` how often; `secret.rs` keeps the secret as a hash.
//! * `hub.rs` knows who is here and holds what waits for them, in memory alone; `registry.rs` knows names and what was
//!   published under them, in a file.
//!
//! *Invariant:* nothing that is passed on is read, kept or written; of it only whom it is from and for is known.

mod bucket;
mod gate;
mod http;
mod hub;
mod metrics;
mod registry;
mod secret;
mod socket;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use ed25519_dalek::SigningKey;
use mesh_model::address::{Network, whose};
use mesh_model::home::{FILE_MODE, FOLDER_MODE};
use mesh_model::limits::INTERCHANGE_WORD_BYTES_MAX;
use mesh_model::refuse::invalid;
use mesh_model::{Effect, ErrorCode, PublicKey, Refusal};
use tokio::sync::watch;
use tokio::time::Instant;

pub use gate::Mode;
pub use http::serve;

use crate::seal::Prover;
use crate::words::{self, Listed, Said, Told};
use gate::Gate;
use hub::{Hub, Seat};
use metrics::{Metrics, Reason};
use registry::Registry;
use socket::Shared;

const KEY_FILE: &str = "interchange.key";
const SECRET_FILE: &str = "secret";

/// How an interchange is run.
#[derive(Debug)]
pub struct Config {
    /// Whom it is for.
    pub mode: Mode,
    /// Where its key, its registry and what is banned stand.
    pub state: PathBuf,
    /// Keys that come in; all if there are none.
    pub allow: HashSet<PublicKey>,
    /// A new secret in place of an older one.
    pub secret: Option<String>,
    /// Proxies that are believed when they say for whom they ask.
    pub proxies: Vec<Network>,
}

/// An interchange.
pub struct Relay {
    key: SigningKey,
    mode: Mode,
    proxies: Vec<Network>,
    gate: Arc<Gate>,
    hub: Hub,
    registry: Mutex<Registry>,
    metrics: Metrics,
    /// What each address has sent, for as long as somebody of it is here.
    addresses: Mutex<HashMap<IpAddr, Weak<Shared>>>,
    stopping: watch::Sender<bool>,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay")
            .field("key", &self.key())
            .finish_non_exhaustive()
    }
}

impl Relay {
    /// Opens the state folder, or begins one.
    pub fn open(config: Config) -> io::Result<Arc<Relay>> {
        let state = &config.state;
        fs::DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(state)?;
        let secret = kept_secret(state, config.secret.as_deref())?;
        if config.mode == Mode::SelfHosted && config.allow.is_empty() && secret.is_none() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a self-hosted interchange needs a list of keys or a secret",
            ));
        }
        // Only a self-hosted one asks: a secret of an earlier mode stays in its file.
        let secret = secret.filter(|_| config.mode == Mode::SelfHosted);
        Ok(Arc::new(Relay {
            key: kept_key(state)?,
            mode: config.mode,
            proxies: config.proxies,
            gate: Arc::new(Gate::new(config.mode, config.allow, secret, state)?),
            hub: Hub::default(),
            registry: Mutex::new(Registry::open(state)?),
            metrics: Metrics::default(),
            addresses: Mutex::default(),
            stopping: watch::Sender::new(false),
        }))
    }

    /// The key by which nodes know it.
    pub fn key(&self) -> PublicKey {
        self.key.key()
    }

    /// Reads anew who is banned; who is here and may not be any more is sent away.
    pub fn reload(&self) -> io::Result<()> {
        self.gate.reload()?;
        for seat in self.hub.all() {
            if self.gate.is_banned(seat.address, Some(seat.key)) {
                seat.end(Refusal::new(
                    ErrorCode::PermissionDenied,
                    "this node may not use this interchange any more",
                    Effect::told("the connection ends"),
                    "ask whoever runs it, or use another interchange",
                ));
            }
        }
        Ok(())
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count_refusal(&self, refusal: &Refusal) {
        let why = refusal.code.code();
        self.metrics.refused.get_or_create(&Reason { why }).inc();
    }

    fn metrics_text(&self) -> String {
        let names = self.registry().len();
        self.metrics.text(self.hub.len(), names)
    }

    /// The name by which a node is in: the one that it claims, or the one that it has.
    async fn name(
        self: &Arc<Relay>,
        from: IpAddr,
        key: PublicKey,
        name: Option<String>,
    ) -> Result<Option<String>, Refusal> {
        let Some(name) = name else {
            return Ok(self.registry().name_of(key).map(str::to_owned));
        };
        if self.registry().is_new(key) {
            self.gate.may_claim(from)?;
        }
        let claimed = name.clone();
        self.on_disk(move |registry| registry.claim(&claimed, key))
            .await?;
        Ok(Some(name))
    }

    /// Changes the registry on a thread that may wait for the disk.
    async fn on_disk(
        self: &Arc<Relay>,
        change: impl FnOnce(&mut Registry) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<(), Refusal> {
        let relay = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || change(&mut relay.registry())).await;
        done.unwrap_or_else(|_| Err(broke_off()))
    }

    /// Does what a node asks apart from passing on.
    async fn hear(self: &Arc<Relay>, seat: &Arc<Seat>, text: &str) -> Result<(), Refusal> {
        let said = (text.len() <= INTERCHANGE_WORD_BYTES_MAX)
            .then(|| words::read(text))
            .flatten()
            .ok_or_else(|| {
                invalid(
                    "that is no word of this protocol",
                    "send hello, publish, watch, unwatch or list with the fields that they have",
                )
            })?;
        match said {
            Said::Hello(_) => Err(Refusal::new(
                ErrorCode::OutOfTurn,
                "hello was said already",
                Effect::told("the connection goes on as it is"),
                "open another connection to be another node",
            )),
            Said::Publish(publishing) => {
                let (at, key) = (self.key(), seat.key);
                self.on_disk(move |registry| registry.publish(at, key, publishing.signed))
                    .await?;
                seat.tell(Told::Published(words::Nothing {}));
                Ok(())
            }
            Said::Watch(nodes) => self.hub.watch(seat, nodes.keys),
            Said::Unwatch(nodes) => {
                self.hub.unwatch(seat, nodes.keys);
                Ok(())
            }
            Said::List(list) => {
                seat.tell(Told::Listed(self.list(&list)));
                Ok(())
            }
        }
    }

    fn list(&self, list: &words::List) -> Listed {
        let here = |key| self.hub.find(key).is_some();
        let (after, words) = (list.after.as_deref(), list.words.as_deref());
        self.registry().list(after, words, here)
    }

    /// What the address of a node has sent together with others of it.
    fn shared(&self, address: IpAddr) -> Arc<Shared> {
        let fresh = || Arc::new(Shared::new(Instant::now()));
        // On one machine everybody has the same address.
        if self.mode == Mode::Local {
            return fresh();
        }
        let mut all = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, shared| shared.strong_count() > 0);
        let whose = whose(address);
        let shared = all.get(&whose).and_then(Weak::upgrade);
        let shared = shared.unwrap_or_else(fresh);
        all.insert(whose, Arc::downgrade(&shared));
        shared
    }
}

/// Waits until the interchange goes down.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // The sender goes away only with the interchange.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

fn broke_off() -> Refusal {
    Refusal::new(
        ErrorCode::Internal,
        "the interchange broke off",
        Effect::told("it is not known whether it was kept"),
        "try again",
    )
}

/// The interchange's own key, made at its first start.
fn kept_key(state: &Path) -> io::Result<SigningKey> {
    let path = state.join(KEY_FILE);
    let bad = || {
        let what = format!("{} holds no key of 64 hex digits", path.display());
        io::Error::new(io::ErrorKind::InvalidData, what)
    };
    match fs::read_to_string(&path) {
        Ok(text) => {
            let mut seed = [0; 32];
            hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| bad())?;
            Ok(SigningKey::from_bytes(&seed))
        }
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed).map_err(io::Error::other)?;
            write_private(&path, &hex::encode(seed))?;
            Ok(SigningKey::from_bytes(&seed))
        }
        Err(why) => Err(why),
    }
}

/// The hash of the secret: of the one given now, or of one that was given before.
fn kept_secret(state: &Path, given: Option<&str>) -> io::Result<Option<String>> {
    let path = state.join(SECRET_FILE);
    if let Some(given) = given {
        let hash = secret::hash(given).map_err(io::Error::other)?;
        write_private(&path, &hash)?;
        return Ok(Some(hash));
    }
    match fs::read_to_string(&path) {
        Ok(text) if secret::is_hash(text.trim()) => Ok(Some(text.trim().to_owned())),
        Ok(_) => {
            let what = format!("{} holds no hash of a secret", path.display());
            Err(io::Error::new(io::ErrorKind::InvalidData, what))
        }
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(why),
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write;
    let new = path.with_extension("new");
    let _ = fs::remove_file(&new);
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(&new)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::rename(&new, path)
}
