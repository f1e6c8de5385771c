//! Connectors: clients between a mesh and a service that people have on their phones.
//!
//! [`telegram`], [`slack`], [`discord`], [`matrix`] and [`mail`] carry what waits for a person to a chat of that person and take its words and
//! answers back, or a room's words to a chat and the chat's into the room. [`ntfy`] tells a person what waits. Nothing here is part
//! of a node: a connector is whoever its token says, sees what that one may see and does what that one may do. What it reads
//! outside is a stranger's until it is proved whose it is.

mod chat;
pub mod discord;
mod fault;
mod kept;
mod leave;
pub mod mail;
pub mod matrix;
mod mesh;
pub mod ntfy;
mod outside;
mod said;
mod secret;
pub mod slack;
mod socket;
mod stay;
pub mod telegram;
mod text;
mod waits;

pub use chat::{Mode, Purpose};
pub use kept::{Standing, standing};
pub use outside::{BadAddress, base};
pub use said::{Said, Trouble};
pub use secret::{BadSecret, Secret};
