//! What a node and an interchange say to each other apart from envelopes: JSON, one object with one field a message.
//!
//! Both sides take the fields below and no others.

use mesh_model::PublicKey;
use mesh_model::error::Problem;
use mesh_model::limits::NAME_CHARS_MAX;
use serde::{Deserialize, Serialize};

use crate::card::Signed;

/// The versions of this protocol that this program speaks.
pub(crate) const VERSIONS: &[u8] = &[1];

/// What an interchange says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Told {
    /// The first word: sign this.
    Challenge(Challenge),
    /// The node is in.
    Welcome(Welcome),
    /// No. After a hello the connection ends.
    Refused(Box<Problem>),
    /// A watched node is there.
    Here(Node),
    /// A watched node is not there.
    Gone(Node),
    /// An envelope did not reach its node.
    Undelivered(Undelivered),
    /// What was asked to be published is.
    Published(Nothing),
    /// A part of the list of instances.
    Listed(Listed),
    /// The interchange goes down; what it took is still delivered.
    Draining(Nothing),
}

/// What a node says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Said {
    /// The answer to the challenge.
    Hello(Hello),
    /// What others may know of this mesh, in place of what they could before.
    Publish(Publishing),
    /// Tell whether these are there, now and whenever it changes.
    Watch(Nodes),
    /// Tell it no more.
    Unwatch(Nodes),
    /// Tell who is known here.
    List(List),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Challenge {
    pub versions: Vec<u8>,
    /// The interchange's key.
    pub key: PublicKey,
    /// 32 bytes of chance.
    pub nonce: PublicKey,
    /// Whether it asks for a secret.
    pub secret: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hello {
    pub version: u8,
    pub key: PublicKey,
    /// By which others find the mesh; absent for one that nobody has to find.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The signature, hexadecimal.
    pub proof: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Welcome {
    /// The name that is this key's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Node {
    pub key: PublicKey,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nodes {
    pub keys: Vec<PublicKey>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Undelivered {
    pub to: PublicKey,
    pub why: Why,
}

/// Why an envelope did not reach its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is not connected here.
    Gone,
    /// It takes too little of what it is sent.
    Full,
    /// It went by as many interchanges as an envelope may, or by this one already.
    Loop,
}

/// What a mesh would have known of it; nothing, if it would have nothing known any more.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Publishing {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    /// Names behind this one; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Only those that publish something in which all of these words stand; absent: everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// Instances that an interchange knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// In the order of their names.
    pub instances: Vec<Instance>,
    /// Where the list goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A mesh as an interchange knows it. What it calls itself and its rooms is its own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Its name there.
    pub name: String,
    /// The key of its node.
    pub key: PublicKey,
    /// Whether it is connected now.
    pub here: bool,
    /// What it chose to publish, as it has signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
}

/// Whether a mesh may be called so: lower-case letters, digits and single `-`, as handles are.
pub(crate) fn is_name(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= NAME_CHARS_MAX
        && text.chars().all(|c| letter(c) || c == '-')
        && text.starts_with(letter)
        && text.ends_with(letter)
        && !text.contains("--")
}

/// What was received, if it is one of these and nothing else.
pub(crate) fn read<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// How it is sent.
pub(crate) fn write<T: Serialize>(word: &T) -> String {
    // None of these types has a map with other keys than text, which is all that could fail.
    serde_json::to_string(word).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_known_fields_are_taken() {
        let key = "ab".repeat(32);
        let hello = format!(r#"{{"hello":{{"version":1,"key":"{key}","proof":"00"}}}}"#);
        assert!(matches!(read(&hello), Some(Said::Hello(_))));
        for bad in [
            hello.replace("\"proof\"", "\"more\":1,\"proof\""),
            hello.replace("hello", "goodbye"),
            format!("{}{}", &hello[..hello.len() - 1], r#","list":{}}"#),
            r#"{"publish":{"signed":{"card":"{}","sig":"","messages":[]}}}"#.to_owned(),
        ] {
            assert!(read::<Said>(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn names_are_plain() {
        for good in ["a", "alice", "acme-corp", "42"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "Alice", "a b", "аlice", "a_b"] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(!is_name(&"a".repeat(NAME_CHARS_MAX + 1)));
    }

    proptest! {
        #[test]
        fn random_text_is_read_or_not(text in ".{0,200}") {
            let _ = (read::<Said>(&text), read::<Told>(&text));
        }
    }
}
