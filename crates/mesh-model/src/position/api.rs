//! Positions: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;

/// Stand somewhere in a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionSetInput {
    /// The room: id or name.
    pub room: String,
    /// Metres to the east of the middle of the room's plane, -1000 to 1000.
    pub x: f64,
    /// Metres to the north of it.
    pub y: f64,
    /// Where one looks, degrees from north over east, 0 to 359; as before unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facing: Option<u16>,
    /// Who: oneself, unless somebody below oneself is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
}

/// Walk to a place in a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionWalkInput {
    /// The room: id or name.
    pub room: String,
    /// Metres to the east of the middle of the room's plane, -1000 to 1000.
    pub x: f64,
    /// Metres to the north of it.
    pub y: f64,
    /// Who: oneself, unless somebody below oneself is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
}

/// Where somebody stands in a room at the moment of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// Who.
    pub participant: ParticipantRef,
    /// Metres to the east of the middle of the room's plane.
    pub x: f64,
    /// Metres to the north of it.
    pub y: f64,
    /// Where one looks, degrees from north over east.
    pub facing: u16,
    /// Whether one walks. Where to is not told: it may lie out of the reader's range.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub walking: bool,
}
