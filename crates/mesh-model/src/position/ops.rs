//! Positions: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Position
    /// See where members of a room stand, as far as its radius lets one: oneself, those below oneself, and those in range;
    /// all of them in a room without a radius, and for whoever moderates it.
    PositionList "position.list" {
        Query Needs::Permission(MessagesRead), Get "/api/rooms/{room}/positions" => 200,
        RoomRefInput => List<Position>,
        example r#"{"room": "workshop"}"#
    }
    /// Stand somewhere on a room's plane. Never stored: it is gone when the node starts anew. In a room with a speed only the
    /// first place is taken so; then one walks.
    PositionSet "position.set" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/position" => 200,
        PositionSetInput => Position,
        example r#"{"room": "workshop", "x": 3, "y": -2.5}"#
    }
    /// Walk on a room's plane with the room's speed, by its simulation clock if it has one.
    PositionWalk "position.walk" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/position/walk" => 200,
        PositionWalkInput => Position,
        example r#"{"room": "errands", "x": 10, "y": 0}"#
    }
}
