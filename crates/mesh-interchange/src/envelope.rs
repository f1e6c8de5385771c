//! The envelope by which a sealed frame goes through interchanges: where it goes, whom it is from, and by which it went.
//!
//! ```text
//! 1   TO (32)   FROM (32)   HOPS (1)   HOP (32) × HOPS   what was sealed
//! ```
//!
//! There is no place in it for anything else.

use bytes::{BufMut, Bytes, BytesMut};
use mesh_model::PublicKey;
use mesh_model::limits::{INTERCHANGE_HOPS_MAX, LINK_FRAME_BYTES_MAX};

const VERSION: u8 = 1;
const KEY: usize = 32;
const HEAD: usize = 1 + KEY + KEY + 1;
/// What a node puts before a frame, so that several channels of two nodes are told apart.
pub(crate) const TAG_BYTES: usize = 16;
/// The longest envelope with its frame.
pub(crate) const ENVELOPE_BYTES_MAX: usize =
    HEAD + INTERCHANGE_HOPS_MAX * KEY + TAG_BYTES + LINK_FRAME_BYTES_MAX;

/// An envelope as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Envelope<'a> {
    pub to: PublicKey,
    pub from: PublicKey,
    /// The keys of the interchanges by which it went, one after the other.
    pub path: &'a [u8],
    pub sealed: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Reads one; `None` if it is none.
    pub fn read(bytes: &'a [u8]) -> Option<Envelope<'a>> {
        let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
        let (to, from) = head[1..=2 * KEY].split_at(KEY);
        let hops = usize::from(head[HEAD - 1]);
        if head[0] != VERSION || hops > INTERCHANGE_HOPS_MAX {
            return None;
        }
        let (path, sealed) = rest.split_at_checked(hops * KEY)?;
        if sealed.len() > TAG_BYTES + LINK_FRAME_BYTES_MAX {
            return None;
        }
        Some(Envelope {
            to: PublicKey(to.try_into().ok()?),
            from: PublicKey(from.try_into().ok()?),
            path,
            sealed,
        })
    }

    /// Whether it went by this interchange already.
    pub fn went_by(&self, key: PublicKey) -> bool {
        self.path.chunks_exact(KEY).any(|hop| hop == key.0)
    }

    /// The same with this interchange at the end of its path; `None` if it went by as many as it may.
    pub fn by(&self, key: PublicKey) -> Option<Bytes> {
        let hops = self.path.len() / KEY + 1;
        if hops > INTERCHANGE_HOPS_MAX {
            return None;
        }
        let mut bytes = BytesMut::with_capacity(HEAD + hops * KEY + self.sealed.len());
        self.head(&mut bytes, hops);
        bytes.put_slice(self.path);
        bytes.put_slice(&key.0);
        bytes.put_slice(self.sealed);
        Some(bytes.freeze())
    }

    fn head(&self, bytes: &mut BytesMut, hops: usize) {
        bytes.put_u8(VERSION);
        bytes.put_slice(&self.to.0);
        bytes.put_slice(&self.from.0);
        bytes.put_u8(u8::try_from(hops).unwrap_or(u8::MAX));
    }
}

/// A new envelope around a frame of the channel with this tag.
pub(crate) fn enclose(to: PublicKey, from: PublicKey, tag: [u8; TAG_BYTES], frame: &[u8]) -> Bytes {
    let empty = Envelope {
        to,
        from,
        path: &[],
        sealed: &[],
    };
    let mut bytes = BytesMut::with_capacity(HEAD + TAG_BYTES + frame.len());
    empty.head(&mut bytes, 0);
    bytes.put_slice(&tag);
    bytes.put_slice(frame);
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> PublicKey {
        PublicKey([byte; 32])
    }

    #[test]
    fn an_envelope_records_its_path_and_goes_no_further_than_it_may() {
        let sent = enclose(key(1), key(2), [9; 16], b"frame");
        let mut now = sent.clone();
        for hop in 0..INTERCHANGE_HOPS_MAX {
            let hop = u8::try_from(hop).unwrap() + 10;
            let read = Envelope::read(&now).unwrap();
            assert_eq!((read.to, read.from), (key(1), key(2)));
            assert_eq!(read.sealed, [&[9; 16][..], b"frame"].concat());
            assert!(!read.went_by(key(hop)));
            let next = read.by(key(hop)).unwrap();
            assert!(Envelope::read(&next).unwrap().went_by(key(hop)));
            now = next;
        }
        assert_eq!(Envelope::read(&now).unwrap().by(key(99)), None);
    }

    proptest! {
        #[test]
        fn random_bytes_are_read_as_they_are_or_not_at_all(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Some(read) = Envelope::read(&bytes) {
                prop_assert_eq!(HEAD + read.path.len() + read.sealed.len(), bytes.len());
                if let Some(next) = read.by(key(7)) {
                    let next = Envelope::read(&next).unwrap();
                    prop_assert_eq!((next.to, next.from, next.sealed), (read.to, read.from, read.sealed));
                }
            }
        }
    }
}
