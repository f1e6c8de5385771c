//! Secrets that the node itself has to use: the values of webhooks, connectors, peers and storage.
//!
//! A value is kept by name and version. The log says which version holds, so a value that was stored just
//! before a crash, and whose event never came, is never used.

use rusqlite::OptionalExtension;

use super::Vault;
use crate::StoreError;

fn purpose(name: &str, version: u32) -> String {
    format!("secret {name} {version}")
}

impl Vault {
    /// Stores one version of a secret. Before the event that speaks of it.
    pub fn put_secret(&self, name: &str, version: u32, value: &str) -> Result<(), StoreError> {
        let sealed = self.seal.seal(&purpose(name, version), value.as_bytes())?;
        self.write()
            .prepare_cached("INSERT OR REPLACE INTO secrets VALUES (?1, ?2, ?3)")?
            .execute((name, version, sealed))?;
        Ok(())
    }

    /// Stores a secret's first version, unless there is one.
    pub(super) fn put_first(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let sealed = self.seal.seal(&purpose(name, 1), value.as_bytes())?;
        self.write()
            .prepare_cached("INSERT OR IGNORE INTO secrets VALUES (?1, 1, ?2)")?
            .execute((name, sealed))?;
        Ok(())
    }

    /// The value of one version of a secret.
    pub fn secret(&self, name: &str, version: u32) -> Result<Option<String>, StoreError> {
        let sealed: Option<Vec<u8>> = self
            .read()
            .prepare_cached("SELECT sealed FROM secrets WHERE name = ?1 AND version = ?2")?
            .query_row((name, version), |row| row.get(0))
            .optional()?;
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let value = self.seal.unseal(&purpose(name, version), &sealed)?;
        let value = String::from_utf8(value);
        value
            .map(Some)
            .map_err(|_| StoreError::Unreadable(format!("the secret {name} is no text")))
    }

    /// Forgets the versions of a secret before this one.
    pub fn drop_secrets_before(&self, name: &str, version: u32) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("DELETE FROM secrets WHERE name = ?1 AND version < ?2")?
            .execute((name, version))?;
        Ok(())
    }

    /// Forgets every version of a secret but the one that holds; all of them if none does.
    pub fn keep_secret(&self, name: &str, version: Option<u32>) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("DELETE FROM secrets WHERE name = ?1 AND version IS NOT ?2")?
            .execute((name, version))?;
        Ok(())
    }
}
