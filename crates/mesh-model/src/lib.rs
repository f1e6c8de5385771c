//! The vocabulary of The Mesh: ids, limits, commands, facts, operation declarations, API types.
//!
//! This crate knows what things are called and what shape they have. It decides nothing and
//! touches nothing: no clock, no file, no network, no logic beyond parsing and printing.
//!
//! Start with [`ops`] (what can be asked), [`command`] (what the core decides) and
//! [`events`] (what the log remembers).

// What is shared.
pub mod address;
pub mod api;
pub mod capability;
pub mod closed;
pub mod command;
mod common;
pub mod error;
mod event;
pub mod events;
pub mod home;
pub mod ids;
pub mod limits;
pub mod names;
mod nouns;
pub mod ops;
pub mod permission;
pub mod refuse;
pub mod skill;
pub mod stream;
pub mod time;
pub mod told;
mod tolerant;

// The nouns, see `nouns.rs`.
pub mod alert;
pub mod approval;
pub mod attention;
pub mod budget;
pub mod chat;
pub mod clock;
pub mod context;
pub mod credential;
pub mod delivery;
pub mod dispatch;
pub mod entity;
pub mod event_type;
pub mod file;
pub mod group;
pub mod guard;
pub mod identity;
pub mod inbox;
pub mod influence;
pub mod inlet;
pub mod invite;
pub mod journal;
pub mod lease;
pub mod link;
pub mod log;
pub mod login;
pub mod memory;
pub mod mesh;
pub mod message;
pub mod participant;
pub mod plan;
pub mod policy;
pub mod position;
pub mod presence;
pub mod push;
pub mod quarantine;
pub mod report;
pub mod room;
pub mod sandbox;
pub mod schedule;
pub mod secret;
pub mod session;
pub mod task;
pub mod template;
pub mod tool;
pub mod user;
pub mod webhook;
pub mod worker;

pub use capability::{Capability, CapabilitySet};
pub use command::{Actor, Command, Ctx, Within};
pub use error::{Effect, ErrorCode, Refusal};
pub use events::{Facts, NewEvent};
pub use ids::*;
pub use permission::{Permission, PermissionSet};
pub use time::Millis;
pub use told::{Told, ToldData, ToldValue};
