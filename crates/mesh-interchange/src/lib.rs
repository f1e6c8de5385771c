//! Between two meshes: sealed channels, by which two nodes speak directly or through an interchange.
//!
//! * `seal/` says who is at the other end and seals frames; pure, bytes in and bytes out.
//! * `channel.rs` turns a session and a way for its frames into messages: pieces, windows, signs of life.
//! * `direct.rs` opens one to an address and takes one on a WebSocket; `net.rs` connects, with TLS where the address asks for it.
//! * `through.rs` opens and takes them through an interchange; `relay/` is the interchange. `envelope.rs` and `words.rs` are what the
//!   two say to each other; `card.rs` is what a mesh has it tell of itself.
//!
//! *Invariant:* nothing here knows what is said on a channel. Nothing leaves before the other side's key is proved.

mod card;
mod channel;
mod direct;
mod envelope;
mod net;
pub mod relay;
pub mod seal;
mod through;
mod words;

pub use card::{Card, CardAgent, CardRoom, Signed, is_capability};
pub use channel::{Channel, Ended, Receiver, Sender};
pub use direct::{LINK_PATH, Links, NotOpened, accept, dial};
pub use seal::{Prover, SealError, Verdict};
pub use through::{Entrance, INTERCHANGE_PATH, Interchange, News};
pub use words::{Instance, Listed};
