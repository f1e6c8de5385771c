//! What each operation does: a folder a noun, a file an operation. What the operations of a noun
//! share stands in its `mod.rs` or beside it.
//!
//! A file has its operation's name without the noun; one whose name begins with another word keeps
//! it whole (`room/member_add.rs`).

pub(crate) mod alert;
pub(crate) mod approval;
mod attention;
pub(crate) mod budget;
pub(crate) mod chat;
mod clock;
pub(crate) mod context;
pub(crate) mod credential;
pub(crate) mod delivery;
pub(crate) mod dispatch;
pub(crate) mod entity;
pub(crate) mod event_type;
pub(crate) mod file;
mod group;
pub(crate) mod guard;
pub(crate) mod identity;
pub(crate) mod inbox;
pub(crate) mod influence;
pub(crate) mod inlet;
pub(crate) mod invite;
pub(crate) mod journal;
mod lease;
pub(crate) mod link;
pub(crate) mod log;
pub(crate) mod login;
pub(crate) mod memory;
pub(crate) mod mesh;
pub(crate) mod message;
pub(crate) mod participant;
mod plan;
pub(crate) mod policy;
mod position;
pub(crate) mod presence;
pub(crate) mod present;
mod push;
pub(crate) mod quarantine;
pub(crate) mod report;
pub(crate) mod room;
mod sandbox;
pub(crate) mod schedule;
pub(crate) mod secret;
pub(crate) mod session;
pub(crate) mod skill;
pub(crate) mod task;
pub(crate) mod template;
pub(crate) mod tool;
pub(crate) mod user;
pub(crate) mod webhook;
pub(crate) mod worker;
