//! The box that secrets lie in: XChaCha20-Poly1305 with a key in a file beside the vault.
//!
//! Whoever gets hold of a copy of the vault alone reads neither the node's key nor a stored secret; the
//! key's file is in no log, no export and no copy of either.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};

use super::open::{private_file, sync_dir};
use super::secret::random;
use crate::StoreError;

const FILE: &str = "vault.key";
const NEW: &str = "vault.key.new";
const NONCE_BYTES: usize = 24;

/// Seals and opens. Not shown when printed.
pub(super) struct Seal(XChaCha20Poly1305);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(…)")
    }
}

impl Seal {
    /// The key's file in `dir`.
    pub fn path(dir: &Path) -> PathBuf {
        dir.join(FILE)
    }

    /// Makes a fresh key in `dir`, in place of one that was there.
    pub fn create(dir: &Path) -> Result<Seal, StoreError> {
        let (path, new) = (Seal::path(dir), dir.join(NEW));
        let key = random::<32>()?;
        private_file(&new)?;
        let write = || {
            let mut file = File::options().write(true).truncate(true).open(&new)?;
            writeln!(file, "{}", URL_SAFE_NO_PAD.encode(key))?;
            file.sync_all()?;
            fs::rename(&new, &path)
        };
        write().map_err(StoreError::file(&path))?;
        sync_dir(dir)?;
        Ok(Seal::with(key))
    }

    /// Reads the key in `dir`; `None` if there is none.
    pub fn open(dir: &Path) -> Result<Option<Seal>, StoreError> {
        let path = Seal::path(dir);
        if !path.exists() {
            return Ok(None);
        }
        private_file(&path)?;
        let text = fs::read_to_string(&path).map_err(StoreError::file(&path))?;
        let key = URL_SAFE_NO_PAD.decode(text.trim()).ok();
        let key = key.and_then(|key| <[u8; 32]>::try_from(key).ok());
        key.map(|key| Some(Seal::with(key)))
            .ok_or(StoreError::VaultKey(path))
    }

    fn with(key: [u8; 32]) -> Seal {
        Seal(XChaCha20Poly1305::new(&Key::from(key)))
    }

    /// Seals `secret` for this purpose and no other.
    pub fn seal(&self, purpose: &str, secret: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce = random::<NONCE_BYTES>()?;
        let payload = Payload {
            msg: secret,
            aad: purpose.as_bytes(),
        };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let sealed =
            sealed.map_err(|_| StoreError::Unreadable("too long to be sealed".to_owned()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what was sealed for this purpose.
    pub fn unseal(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let opened = sealed
            .split_first_chunk::<NONCE_BYTES>()
            .and_then(|(nonce, msg)| {
                let payload = Payload {
                    msg,
                    aad: purpose.as_bytes(),
                };
                self.0.decrypt(&XNonce::from(*nonce), payload).ok()
            });
        opened.ok_or_else(|| {
            StoreError::Unreadable(format!("the vault's key does not open {purpose}"))
        })
    }
}
