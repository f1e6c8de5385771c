//! What each participant wants to hear, as its own text: what it means is for the door to say.

use mesh_model::ParticipantId;
use rusqlite::OptionalExtension;

use super::Vault;
use crate::StoreError;

impl Vault {
    /// What a participant wants to hear; nothing if it never said.
    pub fn attention(&self, of: ParticipantId) -> Result<Option<String>, StoreError> {
        let wishes = self
            .read()
            .prepare_cached("SELECT wishes FROM attention WHERE participant = ?1")?
            .query_row([of.0.as_bytes()], |row| row.get(0))
            .optional()?;
        Ok(wishes)
    }

    /// A participant wants to hear this from now on.
    pub fn put_attention(&self, of: ParticipantId, wishes: &str) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("INSERT OR REPLACE INTO attention VALUES (?1, ?2)")?
            .execute((of.0.as_bytes(), wishes))?;
        Ok(())
    }
}
