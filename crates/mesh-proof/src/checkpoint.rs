//! Checkpoints: an Ed25519 signature over the chain's head, at most one a batch.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::Digest;

/// Separates checkpoints from everything else the same key may sign.
const DOMAIN: &str = "mesh-checkpoint/1\n";

/// The key and signature on a commit line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// Ed25519 public key of the node that wrote the batch.
    pub key: [u8; 32],
    /// Signature over the domain, the last sequence number and the head.
    pub sig: [u8; 64],
}

/// Why a seal is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The commit line carries no signature although one is required.
    #[error("the batch is not signed")]
    Unsigned,
    /// The key is none of those the reader trusts.
    #[error("the batch is signed by a key that is not trusted")]
    UnknownKey,
    /// The signature does not fit key, sequence number and head.
    #[error("the signature does not fit")]
    Invalid,
}

/// Whose signatures a reader accepts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Trust {
    /// Batches may be unsigned; a signature that is there must be valid, whatever its key.
    #[default]
    AnyKey,
    /// Every batch must be signed by one of these Ed25519 public keys.
    Keys(Vec<[u8; 32]>),
    /// Every batch must be signed by the key whose turn it is: each holds from an event on, until the next one does.
    Turns(Vec<(u64, [u8; 32])>),
}

impl Seal {
    /// Signs: event `to` is the last one and `head` is the hash of its header line.
    pub fn sign(key: &SigningKey, to: u64, head: &Digest) -> Self {
        Self {
            key: key.verifying_key().to_bytes(),
            sig: key.sign(&message(to, head)).to_bytes(),
        }
    }

    /// Checks the signature alone; whether the key is trusted is [`Trust::check`]'s question.
    pub fn verify(&self, to: u64, head: &Digest) -> Result<(), SealError> {
        let key = VerifyingKey::from_bytes(&self.key).map_err(|_| SealError::Invalid)?;
        // Strict: otherwise some malformed keys accept signatures of messages nobody signed.
        key.verify_strict(&message(to, head), &Signature::from_bytes(&self.sig))
            .map_err(|_| SealError::Invalid)
    }
}

impl Trust {
    /// Checks a commit's seal for the given last sequence number and head.
    pub fn check(&self, seal: Option<&Seal>, to: u64, head: &Digest) -> Result<(), SealError> {
        match (self, seal) {
            (Self::AnyKey, None) => Ok(()),
            (Self::Keys(_) | Self::Turns(_), None) => Err(SealError::Unsigned),
            (Self::Keys(keys), Some(seal)) if !keys.contains(&seal.key) => {
                Err(SealError::UnknownKey)
            }
            (Self::Turns(turns), Some(seal)) => {
                let past = turns.iter().filter(|(from, _)| *from <= to);
                match past.max_by_key(|(from, _)| *from) {
                    Some((_, key)) if *key == seal.key => seal.verify(to, head),
                    _ => Err(SealError::UnknownKey),
                }
            }
            (_, Some(seal)) => seal.verify(to, head),
        }
    }
}

fn message(to: u64, head: &Digest) -> Vec<u8> {
    format!("{DOMAIN}{to}\n{head}").into_bytes()
}
