//! What a participant keeps of the invite it came in by: where, as whom, and its secrets. The SDKs share the form.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use mesh_model::PublicKey;
use serde::{Deserialize, Serialize};

use crate::http::Http;
use crate::{Error, Options, Signer};

/// The content of the file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    url: String,
    /// The key of the node that answered the first time: nobody else is shown the token.
    node: PublicKey,
    token: String,
    handle: String,
    /// The secret key. It has the form of a public one: 32 bytes in hex.
    seed: PublicKey,
}

impl Kept {
    /// What the file holds, or what the invite gives, which is kept in the file from here on.
    pub fn load_or_redeem(path: &Path, invite: &str, handle: &str) -> Result<Kept, Error> {
        match private(path) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(why) if why.kind() == ErrorKind::NotFound => {
                let kept = Kept::redeem(invite, handle)?;
                kept.save(path).map_err(|why| trouble(path, &why))?;
                Ok(kept)
            }
            Err(why) => Err(trouble(path, &why)),
        }
    }

    fn redeem(invite: &str, handle: &str) -> Result<Kept, Error> {
        let parts = invite.rsplit_once("/i/").filter(|(url, code)| {
            url.starts_with("http") && !code.is_empty() && !code.contains('/')
        });
        let (url, code) = parts.ok_or_else(|| Error::Invite(invite.to_owned()))?;
        let http = Http::new(url, None);
        let node = http.identify()?;
        let seed = PublicKey(crate::signer::random()?);
        let made = http
            .only(node)
            .redeem(&Signer::from_seed(seed.0), code, handle)?;
        let token = made
            .token
            .ok_or_else(|| Error::Protocol("it gave no token".to_owned()))?;
        Ok(Kept {
            url: url.to_owned(),
            node,
            token,
            handle: made.handle,
            seed,
        })
    }

    fn save(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()
    }

    /// How to come in with it.
    pub fn used(self) -> (Options, Signer) {
        let mut options = Options::new(self.url, self.token);
        options.node = Some(self.node);
        (options, Signer::from_seed(self.seed.0))
    }
}

/// A file of secrets. One that others can read is refused: they may have copied it.
pub(crate) fn private(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    let mode = fs::metadata(path)?.mode();
    if mode & 0o077 != 0 {
        return Err(io::Error::other(format!(
            "others can read it (mode {:o}); if nobody did: chmod 600, otherwise revoke the key",
            mode & 0o777
        )));
    }
    Ok(text)
}

fn trouble(path: &Path, why: &io::Error) -> Error {
    Error::Key {
        path: path.to_owned(),
        why: why.to_string(),
    }
}
