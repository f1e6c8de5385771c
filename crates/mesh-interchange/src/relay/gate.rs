//! Who may come in: the mode, the list of keys, the secret, what is banned, and how often it may be tried.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mesh_model::address::{Network, whose};
use mesh_model::limits::{
    INTERCHANGE_CLAIMS_BURST, INTERCHANGE_HELLOS_MAX, INTERCHANGE_HELLOS_OF_ONE_MAX,
    INTERCHANGE_INSTANCES_OF_ONE_MAX, LOGIN_FAILURES_MAX, LOGIN_WINDOW_MS, PASSWORD_HASHES_MAX,
};
use mesh_model::{Effect, ErrorCode, PublicKey, Refusal};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::bucket::{Buckets, Rate};
use super::secret;

/// Whom an interchange is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everybody.
    Public,
    /// Those on its list, and those who know its secret.
    SelfHosted,
    /// Programs of the same machine.
    Local,
}

const BANNED_FILE: &str = "banned";
const AGAIN_MS: u64 = 5000;

/// Decides who comes in.
pub(crate) struct Gate {
    mode: Mode,
    allowed: HashSet<PublicKey>,
    secret: Option<String>,
    banned_file: PathBuf,
    counts: Mutex<Counts>,
    hashing: Semaphore,
}

struct Counts {
    banned: Banned,
    /// Connections of each address: not known yet, and in.
    hellos: HashMap<IpAddr, usize>,
    seats: HashMap<IpAddr, usize>,
    failures: Buckets<IpAddr>,
    claims: Buckets<IpAddr>,
}

#[derive(Default)]
struct Banned {
    keys: HashSet<PublicKey>,
    networks: Vec<Network>,
}

/// What is counted of an address for as long as it lasts.
pub(crate) struct Counted {
    gate: Arc<Gate>,
    what: What,
    address: IpAddr,
}

#[derive(Clone, Copy)]
enum What {
    Hello,
    Seat,
}

