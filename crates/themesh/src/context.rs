//! Where the mesh is and who is acting: folder, address, token.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use mesh_model::api::NoInput;
use mesh_model::ops::MeGet;
use mesh_model::{ErrorCode, PublicKey};
use mesh_sdk::http::Http;
use mesh_sdk::{Error, Signer};
use serde::{Deserialize, Serialize};

use crate::cli::Global;
use crate::failure::{Failure, Outcome};

/// Where a node listens unless told otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7778";

/// What every command starts from.
#[derive(Debug)]
pub struct Context {
    /// The mesh's folder.
    pub home: PathBuf,
    /// Print JSON.
    pub json: bool,
    url: Option<String>,
    identity: Option<String>,
}

/// A participant this machine holds the token of, kept in `clients/HANDLE.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Identity {
    /// Its handle.
    pub handle: String,
    /// Its node's address.
    pub url: String,
    /// Its token.
    pub token: String,
}

/// What a running node leaves for programs on the same machine, in `node.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunningNode {
    /// Its address.
    pub url: String,
    /// Its process.
    pub pid: u32,
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
                    "HOME is not set, so the mesh's folder is not known; nothing was read or written",
                    "name it with --home DIR or MESH_HOME, or set HOME",
                ));
            }
        };
        Ok(Context {
            home,
            json: global.json,
            url: global.url,
            identity: global.identity,
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
        }
    }

    /// Whether the caller names a node.
    pub fn names_node(&self) -> bool {
        self.url.is_some()
    }

    /// Whether the caller names a node, or somebody who is known at one.
    pub fn is_pointed(&self) -> bool {
        self.url.is_some() || self.identity.is_some()
    }

    /// The node's address.
    pub fn url(&self) -> Outcome<String> {
        if let Some(url) = &self.url {
            return Ok(url.trim_end_matches('/').to_owned());
        }
        if let Some(handle) = &self.identity {
            return Ok(self.load_identity(handle)?.url);
        }
        Ok(self
            .running()
            .map_or_else(|| format!("http://{DEFAULT_LISTEN}"), |node| node.url))
    }

    /// The node that runs on this folder, as far as it said so.
    pub fn running(&self) -> Option<RunningNode> {
        let text = fs::read_to_string(self.home.join("node.json")).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The token to act with.
    pub fn token(&self) -> Outcome<String> {
        if let Ok(token) = std::env::var("MESH_TOKEN") {
            return Ok(token);
        }
        if let Some(handle) = &self.identity {
            return Ok(self.load_identity(handle)?.token);
        }
        let path = self.home.join("owner.token");
        let token = fs::read_to_string(&path).map_err(|why| {
            Failure::here(
                format!("no token: {} cannot be read ({why})", path.display()),
                "start a node here with `mesh up`, act as somebody with --as, or set MESH_TOKEN",
            )
        })?;
        Ok(token.trim().to_owned())
    }

    /// A client that acts as chosen.
    pub fn http(&self) -> Outcome<Http> {
        Ok(Http::new(&self.url()?, Some(self.token()?)))
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
            None if std::env::var_os("MESH_TOKEN").is_some() => return Ok(http),
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
                    refusal.detail
                );
                Ok(http)
            }
            Err(why) => Err(why.into()),
        }
    }

    /// The handle of the one who acts.
    pub fn acting(&self, http: &Http) -> Outcome<String> {
        match &self.identity {
            Some(handle) if std::env::var_os("MESH_TOKEN").is_none() => {
                Ok(handle.trim_start_matches('@').to_owned())
            }
            _ => Ok(http.call::<MeGet>(NoInput {})?.participant.handle),
        }
    }

    /// Where a participant's key is kept.
    pub fn key_path(&self, handle: &str) -> Outcome<PathBuf> {
        mesh_model::names::check(handle)
            .map_err(|why| Failure::usage(format!("'{handle}': {why}"), ""))?;
        Ok(self.home.join("keys").join(format!("{handle}.key")))
    }

    /// The kept key of somebody who is about to come in, or a new one, and whether it is new.
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
        };
        let text = fs::read_to_string(&path).map_err(|why| missing(why.to_string()))?;
        serde_json::from_str(&text).map_err(|why| missing(why.to_string()))
    }

    /// Keeps an identity, readable by this user only.
    pub fn save_identity(&self, identity: &Identity) -> Outcome<()> {
        let path = self.identity_path(&identity.handle)?;
        let text = serde_json::to_string_pretty(identity)
            .map_err(|why| Failure::here(why.to_string(), ""))?;
        write_private(&path, &text)
    }

    fn identity_path(&self, handle: &str) -> Outcome<PathBuf> {
        mesh_model::names::check(handle)
            .map_err(|why| Failure::usage(format!("'{handle}': {why}"), ""))?;
        Ok(self.home.join("clients").join(format!("{handle}.json")))
    }
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
            .mode(0o600)
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
