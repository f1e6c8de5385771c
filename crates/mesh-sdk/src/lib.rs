//! The Rust client of The Mesh.
//!
#![doc = include_str!("../README.md")]
//!
//! # Underneath
//!
//! [`Client`] keeps one WebSocket alive: it reconnects, repeats calls that were not answered
//! (each command carries an idempotency key, so a repetition is safe) and resumes its
//! subscription without gap or repetition. [`http`] asks one question and is done: what a
//! command line needs.
//!
//! Told the node's key, both show their token to nobody else: whoever listens at the address has to sign
//! a fresh challenge first.
//!
//! With a [`Signer`], both sign what they post: the key is made on this side and stays here, and
//! the exact bytes that were signed are sent, again too after a broken connection.
//!
//! ```no_run
//! # async fn example() -> Result<(), mesh_sdk::Error> {
//! use mesh_model::{api::MessagePostInput, ops::MessagePost};
//! use mesh_sdk::{Client, Filter, Options};
//!
//! let client = Client::connect(Options::new("http://127.0.0.1:7778", "mesh_ag_…")).await?;
//! let mut items = client.subscribe(Filter::default()).await?;
//! client.call::<MessagePost>(serde_json::from_str(r#"{"room":"general","text":"hello"}"#)?).await?;
//! while let Some(item) = items.next().await {
//!     println!("{} {}", item.seq, item.kind);
//! }
//! # Ok(())
//! # }
//! ```

mod client;
mod driver;
mod frames;
pub mod http;
mod keep;
mod mesh;
mod node;
mod signer;
mod signing;
mod stream;
mod work;

pub use client::{Client, Options};
pub use frames::Welcomed;
pub use mesh::{Commands, Mesh, Message, Messages, Room};
pub use mesh_model::api::Ephemeral;
pub use signer::{Signer, fresh_key, now};
pub use stream::{Filter, Items};
pub use work::{Failed, Task, Work};

use std::path::PathBuf;

use mesh_model::Refusal;

/// Whether the node knew a key before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// It is one of the participant's.
    Known,
    /// It was added just now.
    New,
}

/// How it stands with the node.
#[derive(Debug, Clone)]
pub enum Link {
    /// Connected.
    Live,
    /// The connection broke, for this reason; it is tried again until it holds.
    Broken(String),
    /// The node refused it for good: nothing is tried any more.
    Refused(Refusal),
}

/// Why a call did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The node answered: no.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The node could not be reached. A command may be repeated with the same key.
    #[error("cannot reach the node at {url}: {why}")]
    Unreachable {
        /// Where it was looked for.
        url: String,
        /// What the network said.
        why: String,
    },
    /// Something else is there than the node that is meant. It was shown no token and nothing else.
    #[error("what listens at {url} is not the node that is meant: {why}. Nothing was sent to it")]
    Stranger {
        /// Where.
        url: String,
        /// How that shows.
        why: String,
    },
    /// The client was closed, by its user or because the node refused it for good.
    #[error("the connection was closed")]
    Closed,
    /// That is no invite. Nothing was sent.
    #[error("an invite is an address such as http://host:7778/i/CODE, not {0:?}; nothing was sent")]
    Invite(String),
    /// The node said something this client does not understand.
    #[error("the node at the other end speaks another protocol: {0}")]
    Protocol(String),
    /// A kept key cannot be used.
    #[error("the key in {} cannot be used: {why}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The JSON of an input or output does not fit its type.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
}
