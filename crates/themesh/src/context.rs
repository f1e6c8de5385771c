//! Where the mesh is and who is acting: folder, address, token.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use mesh_model::api::NoInput;
use mesh_model::home::{self, Entry, FILE_MODE, Identity, RunningNode};
use mesh_model::ops::MeGet;
use mesh_model::{ErrorCode, PublicKey, SessionId};
use mesh_sdk::http::Http;
use mesh_sdk::{Error, Options, Signer};
use mesh_work::access::{self, Access, AttemptRef};

use crate::cli::Global;
use crate::failure::{Effect, Failure, Outcome};

/// Where `mesh up` listens unless told otherwise. Nobody looks for a node there.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7778";

/// The variable with the session by whose context commands come; `mesh session run` sets it.
pub const SESSION: &str = "MESH_SESSION";

/// What every command starts from.
#[derive(Debug, Clone)]
pub struct Context {
    /// The mesh's folder.
    pub home: PathBuf,
    /// Print JSON.
    pub json: bool,
    url: Option<String>,
    identity: Option<String>,
    /// Within a task: what its attempt acts with, if it was given anything.
    attempt: Option<Attempt>,
}

/// What a task's program acts with. It is started by a worker, often beside the mesh's own folder:
/// whatever tokens are kept there are not its.
#[derive(Debug, Clone)]
struct Attempt(Option<Access>);

impl Attempt {
    fn around() -> Option<Attempt> {
        std::env::var_os(access::MARK)?;
        Some(Attempt(Access::inherited()))
    }

    fn nobody_else(&self, handle: &str) -> Failure {
        Failure::usage(
            format!("this runs within a task, which acts as its own agent and not as '{handle}'"),
            "leave out --as",
        )
        .so(Effect::NothingSent)
    }

    fn access(&self) -> Outcome<&Access> {
        self.0.as_ref().ok_or_else(|| {
            Failure::here(
                "this runs within a task, where only the task's own token counts, and it was not handed on to this program",
                format!(
                    "start it so that it inherits the open file of {}, or give address and token: --url URL, with the token in MESH_TOKEN",
                    access::FILE
                ),
            )
            .so(Effect::NothingSent)
        })
    }
}

/// The node that is meant.
#[derive(Debug, Clone)]
pub struct NodeAt {
    /// Its address.
    pub url: String,
    /// The key that it has to prove before it is shown a token. There is none only where both address
    /// and token were given by hand.
    pub key: Option<PublicKey>,
}

impl Context {
    /// Reads the global options; the folder is `--home`, else `$MESH_HOME`, else `~/.mesh`.
    pub fn new(global: Global, needs_folder: bool) -> Outcome<Context> {
        let user = std::env::var_os("HOME").filter(|home| !home.is_empty());
        let default = user.map(|home| PathBuf::from(home).join(".mesh"));
        let home = match global
            .home
            .filter(|home| *home != Path::new(""))
            .or(default)
        {
            Some(home) => home,
            None if !needs_folder => PathBuf::new(),
            None => {
                return Err(Failure::usage(
                    "HOME is not set, so the mesh's folder is not known",
                    "name it with --home DIR or MESH_HOME, or set HOME",
                )
                .so(Effect::NothingTouched));
            }
        };
        Ok(Context {
            home,
            json: global.json,
            url: global.url,
            identity: global.identity,
            attempt: Attempt::around(),
        })
    }

    /// The handle given by `--as`.
    pub fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// The same, acting as the owner.
    pub fn owner(&self) -> Context {
        Context {
            home: self.home.clone(),
            json: self.json,
            url: self.url.clone(),
            identity: None,
            attempt: self.attempt.clone(),
        }
    }

    /// The same, acting as somebody else.
    pub fn acting_as(&self, handle: String) -> Context {
        Context {
            identity: Some(handle),
            ..self.clone()
        }
    }

    /// Whether the caller names a node, or somebody who is known at one.
    pub fn is_pointed(&self) -> bool {
        self.url.is_some() || self.identity.is_some()
    }

    /// The node that is meant, as the folder knows it: the one that runs on it, or the one to which
    /// the participant named by `--as` belongs. Another address can be given, another node cannot,
    /// unless its token is given too.
    pub fn node(&self) -> Outcome<NodeAt> {
        let given = self.given();
        if let Some(url) = &given
            && has_token_given()
        {
            return Ok(NodeAt {
                url: url.clone(),
                key: None,
            });
        }
        if let Some(attempt) = &self.attempt {
            if let Some(handle) = &self.identity {
                return Err(attempt.nobody_else(handle));
            }
            let access = attempt.access()?;
            return Ok(NodeAt {
                url: given.unwrap_or_else(|| access.url.clone()),
                key: access.node_key,
            });
        }
        if let Some(handle) = &self.identity {
            return self.node_of(&self.load_identity(handle)?);
        }
        let running = self.running().ok_or_else(|| self.no_node())?;
        Ok(NodeAt {
            url: given.unwrap_or(running.url),
            key: Some(running.node_key),
        })
    }

