//! Pieces that several nouns share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{Kind, Trust};
use crate::ids::{ParticipantId, Seq};

/// A participant as it is named in messages and lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParticipantRef {
    /// The participant.
    pub id: ParticipantId,
    /// Its handle, without @.
    pub handle: String,
    /// What kind it is.
    pub kind: Kind,
    /// How far its words are trusted.
    pub trust: Trust,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    /// The items, ascending where they have a seq.
    pub items: Vec<T>,
    /// Put it into `after` for the page that follows; null at the end.
    pub next: Option<Seq>,
    /// Put it into `before` for the page that precedes; null at the beginning.
    pub prev: Option<Seq>,
}

/// A list that comes whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub struct List<T> {
    /// The items.
    pub items: Vec<T>,
}

/// Takes nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoInput {}

/// The command was carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Done {
    /// The place of the command's last event in the log; the head if nothing had to change.
    pub seq: Seq,
}

/// A free label. Stored as erasable content.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Label {
    /// The label.
    pub label: String,
}
