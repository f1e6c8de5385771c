//! Witnesses: what a node signed at one place of its log, kept by somebody else.
//!
//! A chain proves that a log fits together, not that it is the one that was written: whoever rewrites all of it and
//! signs anew has a log that fits together too. Somebody who kept what the node signed then can tell. One line
//! a checkpoint:
//!
//! ```text
//! {"at":1763705000123,"seq":12,"head":"<sha256>","key":"<public key>","sig":"<signature>"}
//! ```
//!
//! `at` is the witness's own clock; the rest is what stands on a commit line of the log, signed by the node.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Digest, Seal, SealError, Tail};

/// What a node signed: this event was the last one, and the chain's head was this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// When the witness kept it, in Unix milliseconds.
    pub at: u64,
    /// The last event and the head.
    pub tail: Tail,
    /// The node's key and signature.
    pub seal: Seal,
}

/// How it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    at: u64,
    seq: u64,
    head: String,
    key: String,
    sig: String,
}

impl Checkpoint {
    /// Reads one line; `None` if it is none.
    pub fn parse(line: &str) -> Option<Checkpoint> {
        let written: Written = serde_json::from_str(line).ok()?;
        let (mut key, mut sig) = ([0; 32], [0; 64]);
        hex::decode_to_slice(&written.key, &mut key).ok()?;
        hex::decode_to_slice(&written.sig, &mut sig).ok()?;
        Some(Checkpoint {
            at: written.at,
            tail: Tail {
                seq: written.seq,
                head: Digest::from_hex(written.head.as_bytes()).ok()?,
            },
            seal: Seal { key, sig },
        })
    }

    /// Whether the key signed exactly this.
    pub fn check(&self) -> Result<(), SealError> {
        self.seal.verify(self.tail.seq, &self.tail.head)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = Written {
            at: self.at,
            seq: self.tail.seq,
            head: self.tail.head.to_string(),
            key: hex::encode(self.seal.key),
            sig: hex::encode(self.seal.sig),
        };
        let line = serde_json::to_string(&written).map_err(|_| fmt::Error)?;
        f.write_str(&line)
    }
}

/// A log is not what a witness kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// The witness's own line is false.
    #[error("the checkpoint at event {0} is signed by nobody: the witness's file was altered")]
    Unsigned(u64),
    /// The log names no such key.
    #[error(
        "event {0} was witnessed under a node key that this log does not name: it was written anew, or it is another mesh's"
    )]
    OtherKey(u64),
    /// Something else stands at that place.
    #[error("event {0} is another one than was witnessed: the log was rewritten at or before it")]
    Rewritten(u64),
    /// The log does not reach that place.
    #[error("event {0} was witnessed and is not there: the log was cut off")]
    CutOff(u64),
}

/// What witnesses confirm of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Witnessed {
    /// Checkpoints that fit.
    pub checkpoints: u64,
    /// When the first of them was kept, by the witness's clock.
    pub since: u64,
    /// The last event that is witnessed: it and all before it are as they were then.
    pub upto: u64,
}

/// Compares a log with what was kept of it, while it is read from its first event to its last.
#[derive(Debug, Default)]
pub struct Witnesses {
    waiting: BTreeMap<u64, Vec<Checkpoint>>,
    seen: Witnessed,
}

impl Witnesses {
    /// Takes what was kept. `keys` are those that the log names.
    pub fn new(kept: &[Checkpoint], keys: &[[u8; 32]]) -> Result<Witnesses, Contradiction> {
        let mut waiting: BTreeMap<u64, Vec<Checkpoint>> = BTreeMap::new();
        for checkpoint in kept {
            let seq = checkpoint.tail.seq;
            checkpoint
                .check()
                .map_err(|_| Contradiction::Unsigned(seq))?;
            if !keys.contains(&checkpoint.seal.key) {
                return Err(Contradiction::OtherKey(seq));
            }
            waiting.entry(seq).or_default().push(*checkpoint);
        }
        Ok(Witnesses {
            waiting,
            seen: Witnessed::default(),
        })
    }

    /// Takes the hash of the next event's header line.
    pub fn see(&mut self, seq: u64, head: &Digest) -> Result<(), Contradiction> {
        for checkpoint in self.waiting.remove(&seq).unwrap_or_default() {
            if checkpoint.tail.head != *head {
                return Err(Contradiction::Rewritten(seq));
            }
            let first = self.seen.checkpoints == 0;
            self.seen = Witnessed {
                checkpoints: self.seen.checkpoints + 1,
                since: if first {
                    checkpoint.at
                } else {
                    self.seen.since.min(checkpoint.at)
                },
                upto: seq,
            };
        }
        Ok(())
    }

    /// What was confirmed, at the log's end.
    pub fn finish(self) -> Result<Witnessed, Contradiction> {
        match self.waiting.keys().next() {
            Some(seq) => Err(Contradiction::CutOff(*seq)),
            None => Ok(self.seen),
        }
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;

    use super::*;

    fn kept(key: u8, seq: u64, head: u8) -> Checkpoint {
        let key = SigningKey::from_bytes(&[key; 32]);
        let head = Digest([head; 32]);
        Checkpoint {
            at: 1000 * seq,
            tail: Tail { seq, head },
            seal: Seal::sign(&key, seq, &head),
        }
    }

    fn compare(kept: &[Checkpoint], log: &[u8]) -> Result<Witnessed, Contradiction> {
        let known = SigningKey::from_bytes(&[1; 32]).verifying_key().to_bytes();
        let mut witnesses = Witnesses::new(kept, &[known])?;
        for (index, head) in log.iter().enumerate() {
            witnesses.see(index as u64 + 1, &Digest([*head; 32]))?;
        }
        witnesses.finish()
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let checkpoint = kept(1, 12, 3);
        assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Some(checkpoint));
        for bad in [
            "",
            "{}",
            "x",
            r#"{"at":1,"seq":1,"head":"","key":"","sig":""}"#,
        ] {
            assert_eq!(Checkpoint::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_was_kept_is_found_or_contradicted() {
        assert_eq!(compare(&[], b"abc"), Ok(Witnessed::default()));
        let two = [kept(1, 3, b'c'), kept(1, 2, b'b'), kept(1, 2, b'b')];
        let fits = Witnessed {
            checkpoints: 3,
            since: 2000,
            upto: 3,
        };
        assert_eq!(compare(&two, b"abcd"), Ok(fits));
        assert_eq!(compare(&two, b"aXcd"), Err(Contradiction::Rewritten(2)));
        assert_eq!(compare(&two, b"ab"), Err(Contradiction::CutOff(3)));
        let other = [kept(2, 2, b'b')];
        assert_eq!(compare(&other, b"abc"), Err(Contradiction::OtherKey(2)));
        let mut false_line = kept(1, 2, b'b');
        false_line.tail.seq = 1;
        assert_eq!(
            compare(&[false_line], b"bbb"),
            Err(Contradiction::Unsigned(1))
        );
    }
}
