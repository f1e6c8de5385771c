//! Sealed frames of a session. Each is the next of its direction or none: the counter stands in the cipher, not on the wire.
//!
//! ```text
//! kind (1)   length (2, big-endian)   content   zeros   →   sealed with a tag of 16 bytes
//! ```
//!
//! Zeros fill a frame up to the next of a few sizes, so that its length says little about what is in it. After
//! [`LINK_REKEY_FRAMES`] frames of a direction its key is replaced by the next one that Noise makes of it.

use mesh_model::limits::{LINK_FRAME_BYTES_MAX, LINK_REKEY_FRAMES};
use snow::{HandshakeState, TransportState};

use super::SealError;
use super::noise::TAG_BYTES;

/// The sizes that sealed frames have.
const SIZES: &[usize] = &[256, 1024, 4096, 16_384, 32_768, LINK_FRAME_BYTES_MAX];
const HEAD_BYTES: usize = 3;
/// Content of one frame.
pub const PIECE_BYTES_MAX: usize = LINK_FRAME_BYTES_MAX - TAG_BYTES - HEAD_BYTES;

/// What is in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A piece of a message; more of it follows.
    More = 1,
    /// The last piece of a message, mostly the only one.
    Last = 2,
    /// The side that sends it has no more to say.
    Close = 3,
    /// Nothing but a sign of life.
    Here = 4,
    /// So many sealed bytes of pieces were taken up (4, big-endian) and may be followed by as many.
    Taken = 5,
    /// A proof or verdict of the handshake.
    Proof = 6,
}

impl Kind {
    fn of(byte: u8) -> Option<Kind> {
        let known = [
            Kind::More,
            Kind::Last,
            Kind::Close,
            Kind::Here,
            Kind::Taken,
            Kind::Proof,
        ];
        known.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// Both directions between two nodes.
pub struct Session {
    noise: TransportState,
    plain: Vec<u8>,
    /// What came was not the next frame: nothing that comes later can be trusted to be.
    broken: bool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session(…)")
    }
}

/// The size of the sealed frame for this much content.
pub(crate) fn sealed_size(content: usize) -> Result<usize, SealError> {
    let needed = content + HEAD_BYTES + TAG_BYTES;
    let size = SIZES.iter().find(|size| **size >= needed);
    size.copied().ok_or(SealError::TooLarge {
        bytes: content,
        most: PIECE_BYTES_MAX,
    })
}

impl Session {
    /// What a finished handshake is turned into.
    pub(super) fn of(noise: HandshakeState) -> Result<Session, SealError> {
        let noise = noise
            .into_transport_mode()
            .map_err(|_| SealError::Malformed)?;
        Ok(Session {
            noise,
            plain: Vec::new(),
            broken: false,
        })
    }

    /// The next frame of this side.
    pub fn seal(&mut self, kind: Kind, content: &[u8]) -> Result<Vec<u8>, SealError> {
        let size = sealed_size(content.len())?;
        // `sealed_size` lets no longer content pass.
        let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
        self.plain.clear();
        self.plain.push(kind as u8);
        self.plain.extend_from_slice(&length.to_be_bytes());
        self.plain.extend_from_slice(content);
        self.plain.resize(size - TAG_BYTES, 0);
        let mut sealed = vec![0; size];
        let written = self.noise.write_message(&self.plain, &mut sealed);
        written.map_err(|_| SealError::Altered)?;
        if self.noise.sending_nonce().is_multiple_of(LINK_REKEY_FRAMES) {
            self.noise.rekey_outgoing();
        }
        Ok(sealed)
    }

    /// What the other side's next frame holds. After an error nothing is opened any more.
    pub fn open(&mut self, sealed: &[u8]) -> Result<(Kind, &[u8]), SealError> {
        if self.broken || !SIZES.contains(&sealed.len()) {
            self.broken = true;
            return Err(SealError::Altered);
        }
        self.plain.clear();
        self.plain.resize(sealed.len() - TAG_BYTES, 0);
        if self.noise.read_message(sealed, &mut self.plain).is_err() {
            self.broken = true;
            return Err(SealError::Altered);
        }
        if self
            .noise
            .receiving_nonce()
            .is_multiple_of(LINK_REKEY_FRAMES)
        {
            self.noise.rekey_incoming();
        }
        content(&self.plain).ok_or(SealError::Malformed)
    }

    /// The same for a frame that has to be of this kind.
    pub(super) fn open_as(&mut self, kind: Kind, sealed: &[u8]) -> Result<&[u8], SealError> {
        match self.open(sealed)? {
            (met, content) if met == kind => Ok(content),
            _ => Err(SealError::Malformed),
        }
    }
}

fn content(plain: &[u8]) -> Option<(Kind, &[u8])> {
    let (head, rest) = plain.split_first_chunk::<HEAD_BYTES>()?;
    let length = usize::from(u16::from_be_bytes([head[1], head[2]]));
    let (content, zeros) = rest.split_at_checked(length)?;
    let kind = Kind::of(head[0])?;
    zeros
        .iter()
        .all(|byte| *byte == 0)
        .then_some((kind, content))
}
