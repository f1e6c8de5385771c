//! The log as it is read and verified: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::SignatureBytes;
use crate::ids::{PublicKey, Seq};
use crate::time::Millis;

/// Read the log itself, everything in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogListInput {
    /// Later than this place; from the beginning if absent.
    #[serde(default)]
    pub after: Seq,
    /// At most so many (1 to 500, 50 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only these types, such as `room.policy_set`; a type that ends in `*` stands for all that
    /// begin so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Only what this participant did: id or handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Only what happened in this room: id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Only from this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Only up to this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// The newest first, going back from `before`; `after` does not count then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub newest: bool,
    /// Earlier than this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Seq>,
}

/// What a check of the whole log found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogVerified {
    /// Whether chain, hashes and signatures hold from the first line to `upto`, and shared files are as they were put.
    pub sound: bool,
    /// The last place that was checked.
    pub upto: Seq,
    /// Contents that were erased; their headers are there.
    pub erased: u64,
    /// Messages whose author's signature holds, erased ones included.
    #[serde(default)]
    pub signatures_good: u64,
    /// Messages whose signature nobody can check any more, or that nobody made.
    #[serde(default)]
    pub signatures_bad: u64,
    /// Bytes of shared files that were read and compared with their hash.
    #[serde(default)]
    pub files: u64,
    /// Those among them that are missing or altered.
    #[serde(default)]
    pub files_damaged: u64,
    /// The first thing that is wrong: segment, line and remedy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub problem: Option<String>,
}

/// What a node signs of its log: `mesh-checkpoint/1`, the place and the head, each on a line of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogSigned {
    /// The last event.
    pub seq: Seq,
    /// The SHA-256 of its header line, which covers all before it, in hexadecimal.
    #[schemars(with = "crate::closed::Code")]
    pub head: String,
    /// The node's key.
    pub key: PublicKey,
    /// Its signature.
    pub sig: SignatureBytes,
}

/// A line of the log: header as stored. Content of messages is left out: rooms decide who reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogEntry {
    /// Its place.
    pub seq: Seq,
    /// When it was stored.
    pub at: Millis,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who did it and by what.
    pub by: serde_json::Value,
    /// What is for good.
    pub facts: serde_json::Value,
}