    /// The node to which somebody belongs. If it is the folder's own, it may listen elsewhere than
    /// when the identity was kept.
    pub fn node_of(&self, known: &Identity) -> Outcome<NodeAt> {
        let running = self.running();
        let same_place = || running.as_ref().filter(|node| node.url == known.url);
        let key = known
            .node_key
            .or_else(|| same_place().map(|node| node.node_key));
        let key = key.ok_or_else(|| {
            Failure::here(
                format!(
                    "which node '{}' belongs to was not kept by the earlier release that wrote its file",
                    known.handle
                ),
                "start the folder's node where it was, or give address and token: --url URL, with the token in MESH_TOKEN",
            )
            .so(Effect::NothingSent)
        })?;
        let own = running.filter(|node| node.node_key == key);
        let url = self
            .given()
            .or(own.map(|node| node.url))
            .unwrap_or_else(|| known.url.clone());
        Ok(NodeAt {
            url,
            key: Some(key),
        })
    }

    /// Where `--url` or `MESH_URL` points.
    fn given(&self) -> Option<String> {
        let url = self.url.as_deref()?;
        Some(url.trim_end_matches('/').to_owned())
    }

    fn no_node(&self) -> Failure {
        Failure::unreachable(
            format!("no node runs on {}", self.home.display()),
            "start it with `mesh up`, name its folder with --home, or act as somebody of another mesh with --as; \
                   `mesh doctor` looks for the reason",
        )
        .so(Effect::NothingSent)
    }

    /// The node's address.
    pub fn url(&self) -> Outcome<String> {
        Ok(self.node()?.url)
    }

