//! The rules of The Mesh, pure: no clock, no chance, no file, no network, no order but the log's.
//!
//! * [`decide`] says what a command leads to: events, nothing, or a refusal.
//! * [`apply`] takes stored facts into the [`State`]. It is total: what the log holds has happened.
//! * [`Access`] answers who is who and who may what; everything that reads asks it.
//!
//! A folder per noun holds what the state remembers of it (`record.rs`), its rules (`decide.rs` and the
//! files beside it) and what its events do (`apply.rs`). Below the nouns stands what their rules look
//! at: `state`, `access`, `work`, `actor` and `desk`. Above them stand the ways in, `decide` and
//! `apply`, and `follow`: what follows by itself when a task has ended or a time has come.
//!
//! `decide` never changes the state and `apply` never judges, so replaying a log gives the same
//! state on every machine, whatever the rules have become since it was written.

// What is shared.
mod access;
mod actor;
mod apply;
mod check;
mod decide;
mod desk;
mod follow;
mod permissions;
mod recent;
mod refuse;
mod state;
mod visibility;
mod work;

// The nouns.
mod alert;
mod approval;
mod budget;
mod clock;
mod context;
mod credential;
pub mod delivery;
mod dispatch;
mod entity;
mod event_type;
mod file;
mod group;
mod guard;
mod identity;
mod influence;
mod inlet;
mod invite;
mod journal;
mod lease;
mod link;
mod memory;
mod mesh;
mod message;
mod participant;
mod policy;
mod quarantine;
mod room;
pub mod schedule;
mod secret;
mod session;
pub mod skill;
mod task;
mod template;
mod tool;
mod user;
mod webhook;
mod worker;

pub use access::{Access, Action};
pub use alert::{Alert, Alerts};
pub use apply::{Stored, apply};
pub use approval::{Approval, check_may_answer};
pub use budget::Budget;
pub use clock::Clock;
pub use credential::Credential;
pub use decide::decide;
pub use dispatch::why;
pub use entity::Claim;
pub use event_type::EventType;
pub use file::{File, Version, check_path};
pub use group::Group;
pub use identity::{Key, reads_like};
pub use influence::{Act, Context, Influences, Mixed, Reach, Read, Reads};
pub use inlet::Inlet;
pub use invite::Invite;
pub use lease::{PathLease, Pattern};
pub use link::{Card, DeadLetter as LinkLetter, Lending, Lent, Link, Offer, Share, free_for};
pub use mesh::Mesh;
pub use message::emoji;
pub use participant::Participant;
pub use policy::{PolicyRecord, words};
pub use recent::Remembered;
pub use room::{Agreement, Invitation, Member, Mute, Pin, Published, Room};
pub use schedule::{Schedule, Schedules};
pub use secret::Secret;
pub use session::Session;
pub use skill::{Skill, SkillVersion};
pub use state::{FINGERPRINT, State};
pub use task::{Attempt, Hold, Outcome, Task};
pub use template::Template;
pub use tool::{OfferedTool, ToolPin, ToolServer};
pub use visibility::Audience;
pub use webhook::{DeadLetter, Webhook};
pub use work::Work;
pub use worker::{Record, Score, Worker};

/// The events that a command leads to, none if it is so already, or a refusal.
pub(crate) type Decision = Result<Vec<mesh_model::NewEvent>, mesh_model::Refusal>;
