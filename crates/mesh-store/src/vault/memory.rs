//! Memories: sealed for one agent and one memory, so that nobody can put one in another's place.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use mesh_model::{MemoryId, ParticipantId};

use super::Vault;
use crate::StoreError;

fn purpose(owner: ParticipantId, memory: MemoryId) -> String {
    format!("memory {memory} of {owner}")
}

impl Vault {
    /// Seals a memory's words for the log: base64 of nonce and sealed bytes.
    pub fn seal_memory(
        &self,
        owner: ParticipantId,
        memory: MemoryId,
        words: &[u8],
    ) -> Result<String, StoreError> {
        let sealed = self.seal.seal(&purpose(owner, memory), words)?;
        Ok(STANDARD_NO_PAD.encode(sealed))
    }

    /// Opens what was sealed for this owner's memory. Fails after the vault was replaced.
    pub fn open_memory(
        &self,
        owner: ParticipantId,
        memory: MemoryId,
        sealed: &str,
    ) -> Result<Vec<u8>, StoreError> {
        let purpose = purpose(owner, memory);
        let bytes = STANDARD_NO_PAD
            .decode(sealed)
            .map_err(|_| StoreError::Unreadable(format!("{purpose} is no base64")))?;
        self.seal.unseal(&purpose, &bytes)
    }
}
