//! What the log remembers: facts in the past tense, one struct per kind of event, in `NOUN/events.rs`.
//!
//! An event is facts and content. Facts are hashed into the line's header and are for good;
//! content is an erasable body that only views and readers look at. What must be erasable
//! (text, display names, profiles, payloads) is never a fact.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::command::Actor;
pub use crate::event::{Declared, Erased, Erases, Event, NoContent, Sees, Words};
pub use crate::task::plan::*;

/// Why stored facts could not be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableFacts {
    /// Written by a newer program. Skipping it could grant access (think of a ban).
    #[error("event type '{kind}' version {version} is unknown to this program")]
    Unknown {
        /// The event's type.
        kind: String,
        /// The event's version.
        version: u16,
    },
    /// The facts do not have their type's shape.
    #[error("facts of '{kind}' version {version}: {source}")]
    Malformed {
        /// The event's type.
        kind: String,
        /// The event's version.
        version: u16,
        /// What serde says.
        source: serde_json::Error,
    },
}

impl UnreadableFacts {
    /// Whether a program may go on without understanding the event. By convention types that
    /// begin with `note.` grant and forbid nothing.
    pub fn ignorable(&self) -> bool {
        matches!(self, UnreadableFacts::Unknown { kind, .. } if kind.starts_with("note."))
    }
}

macro_rules! facts {
    ($($noun:ident $name:ident: [$($part:ident)*] [$($command:ident)?] [$($facts:ident)?];)*) => {
        $($(facts!(@part $noun $facts);)?)*

        /// The facts of one event. `apply` receives these and nothing else.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each variant is the enum of a noun")]
        #[allow(
            clippy::large_enum_variant,
            reason = "most events are messages, the largest kind: a box would cost each of them an allocation"
        )]
        pub enum Facts {
            $($($name($facts),)?)*
        }

        impl Facts {
            /// Every kind of event with the version this program writes.
            pub fn declared() -> impl Iterator<Item = &'static Declared> {
                [$($($facts::DECLARED,)?)*].into_iter().flatten()
            }

            /// Reads stored facts.
            pub fn decode(kind: &str, version: u16, json: &str) -> Result<Facts, UnreadableFacts> {
                let malformed = |source| UnreadableFacts::Malformed {
                    kind: kind.to_owned(),
                    version,
                    source,
                };
                // Most of any log is messages and tasks.
                let frequent = MessageFacts::decode(kind, version, json);
                let frequent = frequent.or_else(|| TaskFacts::decode(kind, version, json));
                if let Some(read) = frequent {
                    return read.map_err(malformed);
                }
                $($(if let Some(read) = $facts::decode(kind, version, json) {
                    return read.map_err(malformed);
                })?)*
                Err(UnreadableFacts::Unknown { kind: kind.to_owned(), version })
            }

            /// Reads what a stream tells; `None` if this program does not know of it.
            pub(crate) fn told(item: &crate::api::StreamItem) -> Option<Facts> {
                $($(if let Some(told) = $facts::told(item) {
                    return told;
                })?)*
                None
            }
        }

        crate::event::answers! { Facts $($($name($facts))?)* }
    };
    (@part $noun:ident $facts:ident) => {
        pub use crate::$noun::events::*;
    };
}

crate::nouns::nouns!(facts);

/// An event that was decided and is not yet stored: no seq, no time.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// What is for good.
    pub facts: Facts,
    /// What can be erased: exact JSON, hashed as it stands.
    pub content: Option<Box<RawValue>>,
    /// The salt of the content's hash, if whoever signed the content chose it.
    pub salt: Option<[u8; 16]>,
}

impl NewEvent {
    /// An event without content.
    pub fn new(facts: impl Into<Facts>) -> NewEvent {
        NewEvent {
            facts: facts.into(),
            content: None,
            salt: None,
        }
    }

    /// An event with content, if there is some.
    pub fn with(facts: impl Into<Facts>, content: Option<Box<RawValue>>) -> NewEvent {
        NewEvent {
            facts: facts.into(),
            content,
            salt: None,
        }
    }
}

/// Who did it and under which key, stored in the header beside the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct By {
    /// Who.
    #[serde(rename = "a")]
    pub actor: Actor,
    /// The keyed command this event belongs to, if the client sent a key.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub key: Option<CommandKey>,
}

/// A client's idempotency key and what it was used for, both hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandKey {
    /// First 16 bytes of SHA-256 of the key, as a hex number.
    #[serde(rename = "k", with = "hex128")]
    pub key: u128,
    /// First 16 bytes of SHA-256 of operation and input, as a hex number.
    #[serde(rename = "r", with = "hex128")]
    pub request: u128,
}

mod hex128 {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(number: &u128, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&format_args!("{number:032x}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<u128, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        u128::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
    }
}
