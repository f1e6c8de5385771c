//! The seal: who is at the other end, and frames that nobody between the two can read, alter, repeat or leave out.
//!
//! Pure: bytes in, bytes out. [`handshake`] makes a [`Session`] of four messages, [`frames`] seals with it.
//!
//! ```text
//! initiator                                    responder
//!   hello   versions, e                   →
//!                                         ←    answer  version, e, ee, responder's key
//!   proof   initiator's key, signature    →
//!                                         ←    verdict, signature
//! ```
//!
//! The first two are Noise NN with fresh keys, so what was said stays secret even if a node's key is stolen later. The other
//! two are sealed by what came of it: each side signs the handshake's hash with its node's key, together with its role, the
//! version and both keys. The hash covers every byte before, the list of offered versions among them; so nobody can stand
//! between, offer less than the two can, show one side's proof elsewhere, or hand a side its own words back.

mod frames;
mod handshake;
mod noise;

use mesh_model::PublicKey;

pub(crate) use frames::sealed_size;
pub use frames::{Kind, PIECE_BYTES_MAX, Session};
pub(crate) use handshake::is_hello;
pub use handshake::{Initiator, Judged, Prover, Proving, Responder, Verdict};
pub use noise::Ephemeral;

/// The versions that this program speaks, the one it likes best first.
pub const VERSIONS: &[u8] = &[1];

/// Why there is no session, or none any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Both speak, but not the same.
    #[error("the other side speaks no version of the seal that this one does")]
    Version,
    /// What came is no message of a handshake.
    #[error("what the other side sent is no message of a seal's handshake")]
    Malformed,
    /// Somebody else is at the other end.
    #[error("the other side is a node with another key, {met} and not {meant}")]
    Stranger {
        /// The key that was shown.
        met: PublicKey,
        /// The key that was expected.
        meant: PublicKey,
    },
    /// A key was shown, but not proved.
    #[error("the other side does not prove that it is the node whose key it shows")]
    Unproven,
    /// This node's own key came back.
    #[error("the other side shows this node's own key")]
    Mirror,
    /// The other side is who it says and will not go on.
    #[error("the other node {0}")]
    Refused(Verdict),
    /// A frame is not the next one that the other side sealed.
    #[error("a frame was altered, repeated, left out or put out of order on the way")]
    Altered,
    /// More bytes than one frame or message takes.
    #[error("{bytes} bytes are too many, the limit is {most}")]
    TooLarge {
        /// How many there were.
        bytes: usize,
        /// How many there may be.
        most: usize,
    },
}
