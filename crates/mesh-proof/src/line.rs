//! Reading one line.
//!
//! Body, erased and commit lines are read byte for byte in the one form in which they are written. No hash covers their
//! frame, so a looser reader would let changed bytes pass. Header lines are hashed whole and may be read as ordinary JSON.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::digest::read_hex;
use crate::{Digest, SALT_BYTES, Seal};

/// One line of a log that is not blank.
#[derive(Debug, Clone)]
pub enum Line<'a> {
    /// Facts of an event.
    Header(Header<'a>),
    /// Content of the event whose header stands right before.
    Body(Body<'a>),
    /// Where the body of this event was before it was erased.
    Erased(u64),
    /// End of a batch.
    Commit(Commit),
}

/// A header line.
#[derive(Debug, Clone)]
pub struct Header<'a> {
    /// Place in the log; the first event is 1.
    pub seq: u64,
    /// Unix milliseconds.
    pub at: u64,
    /// The event's type.
    pub kind: &'a str,
    /// Version of the type.
    pub v: u16,
    /// Who did it.
    pub by: &'a RawValue,
    /// What is for good.
    pub facts: &'a RawValue,
    /// Hash of the body, if the event has one.
    pub body: Option<Digest>,
    /// Hash of the header line before.
    pub prev: Digest,
}

/// A body line.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// The event it belongs to.
    pub seq: u64,
    /// Hashed in front of the content.
    pub salt: [u8; SALT_BYTES],
    /// The content's JSON as it was stored. It is intact if [`Body::hash`] equals the header's.
    pub content: &'a str,
}

/// A commit line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commit {
    /// First event of the batch.
    pub from: u64,
    /// Last event of the batch.
    pub to: u64,
    /// Hash of the last event's header line.
    pub head: Digest,
    /// Signature, if the batch is signed.
    pub seal: Option<Seal>,
}

/// Bytes that are no line of a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// A header that is not the JSON it must be.
    #[error("not a header line: {0}")]
    Header(String),
    /// A body, erased or commit line with bytes out of place, or something else altogether.
    #[error("not a line of a log")]
    Form,
}

/// Which line this is: lines of an intact log come in strictly rising order of this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineKey {
    /// The event; for a commit line its last event.
    pub seq: u64,
    /// What it is to the event.
    pub rank: Rank,
}

/// What a line is to its event, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Header line.
    Header,
    /// Body line, or erased line in its place.
    Body,
    /// Commit line after the event.
    Commit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine<'a> {
    #[serde(borrow)]
    h: HeaderFields<'a>,
    prev: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderFields<'a> {
    seq: u64,
    at: u64,
    #[serde(rename = "type")]
    kind: &'a str,
    v: u16,
    #[serde(borrow)]
    by: &'a RawValue,
    #[serde(borrow)]
    facts: &'a RawValue,
    body: Option<Digest>,
}

impl<'a> Line<'a> {
    /// Reads one line, without its newline.
    pub fn parse(line: &'a [u8]) -> Result<Self, LineError> {
        match line.get(2) {
            Some(b'h') => Header::parse(line).map(Line::Header),
            Some(b'b') => Body::parse(line).map(Line::Body).ok_or(LineError::Form),
            Some(b'e') => parse_erased(line).map(Line::Erased).ok_or(LineError::Form),
            Some(b'c') => Commit::parse(line).map(Line::Commit).ok_or(LineError::Form),
            _ => Err(LineError::Form),
        }
    }

    /// Which line this is.
    pub fn key(&self) -> LineKey {
        match self {
            Line::Header(header) => LineKey {
                seq: header.seq,
                rank: Rank::Header,
            },
            Line::Body(body) => LineKey {
                seq: body.seq,
                rank: Rank::Body,
            },
            Line::Erased(seq) => LineKey {
                seq: *seq,
                rank: Rank::Body,
            },
            Line::Commit(commit) => LineKey {
                seq: commit.to,
                rank: Rank::Commit,
            },
        }
    }
}

