//! The only SQL of The Mesh.
//!
//! [`view`] answers questions about what the log says: history, search, who was where when. It
//! may be deleted at any time and comes back from the log. [`vault`] keeps what the log must not
//! hold and nothing can rebuild: hashes of secrets, the node's key, cookies, inbox positions. [`recall`]
//! finds memories by their words, and is in memory alone.
//!
//! *Invariant:* neither is read by the core's decisions, and no statement leaves this crate. Time is
//! always an argument; chance is used by the vault alone, for secrets.

mod error;
mod position;
pub mod recall;
mod sql;
pub mod vault;
pub mod view;
mod words;

pub use error::StoreError;
pub use position::{Position, TooManyRanges};
pub use vault::Vault;
pub use view::{Projector, StoredEvent, View};
