//! Inbound webhooks: an address at which a program outside knocks, and a message, an event or a task appears in a room.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

use crate::ids::InletId;

/// Where programs outside knock, with `{inlet}` for the id. It stands in the settings of others, so it never changes.
pub const PATH: &str = "/api/v1/inlets/{inlet}";

/// The address of one inlet, without the node's own.
pub fn path(inlet: InletId) -> String {
    PATH.replace("{inlet}", &inlet.to_string())
}
