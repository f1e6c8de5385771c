//! Between two meshes: sealed channels, by which two nodes speak directly or through an interchange.
//!
//! * `seal/` says who is at the other end and seals frames; pure, bytes in and bytes out.
//! * `channel.rs` turns a session and a way for its frames into messages: pieces, windows, signs of life.
//! * `direct.rs` opens one to an address and takes one on a WebSocket; `net.rs` connects, with TLS where the address asks for it.
//!
//! *Invariant:* nothing here knows what is said on a channel. Nothing leaves before the other side's key is proved.

mod channel;
mod direct;
mod net;
pub mod seal;

pub use channel::{Channel, Ended, Receiver, Sender};
pub use direct::{LINK_PATH, Links, NotOpened, accept, dial};
pub use seal::{Prover, SealError, Verdict};
