//! The mesh's folder on this machine, laid out as `mesh` lays it out: where the node is, whose tokens and keys are kept.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use mesh_model::PublicKey;
use mesh_model::home::{self, Entry, FILE_MODE, Identity, RunningNode};
use mesh_sdk::http::Http;

use crate::Trouble;

/// The folder and the node that runs on it.
#[derive(Debug)]
pub struct Home {
    pub folder: PathBuf,
    pub url: String,
    /// The node proves this key before it is shown a token.
    pub node_key: PublicKey,
}

impl Home {
    /// `$MESH_HOME`, else `~/.mesh`, with the address that its node left there.
    pub fn find() -> Result<Home, Trouble> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let folder = set("MESH_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(set("HOME")?).join(".mesh")))
            .ok_or("neither MESH_HOME nor HOME says where the mesh's folder is; set one of them")?;
        let node = fs::read(Entry::Node.of(&folder)).map_err(|why| {
            let folder = folder.display();
            format!("no node runs on {folder} ({why}); start it: mesh up --with 'mesh-survey .'")
        })?;
        let RunningNode { url, node_key, .. } = serde_json::from_slice(&node)?;
        Ok(Home {
            folder,
            url,
            node_key,
        })
    }

    /// A client that acts as the owner.
    pub fn owner(&self) -> Result<Http, Trouble> {
        let path = Entry::OwnerToken.of(&self.folder);
        let token = fs::read_to_string(&path)
            .map_err(|why| format!("{} cannot be read: {why}", path.display()))?;
        Ok(Http::new(&self.url, Some(token.trim().to_owned())).only(self.node_key))
    }

    /// Where a participant's key is kept.
    pub fn key_path(&self, handle: &str) -> PathBuf {
        home::key(&self.folder, handle)
    }

    /// A kept identity of this node, if there is one, with the node's address of today.
    pub fn identity(&self, handle: &str) -> Option<Identity> {
        let text = fs::read(self.identity_path(handle)).ok()?;
        let kept: Identity = serde_json::from_slice(&text).ok()?;
        (kept.node_key == Some(self.node_key)).then(|| Identity {
            url: self.url.clone(),
            ..kept
        })
    }

    /// Keeps an identity, readable by this user only.
    pub fn keep(&self, identity: &Identity) -> Result<(), Trouble> {
        let path = self.identity_path(&identity.handle);
        path.parent().map(fs::create_dir_all).transpose()?;
        let mut file = private(&path)?;
        file.write_all(&serde_json::to_vec_pretty(identity)?)?;
        Ok(())
    }

    fn identity_path(&self, handle: &str) -> PathBuf {
        home::identity(&self.folder, handle)
    }
}

fn private(path: &Path) -> std::io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(FILE_MODE);
    options.open(path)
}
