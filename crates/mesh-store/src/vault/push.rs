//! Browsers that are told of what waits by their push services, and the key by which those know the node.
//!
//! What a browser gave is sealed: whoever has it can make its push service wake that browser. It goes with the sign-in, by
//! whatever that ends.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mesh_model::{CredentialId, Millis, ParticipantId};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::Vault;
use crate::StoreError;
use crate::sql::{self, int, number};

/// What the vault calls the node's key. No secret that somebody sets is called so: their names have no blanks.
const KEY: &str = "push key";

/// How a browser is told something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushAddress {
    /// Where its push service takes it.
    pub endpoint: String,
    /// The browser's public key.
    pub key: Vec<u8>,
    /// The secret that it shares.
    pub auth: Vec<u8>,
    /// Whether words are shown.
    pub words: bool,
    /// The credential by which it was asked for, with which it ends; absent: the browser's own page did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CredentialId>,
}

/// A browser that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushTo {
    /// Its number.
    pub browser: u64,
    /// Who is signed in with it.
    pub participant: ParticipantId,
    /// Since when.
    pub since: Millis,
    /// When its sign-in ends.
    pub expires: Millis,
    /// How.
    pub address: PushAddress,
}

/// The key by which push services know the node, P-256.
#[derive(Clone)]
pub struct PushKey {
    /// The whole of it, as PKCS #8.
    pub pkcs8: Vec<u8>,
    /// What of it everybody may know: a point, not compressed.
    pub public: Vec<u8>,
}

impl std::fmt::Debug for PushKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PushKey(…)")
    }
}

fn purpose(browser: u64) -> String {
    format!("push {browser}")
}

impl Vault {
    /// Has a browser told from now on, in place of how it was told before. Says whether it is signed in as this participant.
    pub fn put_push(
        &self,
        participant: ParticipantId,
        browser: u64,
        address: &PushAddress,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let plain = serde_json::to_vec(address)
            .map_err(|_| StoreError::Unreadable("an address that cannot be written".to_owned()))?;
        let sealed = self.seal.seal(&purpose(browser), &plain)?;
        let put = self
            .write()
            .prepare_cached(
                "INSERT OR REPLACE INTO pushes SELECT id, ?3, ?4 FROM browsers WHERE id = ?1 AND participant = ?2 AND expires > ?3",
            )?
            .execute((int(browser), participant.0.as_bytes(), int(now.0), sealed))?;
        Ok(put > 0)
    }

    /// Tells a browser nothing any more. Says whether it was told.
    pub fn end_push(&self, participant: ParticipantId, browser: u64) -> Result<bool, StoreError> {
        let ended = self
            .write()
            .prepare_cached(
                "DELETE FROM pushes WHERE browser = ?2 AND browser IN (SELECT id FROM browsers WHERE participant = ?1)",
            )?
            .execute((participant.0.as_bytes(), int(browser)))?;
        Ok(ended > 0)
    }

    /// The browsers that are told: somebody's, or all.
    pub fn pushes(
        &self,
        of: Option<ParticipantId>,
        now: Millis,
    ) -> Result<Vec<PushTo>, StoreError> {
        let db = self.read();
        let mut statement = db.prepare_cached(
            "SELECT id, participant, since, expires, sealed FROM pushes JOIN browsers ON id = browser
             WHERE expires > ?1 AND (?2 IS NULL OR participant = ?2) ORDER BY id",
        )?;
        let of = of.map(|of| *of.0.as_bytes());
        let rows = statement.query_map((int(now.0), of), |row| {
            let sealed: Vec<u8> = row.get(4)?;
            Ok((
                number(row.get(0)?),
                ParticipantId(sql::uuid(row, 1)?),
                sql::millis(row, 2)?,
                sql::millis(row, 3)?,
                sealed,
            ))
        })?;
        let mut found = Vec::new();
        for row in rows {
            let (browser, participant, since, expires, sealed) = row?;
            let plain = self.seal.unseal(&purpose(browser), &sealed)?;
            let address = serde_json::from_slice(&plain).map_err(|_| {
                StoreError::Unreadable(format!("the push address of browser {browser}"))
            })?;
            found.push(PushTo {
                browser,
                participant,
                since,
                expires,
                address,
            });
        }
        Ok(found)
    }

    /// The key by which push services know the node: made when it is first asked for.
    pub fn push_key(&self) -> Result<PushKey, StoreError> {
        let unreadable = || StoreError::Unreadable("the key for push services".to_owned());
        let chance = SystemRandom::new();
        if self.secret(KEY, 1)?.is_none() {
            let drawn = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &chance)
                .map_err(|_| unreadable())?;
            // Of two who ask at once the first one's is kept.
            self.put_first(KEY, &URL_SAFE_NO_PAD.encode(drawn.as_ref()))?;
        }
        let kept = self.secret(KEY, 1)?.ok_or_else(unreadable)?;
        let pkcs8 = URL_SAFE_NO_PAD.decode(kept).map_err(|_| unreadable())?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8, &chance)
            .map_err(|_| unreadable())?;
        let public = pair.public_key().as_ref().to_vec();
        Ok(PushKey { pkcs8, public })
    }

    /// How many of somebody's browsers are told, besides this one.
    pub fn other_pushes(
        &self,
        participant: ParticipantId,
        browser: u64,
        now: Millis,
    ) -> Result<usize, StoreError> {
        let count: Option<i64> = self
            .read()
            .prepare_cached(
                "SELECT count(*) FROM pushes JOIN browsers ON id = browser
                 WHERE participant = ?1 AND id <> ?2 AND expires > ?3",
            )?
            .query_row(
                (participant.0.as_bytes(), int(browser), int(now.0)),
                |row| row.get(0),
            )
            .optional()?;
        Ok(usize::try_from(count.unwrap_or_default()).unwrap_or(usize::MAX))
    }
}
