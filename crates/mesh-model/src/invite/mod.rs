//! Invites: codes by which somebody becomes a participant.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;