impl Gate {
    /// `secret` is the hash of the secret, if there is one.
    pub fn new(
        mode: Mode,
        allowed: HashSet<PublicKey>,
        secret: Option<String>,
        state: &Path,
    ) -> io::Result<Gate> {
        let banned_file = state.join(BANNED_FILE);
        let window = LOGIN_WINDOW_MS as f64 / 1000.0;
        let failures = f64::from(LOGIN_FAILURES_MAX);
        let claims = f64::from(INTERCHANGE_CLAIMS_BURST);
        let counts = Counts {
            banned: Banned::read(&banned_file)?,
            hellos: HashMap::new(),
            seats: HashMap::new(),
            failures: Buckets::new(Rate::new(failures / window, failures)),
            claims: Buckets::new(Rate::new(1.0 / 60.0, claims)),
        };
        Ok(Gate {
            mode,
            allowed,
            secret,
            banned_file,
            counts: Mutex::new(counts),
            hashing: Semaphore::new(PASSWORD_HASHES_MAX),
        })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a secret is asked for.
    pub fn asks_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// Reads anew who is banned.
    pub fn reload(&self) -> io::Result<()> {
        let banned = Banned::read(&self.banned_file)?;
        self.counts().banned = banned;
        Ok(())
    }

    /// Whether the address or the key may not be here.
    pub fn is_banned(&self, address: IpAddr, key: Option<PublicKey>) -> bool {
        let banned = &self.counts().banned;
        key.is_some_and(|key| banned.keys.contains(&key))
            || banned.networks.iter().any(|network| network.has(address))
    }

    /// Lets an address connect that has not said who it is.
    pub fn begin(self: &Arc<Gate>, address: IpAddr) -> Result<Counted, Refusal> {
        if self.mode == Mode::Local && !address.to_canonical().is_loopback() {
            return Err(not_let_in("this interchange is for its own machine alone"));
        }
        if self.is_banned(address, None) {
            return Err(not_let_in("this address may not use this interchange"));
        }
        let whose = whose(address);
        let mut counts = self.counts();
        let all: usize = counts.hellos.values().sum();
        let own = counts.hellos.get(&whose).copied().unwrap_or_default();
        let one = self.mode != Mode::Local && own >= INTERCHANGE_HELLOS_OF_ONE_MAX;
        if all >= INTERCHANGE_HELLOS_MAX || one {
            return Err(crowded("as many nodes are coming in as may at a time"));
        }
        *counts.hellos.entry(whose).or_default() += 1;
        drop(counts);
        Ok(self.counted(What::Hello, whose))
    }

    /// Lets a node in that has proved its key.
    pub async fn admit(
        self: &Arc<Gate>,
        address: IpAddr,
        key: PublicKey,
        secret: Option<&str>,
    ) -> Result<Counted, Refusal> {
        if self.is_banned(address, Some(key)) {
            return Err(not_let_in("this node may not use this interchange"));
        }
        if !self.allowed.is_empty() && !self.allowed.contains(&key) {
            return Err(not_let_in(
                "this node's key is not on the interchange's list",
            ));
        }
        let whose = whose(address);
        self.check_secret(whose, secret).await?;
        let mut counts = self.counts();
        let seats = counts.seats.entry(whose).or_default();
        if self.mode != Mode::Local && *seats >= INTERCHANGE_INSTANCES_OF_ONE_MAX {
            return Err(crowded("as many nodes of this address are in as may be"));
        }
        *seats += 1;
        drop(counts);
        Ok(self.counted(What::Seat, whose))
    }

    async fn check_secret(&self, whose: IpAddr, given: Option<&str>) -> Result<(), Refusal> {
        let Some(hash) = self.secret.clone() else {
            return Ok(());
        };
        let given = given.unwrap_or_default().to_owned();
        let _turn = self.hashing.acquire().await;
        if !self.counts().failures.has(&whose, Instant::now()) {
            let what = "too many wrong secrets came from this address";
            return Err(Refusal::new(
                ErrorCode::RateLimited,
                what,
                Effect::NothingDone,
                "wait as long as retry_after_ms says, and ask the operator for the secret",
            )
            .retry_after_ms(LOGIN_WINDOW_MS));
        }
        let right = tokio::task::spawn_blocking(move || secret::matches(&given, &hash)).await;
        if right.unwrap_or(false) {
            return Ok(());
        }
        self.counts().failures.try_take(whose, Instant::now());
        Err(not_let_in("the secret of this interchange is another"))
    }

    /// Whether the address may claim one more name.
    pub fn may_claim(&self, address: IpAddr) -> Result<(), Refusal> {
        if self.mode == Mode::Local
            || self
                .counts()
                .claims
                .try_take(whose(address), Instant::now())
        {
            return Ok(());
        }
        let what = "this address has claimed as many new names as it may for now";
        Err(crowded(what))
    }

    fn counted(self: &Arc<Gate>, what: What, address: IpAddr) -> Counted {
        let gate = Arc::clone(self);
        Counted {
            gate,
            what,
            address,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.gate.counts();
        let all = match self.what {
            What::Hello => &mut counts.hellos,
            What::Seat => &mut counts.seats,
        };
        if let Some(count) = all.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.address);
            }
        }
    }
}

impl Banned {
    /// A key or a network a line; what stands behind it is for people.
    fn read(path: &Path) -> io::Result<Banned> {
        let text = match fs::read_to_string(path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Banned::default()),
            text => text?,
        };
        let mut banned = Banned::default();
        for line in text.lines() {
            let Some(word) = line.split_whitespace().next() else {
                continue;
            };
            if let Ok(key) = word.parse() {
                banned.keys.insert(key);
            } else if let Ok(network) = word.parse() {
                banned.networks.push(network);
            } else if !word.starts_with('#') {
                let what = format!("'{word}' in {} is no key and no network", path.display());
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
        }
        Ok(banned)
    }
}

fn not_let_in(what: &'static str) -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        what,
        Effect::NothingDone,
        "ask whoever runs it, or use another interchange",
    )
}

pub(crate) fn crowded(what: &'static str) -> Refusal {
    Refusal::new(
        ErrorCode::Overloaded,
        what,
        Effect::NothingDone,
        "try again a little later",
    )
    .retry_after_ms(AGAIN_MS)
}