impl LineKey {
    /// Reads only the key, from a line's first bytes: enough to find a place in a log. Says nothing about the rest.
    ///
    /// [`LineKey::PREFIX_BYTES`] bytes are always enough.
    pub fn peek(prefix: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(prefix);
        let rank = match prefix.get(2)? {
            b'h' => cursor.skip(b"{\"h\":{\"seq\":").map(|()| Rank::Header),
            b'b' => cursor.skip(b"{\"b\":").map(|()| Rank::Body),
            b'e' => cursor.skip(b"{\"e\":").map(|()| Rank::Body),
            b'c' => {
                cursor.skip(b"{\"c\":{\"from\":")?;
                cursor.number()?;
                cursor.skip(b",\"to\":").map(|()| Rank::Commit)
            }
            _ => None,
        }?;
        Some(Self {
            seq: cursor.number()?,
            rank,
        })
    }

    /// The longest prefix [`LineKey::peek`] looks at: a commit line's frame, two numbers and the byte after them.
    pub const PREFIX_BYTES: usize = 64;
}

impl<'a> Header<'a> {
    /// Reads a header line, without its newline.
    pub fn parse(line: &'a [u8]) -> Result<Self, LineError> {
        let HeaderLine { h, prev } =
            serde_json::from_slice(line).map_err(|error| LineError::Header(error.to_string()))?;
        let HeaderFields {
            seq,
            at,
            kind,
            v,
            by,
            facts,
            body,
        } = h;
        Ok(Self {
            seq,
            at,
            kind,
            v,
            by,
            facts,
            body,
            prev,
        })
    }
}

impl<'a> Body<'a> {
    /// Reads a body line, without its newline.
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor(line);
        cursor.skip(b"{\"b\":")?;
        let seq = cursor.number()?;
        cursor.skip(b",\"salt\":\"")?;
        let mut salt = [0; SALT_BYTES];
        cursor.hex(&mut salt)?;
        cursor.skip(b"\",\"content\":")?;
        let content = std::str::from_utf8(cursor.0.strip_suffix(b"}")?).ok()?;
        Some(Self { seq, salt, content })
    }

    /// The hash that the header must name.
    pub fn hash(&self) -> Digest {
        Digest::of_body(&self.salt, self.content.as_bytes())
    }
}

impl Commit {
    /// Reads a commit line, without its newline.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(line);
        cursor.skip(b"{\"c\":{\"from\":")?;
        let from = cursor.number()?;
        cursor.skip(b",\"to\":")?;
        let to = cursor.number()?;
        cursor.skip(b",\"head\":\"")?;
        let mut head = Digest::ZERO;
        cursor.hex(&mut head.0)?;
        if cursor.0 == b"\"}}" {
            return Some(Self {
                from,
                to,
                head,
                seal: None,
            });
        }
        let mut seal = Seal {
            key: [0; 32],
            sig: [0; 64],
        };
        cursor.skip(b"\",\"key\":\"")?;
        cursor.hex(&mut seal.key)?;
        cursor.skip(b"\",\"sig\":\"")?;
        cursor.hex(&mut seal.sig)?;
        (cursor.0 == b"\"}}").then_some(Self {
            from,
            to,
            head,
            seal: Some(seal),
        })
    }
}

fn parse_erased(line: &[u8]) -> Option<u64> {
    let mut cursor = Cursor(line);
    cursor.skip(b"{\"e\":")?;
    let seq = cursor.number()?;
    cursor.skip(b"}")?;
    cursor.0.iter().all(|byte| *byte == b' ').then_some(seq)
}

/// What is still to be read of a line.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn skip(&mut self, exact: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(exact)?;
        Some(())
    }

    /// A decimal number as `push_u64` writes it: no sign, no leading zero, and something must follow it.
    fn number(&mut self) -> Option<u64> {
        let digits = self.0.iter().position(|byte| !byte.is_ascii_digit())?;
        let (text, rest) = self.0.split_at(digits);
        if text.is_empty() || (text.len() > 1 && text[0] == b'0') {
            return None;
        }
        self.0 = rest;
        text.iter().try_fold(0_u64, |sum, digit| {
            sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        })
    }

    fn hex(&mut self, out: &mut [u8]) -> Option<()> {
        let (text, rest) = self.0.split_at_checked(out.len() * 2)?;
        read_hex(text, out)?;
        self.0 = rest;
        Some(())
    }
}
