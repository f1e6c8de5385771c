//! The vocabulary of The Mesh: ids, limits, commands, facts, operation declarations, API types.
//!
//! This crate knows what things are called and what shape they have. It decides nothing and
//! touches nothing: no clock, no file, no network, no logic beyond parsing and printing.
//!
//! Start with [`ops`] (what can be asked), [`command`] (what the core decides) and
//! [`events`] (what the log remembers).

pub mod api;
pub mod capability;
pub mod command;
pub mod error;
pub mod events;
pub mod ids;
pub mod limits;
pub mod names;
pub mod ops;
pub mod permission;
pub mod policy;
pub mod time;

pub use capability::{Capability, CapabilitySet};
pub use command::{Actor, Command, Ctx};
pub use error::{ErrorCode, Refusal};
pub use events::{Facts, NewEvent};
pub use ids::*;
pub use permission::{Permission, PermissionSet};
pub use time::Millis;
