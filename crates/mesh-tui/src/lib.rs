//! The Mesh on a terminal: `mesh top` and `mesh chat`.
//!
//! A screen is pure state and pure drawing ([`screen::Screen`]); [`run`] is the one runtime that brings in the stream, the
//! keys and the answers. Words of others reach a terminal by [`text`] alone.

pub mod chat;
pub mod paint;
mod run;
pub mod screen;
mod terminal;
pub mod text;
pub mod top;
mod words;

pub use run::{Ended, Farewell};
pub use text::clean;

use jiff::tz::TimeZone;
use mesh_sdk::Client;

use crate::chat::Chat;
use crate::run::run;
use crate::top::Top;

/// Shows `mesh top` until its user ends it.
pub async fn show_top(client: Client, colours: bool) -> Farewell {
    let screen = Top::new(client.welcomed().participant, TimeZone::system(), colours);
    run(client, screen).await
}

/// Shows `mesh chat` until its user ends it, with this room open.
pub async fn show_chat(client: Client, room: Option<String>, colours: bool) -> Farewell {
    let me = client.welcomed().participant;
    let screen = Chat::new(me, room, TimeZone::system(), colours);
    run(client, screen).await
}
