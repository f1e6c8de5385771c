//! The node's key, and what secrets stand for: credentials, the owner, invites, passwords.

use std::sync::PoisonError;

use mesh_model::{CredentialId, InviteId, ParticipantId};
use rusqlite::OptionalExtension;

use super::Vault;
use super::secret::SecretHash;
use crate::{StoreError, sql};

/// The 32 bytes from which the node's Ed25519 key is made. Not shown when printed.
#[derive(Clone, PartialEq, Eq)]
pub struct NodeSeed(pub [u8; 32]);

impl std::fmt::Debug for NodeSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NodeSeed(…)")
    }
}

impl Vault {
    /// Notes which credential a secret stands for. Before the event that issues it.
    pub fn put_credential(&self, secret: SecretHash, id: CredentialId) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("INSERT OR REPLACE INTO credentials VALUES (?1, ?2)")?
            .execute((secret.0, id.0.as_bytes()))?;
        self.credentials
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(secret, id);
        Ok(())
    }

    /// The credential a secret stands for. Whether it is still valid is for the log's state to say.
    pub fn credential(&self, secret: &str) -> Option<CredentialId> {
        let hash = SecretHash::of(secret);
        self.credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&hash)
            .copied()
    }

    /// Forgets the secrets of a revoked credential.
    pub fn forget_credential(&self, id: CredentialId) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("DELETE FROM credentials WHERE id = ?1")?
            .execute([id.0.as_bytes()])?;
        self.credentials
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, known| *known != id);
        Ok(())
    }

    /// Sets the owner's secret; an older one is valid no more.
    pub fn set_owner(&self, secret: SecretHash) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("INSERT OR REPLACE INTO owner VALUES (1, ?1)")?
            .execute([secret.0])?;
        Ok(())
    }

    /// Whether this is the owner's secret.
    pub fn is_owner(&self, secret: &str) -> Result<bool, StoreError> {
        let db = self.read();
        let mut statement = db.prepare_cached("SELECT 1 FROM owner WHERE hash = ?1")?;
        Ok(statement
            .query_row([SecretHash::of(secret).0], |_| Ok(()))
            .optional()?
            .is_some())
    }

    /// Notes which invite a code stands for. Before the event that makes it.
    pub fn put_invite(&self, code: SecretHash, id: InviteId) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("INSERT OR REPLACE INTO invites VALUES (?1, ?2)")?
            .execute((code.0, id.0.as_bytes()))?;
        Ok(())
    }

    /// The invite a code stands for. Whether it is still valid is for the log's state to say.
    pub fn invite(&self, code: &str) -> Result<Option<InviteId>, StoreError> {
        let db = self.read();
        let mut statement = db.prepare_cached("SELECT id FROM invites WHERE hash = ?1")?;
        let invite = statement.query_row([SecretHash::of(code).0], |row| {
            Ok(InviteId(sql::uuid(row, 0)?))
        });
        Ok(invite.optional()?)
    }

    /// Uses a nonce up. Says whether nobody had used it before.
    pub fn use_nonce(&self, nonce: SecretHash) -> Result<bool, StoreError> {
        let db = self.write();
        let mut insert = db.prepare_cached("INSERT OR IGNORE INTO nonces VALUES (?1)")?;
        Ok(insert.execute([nonce.0])? > 0)
    }

    /// Forgets the code of an invite that ended.
    pub fn forget_invite(&self, id: InviteId) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("DELETE FROM invites WHERE id = ?1")?
            .execute([id.0.as_bytes()])?;
        Ok(())
    }

    /// Sets a user's password, hashed by [`super::password::hash`].
    pub fn set_password(&self, participant: ParticipantId, hash: &str) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("INSERT OR REPLACE INTO passwords VALUES (?1, ?2)")?
            .execute((participant.0.as_bytes(), hash))?;
        Ok(())
    }

    /// Forgets the password of a user that did not come to be.
    pub fn forget_password(&self, participant: ParticipantId) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("DELETE FROM passwords WHERE participant = ?1")?
            .execute([participant.0.as_bytes()])?;
        Ok(())
    }

    /// A user's password as it is kept, for [`super::password::verify`].
    pub fn password(&self, participant: ParticipantId) -> Result<Option<String>, StoreError> {
        let db = self.read();
        let mut statement =
            db.prepare_cached("SELECT hash FROM passwords WHERE participant = ?1")?;
        Ok(statement
            .query_row([participant.0.as_bytes()], |row| row.get(0))
            .optional()?)
    }
}
