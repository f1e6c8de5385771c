//! `log.checkpoint`: what the node signs of its log, for whoever wants to keep it

use crate::prelude::*;

use mesh_model::{PublicKey, SignatureBytes};

impl Run for LogCheckpoint {
    async fn run(door: &Door, _: &Call, _: NoInput) -> Result<LogSigned, Refusal> {
        let signed = door.node().checkpoint();
        Ok(LogSigned {
            seq: Seq(signed.tail.seq),
            head: signed.tail.head.to_string(),
            key: PublicKey(signed.seal.key),
            sig: SignatureBytes(signed.seal.sig),
        })
    }
}
