//! The lines of a mesh's log: how they are made, chained, signed and checked. Pure: no files, no clock, no randomness.
//!
//! A log is JSON Lines. Four kinds of line exist, and blank lines are padding:
//!
//! ```text
//! header  {"h":{"seq":12,"at":1763705000123,"type":"message.posted","v":1,"by":…,"facts":…,"body":"<sha256>"},"prev":"<sha256>"}
//! body    {"b":12,"salt":"<16 bytes>","content":…}
//! erased  {"e":12}                               (then spaces, up to the length of the body line it replaced)
//! commit  {"c":{"from":10,"to":12,"head":"<sha256>","key":"<public key>","sig":"<signature>"}}
//! ```
//!
//! * `prev` is the hash of the header line before, so headers form a chain; 64 zeros stand before the first.
//! * `body` is the hash of the salt and the content's bytes, so a body can be erased and the chain still holds.
//! * A commit line closes a batch: without one the batch was never acknowledged. Its signature covers the chain's head.
//!
//! Hashes and signatures are over the bytes as they are stored. Nothing is ever re-serialised to be checked.
//!
//! [`build_batch`] makes the lines, [`Line::parse`] reads one, [`Verifier`] checks a whole log line by line.

mod batch;
mod checkpoint;
mod digest;
mod line;
pub mod node;
pub mod provenance;
pub mod statement;
mod verify;
mod witness;

pub use batch::{EncodeError, Event, Tail, build_batch, erased_line};
pub use checkpoint::{Seal, SealError, Trust};
pub use digest::{Digest, DigestError, Hashing};
pub use line::{Body, Commit, Header, Line, LineError, LineKey, Rank};
pub use verify::{Problem, ProblemKind, Verified, Verifier};
pub use witness::{Checkpoint, Contradiction, Witnessed, Witnesses};

/// Number of random bytes hashed in front of a body's content, so that short contents cannot be guessed from the hash.
pub const SALT_BYTES: usize = 16;
