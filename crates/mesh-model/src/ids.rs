//! Typed ids. A message's id is its place in the log; every other id is a UUIDv7.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place in the log. The first event is 1; 0 means "before everything".
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Before the first event.
    pub const ZERO: Seq = Seq(0);

    /// The place after this one.
    pub fn next(self) -> Seq {
        Seq(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An id was not of the form its type has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{given}' is not a {what}")]
pub struct BadId {
    /// What kind of id was expected.
    pub what: &'static str,
    /// What was given.
    pub given: String,
}

macro_rules! uuid_ids {
    ($($(#[doc = $doc:literal])* $name:ident = $what:literal;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($what, " {}"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                // Only the form we print: other spellings would give one thing several ids.
                match Uuid::try_parse(text) {
                    Ok(id) if text.len() == 36 => Ok(Self(id)),
                    _ => Err(BadId { what: concat!($what, " id"), given: text.to_owned() }),
                }
            }
        }
    )*};
}

uuid_ids! {
    /// One mesh: one log, one set of rules.
    MeshId = "mesh";
    /// A human, agent, bot or bridge.
    ParticipantId = "participant";
    /// A place where participants exchange messages.
    RoomId = "room";
    /// A named set of participants.
    GroupId = "group";
    /// One connected run of a client.
    SessionId = "session";
    /// A token or API key; its secret's hash lives in the vault.
    CredentialId = "credential";
    /// An invitation; its code's hash lives in the vault.
    InviteId = "invite";
    /// The vault that belongs to a log.
    VaultId = "vault";
    /// A piece of work.
    TaskId = "task";
    /// A question that somebody has to answer before work goes on.
    ApprovalId = "approval";
    /// A recurring task with blanks to fill in.
    TemplateId = "template";
    /// What an agent remembers.
    MemoryId = "memory";
    /// A file of a room, whatever its versions.
    FileId = "file";
    /// Something that happens at a time.
    ScheduleId = "schedule";
    /// An address outside that is told what happens.
    WebhookId = "webhook";
    /// An address at which a program outside knocks.
    InletId = "inlet";
    /// Another mesh that this one knows.
    LinkId = "link";
    /// Where a file stands in its room: the hash of its path with a secret of the node, so that nobody finds out a path by
    /// trying after it was erased. Paths that look the same have the same.
    PathKey = "path key";
}

impl ApprovalId {
    /// The id of a question that the rules ask by themselves, for which nobody draws one: a room and a place in the log
    /// have one at most.
    pub fn at(room: RoomId, place: Seq) -> ApprovalId {
        let mut bytes = *room.0.as_bytes();
        for (byte, place) in bytes[8..].iter_mut().zip(place.0.to_be_bytes()) {
            *byte ^= place;
        }
        ApprovalId(Uuid::from_bytes(bytes))
    }
}

/// A message's id: `m` and its place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub Seq);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{}", self.0)
    }
}

impl FromStr for MessageId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId {
            what: "message id",
            given: text.to_owned(),
        };
        let digits = text.strip_prefix('m').ok_or_else(bad)?;
        let canonical = !digits.is_empty()
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit());
        if !canonical {
            return Err(bad());
        }
        digits
            .parse()
            .map(|seq| MessageId(Seq(seq)))
            .map_err(|_| bad())
    }
}

impl Serialize for MessageId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for MessageId {
    fn schema_name() -> Cow<'static, str> {
        "MessageId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^m[1-9][0-9]{0,15}$", "description": "a message's id: m and its place in the log"})
    }
}

/// Hashes, each its own type: 64 hex digits in JSON.
macro_rules! hashes {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                PublicKey(self.0).fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "hash {self}")
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                PublicKey::from_str(text)
                    .map(|bytes| $name(bytes.0))
                    .map_err(|_| BadId {
                        what: "hash of 64 hex digits",
                        given: text.to_owned(),
                    })
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": "^[0-9a-fA-F]{64}$", "description": "a SHA-256 hash in hex"})
            }
        }
    )*};
}

hashes! {
    /// A SHA-256 hash of what a task put out, or of a link of its provenance; 64 hex digits in JSON.
    OutputHash;
    /// The SHA-256 hash of an act: an operation's name and its input; 64 hex digits in JSON.
    ActHash;
    /// The SHA-256 hash of a file's bytes; 64 hex digits in JSON.
    BlobHash;
    /// The SHA-256 hash of the header of an event, as the next one names it; 64 hex digits in JSON.
    EventHash;
    /// The SHA-256 hash of a tool as it is offered: its name, what is said of it, the schema of its input; 64 hex digits in JSON.
    ToolHash;
}

impl OutputHash {
    /// What stands before the first result.
    pub const ZERO: OutputHash = OutputHash([0; 32]);
}

/// An Ed25519 public key, 64 hex digits in JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 32]);

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {self}")
    }
}

impl FromStr for PublicKey {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId {
            what: "public key of 64 hex digits",
            given: text.to_owned(),
        };
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(bad());
        }
        let mut key = [0; 32];
        for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| bad())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
        }
        Ok(PublicKey(key))
    }
}

impl Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for PublicKey {
    fn schema_name() -> Cow<'static, str> {
        "PublicKey".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9a-fA-F]{64}$", "description": "an Ed25519 public key in hex"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids_have_one_spelling() {
        assert_eq!("m12".parse::<MessageId>().unwrap(), MessageId(Seq(12)));
        for bad in [
            "",
            "m",
            "12",
            "m012",
            "m0",
            "m-1",
            "m1 ",
            "M12",
            "m99999999999999999999999",
        ] {
            assert!(bad.parse::<MessageId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn uuid_ids_have_one_spelling() {
        let id = "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b";
        assert_eq!(id.parse::<RoomId>().unwrap().to_string(), id);
        assert!(
            "0193a2b45c6d7e8f9a0b1c2d3e4f5a6b"
                .parse::<RoomId>()
                .is_err()
        );
    }
}

/// An Ed25519 signature, 128 hex digits in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SignatureBytes(pub [u8; 64]);

impl fmt::Display for SignatureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SignatureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "signature {self}")
    }
}

impl FromStr for SignatureBytes {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let halves = (text.len() == 128)
            .then(|| text.split_at_checked(64))
            .flatten();
        let bytes = halves.and_then(|(a, b)| {
            let (a, b) = (PublicKey::from_str(a).ok()?, PublicKey::from_str(b).ok()?);
            let mut bytes = [0; 64];
            bytes[..32].copy_from_slice(&a.0);
            bytes[32..].copy_from_slice(&b.0);
            Some(SignatureBytes(bytes))
        });
        bytes.ok_or_else(|| BadId {
            what: "signature of 128 hex digits",
            given: text.to_owned(),
        })
    }
}

impl Serialize for SignatureBytes {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SignatureBytes {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for SignatureBytes {
    fn schema_name() -> Cow<'static, str> {
        "SignatureBytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9a-fA-F]{128}$", "description": "an Ed25519 signature in hex"})
    }
}
