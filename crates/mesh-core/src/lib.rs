//! The rules of The Mesh, pure: no clock, no chance, no file, no network, no order but the log's.
//!
//! * [`decide`] says what a command leads to: events, nothing, or a refusal.
//! * [`apply`] takes stored facts into the [`State`]. It is total: what the log holds has happened.
//! * [`Access`] answers who is who and who may what; everything that reads asks it.
//!
//! One module per noun holds the noun's rules (`decide…`) and what its events do (`apply…`).
//! `decide` never changes the state and `apply` never judges, so replaying a log gives the same
//! state on every machine, whatever the rules have become since it was written.

mod access;
mod actor;
mod apply;
mod check;
mod context;
mod credential;
mod decide;
mod dispatch;
mod event_type;
mod group;
mod identity;
mod invite;
mod memory;
mod mesh;
mod message;
mod participant;
mod permissions;
mod policy;
mod quarantine;
mod recent;
mod record;
mod refuse;
mod room;
mod session;
mod state;
mod task;
mod visibility;
mod work;
mod workflow;

pub use access::{Access, Action};
pub use apply::{Stored, apply};
pub use decide::decide;
pub use dispatch::{Record, Score, Worker, why};
pub use policy::{Judgement, PolicyRecord};
pub use recent::Remembered;
pub use record::{
    Credential, EventType, Group, Invite, Key, Member, Mesh, Mute, Participant, Room, Secret,
    Session,
};
pub use state::{FINGERPRINT, State};
pub use task::{Attempt, Hold, Outcome, Task};
pub use visibility::Audience;
pub use work::{Approval, Budget, Template, Work};
