//! Secrets that we draw: tokens, cookies, links, invite codes. 256 random bits each.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::StoreError;

/// The owner's token.
pub const OWNER: &str = "mesh_owner_";
/// A participant's token.
pub const TOKEN: &str = "mesh_ag_";
/// An API key.
pub const API_KEY: &str = "mesh_key_";

/// SHA-256 of a secret: what the vault keeps in its place. A random secret of this length cannot be
/// guessed, so a slow hash would only slow down every request.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash(pub(super) [u8; 32]);

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

impl SecretHash {
    /// The hash of a secret as its holder presents it.
    pub fn of(secret: &str) -> SecretHash {
        SecretHash(Sha256::digest(secret.as_bytes()).into())
    }
}

/// A fresh secret of a webhook: what signs deliveries, as Standard Webhooks writes it.
pub fn draw_signing() -> Result<String, StoreError> {
    Ok(format!("whsec_{}", STANDARD.encode(random::<32>()?)))
}

/// A fresh secret: `prefix` and 43 characters.
pub fn draw(prefix: &str) -> Result<String, StoreError> {
    Ok(format!(
        "{prefix}{}",
        URL_SAFE_NO_PAD.encode(random::<32>()?)
    ))
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(StoreError::Chance)?;
    Ok(bytes)
}