    /// The node that runs on this folder, as far as it said so.
    pub fn running(&self) -> Option<RunningNode> {
        let text = fs::read_to_string(Entry::Node.of(&self.home)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The token to act with.
    pub fn token(&self) -> Outcome<String> {
        if let Ok(token) = std::env::var("MESH_TOKEN") {
            return Ok(token);
        }
        if let Some(attempt) = &self.attempt {
            return Ok(attempt.access()?.token.clone());
        }
        if let Some(handle) = &self.identity {
            return Ok(self.load_identity(handle)?.token);
        }
        let path = Entry::OwnerToken.of(&self.home);
        let token = fs::read_to_string(&path).map_err(|why| {
            Failure::here(
                format!("no token: {} cannot be read ({why})", path.display()),
                "start a node here with `mesh up`, act as somebody with --as, or set MESH_TOKEN",
            )
            .so(Effect::NothingSent)
        })?;
        Ok(token.trim().to_owned())
    }

    /// The attempt at a task that this runs within, if it does and was told so.
    pub fn attempt(&self) -> Option<AttemptRef> {
        self.attempt.as_ref()?.0.as_ref()?.attempt
    }

    /// The session by whose context the caller comes: within a task the one that took it, else the one that
    /// `mesh session run` opened. A session that is over, or somebody else's, counts as none.
    pub fn session(&self) -> Outcome<Option<SessionId>> {
        if let Some(attempt) = &self.attempt {
            return Ok(attempt.0.as_ref().and_then(|access| access.session));
        }
        let Some(text) = std::env::var_os(SESSION).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let session = text.to_str().and_then(|text| text.parse().ok());
        session.map(Some).ok_or_else(|| {
            Failure::usage(
                format!("{SESSION} is no session's id"),
                format!(
                    "leave it out, or let `mesh session run -- COMMAND` set it; it holds '{}'",
                    text.display()
                ),
            )
            .so(Effect::NothingSent)
        })
    }

    /// A client that acts as chosen.
    pub fn http(&self) -> Outcome<Http> {
        let node = self.node()?;
        let mut http = Http::new(&node.url, Some(self.token()?));
        if let Some(session) = self.session()? {
            http = http.within(session);
        }
        Ok(match node.key {
            Some(key) => http.only(key),
            None => http,
        })
    }

    /// How to connect as chosen, and stay.
    pub fn options(&self) -> Outcome<Options> {
        let node = self.node()?;
        let mut options = Options::new(node.url, self.token()?);
        options.node = node.key;
        options.within = self.session()?;
        Ok(options)
    }

    /// A client that acts as chosen and signs what it posts, unless told otherwise. A participant
    /// without a key gets one here; with a token from the environment only a kept key is used, for
    /// the folder may be a passing one.
    pub fn signing_http(&self, unsigned: bool) -> Outcome<Http> {
        let mut http = self.http()?;
        if unsigned {
            return Ok(http);
        }
        let handle = self.acting(&http)?;
        let path = self.key_path(&handle)?;
        let (signer, fresh) = match Signer::load(&path)? {
            Some(signer) => (signer, false),
            None if self.is_lent() => return Ok(http),
            None => (Signer::load_or_make(&path)?, true),
        };
        match http.sign_with(signer) {
            Ok(_) => Ok(http),
            Err(Error::Refused(refusal)) if refusal.code == ErrorCode::PermissionDenied => {
                if fresh {
                    // Nobody knows this key; one that is made later is as good.
                    let _ = fs::remove_file(&path);
                }
                eprintln!(
                    "mesh: not signed: {}; the node attests who said it",
                    refusal
                );
                Ok(http)
            }
            Err(why) => Err(why.into()),
        }
    }

    /// The key with which whoever acts signs what it says on a connection that stays: the one that is kept, or a new one
    /// for somebody whom this folder knows.
    pub fn signer(&self) -> Outcome<Option<Signer>> {
        let handle = self.acting(&self.http()?)?;
        let path = self.key_path(&handle)?;
        match Signer::load(&path)? {
            Some(signer) => Ok(Some(signer)),
            None if self.is_lent() => Ok(None),
            None => Ok(Some(Signer::load_or_make(&path)?)),
        }
    }

    /// Whether who acts is not one that this folder knows of.
    fn is_lent(&self) -> bool {
        has_token_given() || self.attempt.is_some()
    }

    /// The handle of the one who acts.
    pub fn acting(&self, http: &Http) -> Outcome<String> {
        match &self.identity {
            Some(handle) if !self.is_lent() => Ok(handle.trim_start_matches('@').to_owned()),
            _ => Ok(http.call::<MeGet>(NoInput {})?.participant.handle),
        }
    }

    /// Where a participant's key is kept.
    pub fn key_path(&self, handle: &str) -> Outcome<PathBuf> {
        mesh_model::names::check(handle).map_err(|why| {
            Failure::usage(format!("'{handle}': {why}"), "").so(Effect::NothingSent)
        })?;
        Ok(home::key(&self.home, handle))
    }

    /// Signs as somebody with the key that is kept, or with a new one that is kept from here on.
    pub fn signer_for(&self, handle: &str) -> Outcome<Signer> {
        Ok(Signer::load_or_make(&self.key_path(handle)?)?)
    }

    /// The public half of a kept key or of a new one, and whether it is new.
    pub fn key_for(&self, handle: &str) -> Outcome<(PublicKey, bool)> {
        let path = self.key_path(handle)?;
        let fresh = Signer::load(&path)?.is_none();
        Ok((Signer::load_or_make(&path)?.public(), fresh))
    }

    /// Keeps a key under the handle that its holder was given.
    pub fn rename_key(&self, from: &str, to: &str) -> Outcome<()> {
        if from == to {
            return Ok(());
        }
        let (from, to) = (self.key_path(from)?, self.key_path(to)?);
        fs::rename(&from, &to).map_err(|why| {
            Failure::here(
                format!("{} cannot become {}: {why}", from.display(), to.display()),
                "rename it yourself: it holds the new participant's key",
            )
        })
    }

    /// Reads a kept identity.
    pub fn load_identity(&self, handle: &str) -> Outcome<Identity> {
        let handle = handle.trim_start_matches('@');
        if let Some(attempt) = &self.attempt {
            return Err(attempt.nobody_else(handle));
        }
        let path = self.identity_path(handle)?;
        let missing = |why: String| {
            Failure::here(
                format!(
                    "nothing is known of '{handle}' here: {} ({why})",
                    path.display()
                ),
                format!(
                    "register it with `mesh register {handle}`, or bring it in with `mesh join INVITE --as {handle}`"
                ),
            )
            .so(Effect::NothingSent)
        };
        let text = fs::read_to_string(&path).map_err(|why| missing(why.to_string()))?;
        serde_json::from_str(&text).map_err(|why| missing(why.to_string()))
    }

    /// Keeps somebody who came in at the node that is meant, with the node's key.
    pub fn keep_identity(&self, handle: &str, token: String) -> Outcome<Identity> {
        let node = self.node()?;
        let key = match node.key {
            Some(key) => key,
            None => Http::new(&node.url, None).identify()?,
        };
        let identity = Identity {
            handle: handle.to_owned(),
            url: node.url,
            node_key: Some(key),
            token,
        };
        self.save_identity(&identity)?;
        Ok(identity)
    }

    /// Keeps an identity, readable by this user only.
    pub fn save_identity(&self, identity: &Identity) -> Outcome<()> {
        let path = self.identity_path(&identity.handle)?;
        let text = serde_json::to_string_pretty(identity)
            .map_err(|why| Failure::here(why.to_string(), ""))?;
        write_private(&path, &text)
    }

    fn identity_path(&self, handle: &str) -> Outcome<PathBuf> {
        mesh_model::names::check(handle).map_err(|why| {
            Failure::usage(format!("'{handle}': {why}"), "").so(Effect::NothingSent)
        })?;
        Ok(home::identity(&self.home, handle))
    }
}

/// Whether the environment brings a token: then none of the folder's is shown to anybody.
pub fn has_token_given() -> bool {
    std::env::var_os("MESH_TOKEN").is_some()
}

/// Writes a file that only this user can read.
pub fn write_private(path: &Path, text: &str) -> Outcome<()> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(FILE_MODE)
            .open(path)?;
        file.write_all(text.as_bytes())
    };
    write().map_err(|why| {
        Failure::here(
            format!("cannot write {}: {why}", path.display()),
            "check the folder's owner and free space",
        )
    })
}
