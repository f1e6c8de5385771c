//! Making lines: events in, the bytes of one batch and the new tail out.

use ed25519_dalek::SigningKey;
use serde_json::value::RawValue;

use crate::digest::push_hex;
use crate::{Digest, SALT_BYTES, Seal};

/// Where a log ends: its last event and the hash of that event's header line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tail {
    /// Sequence number of the last event; 0 if there is none.
    pub seq: u64,
    /// Hash of the last event's header line; [`Digest::ZERO`] if there is none.
    pub head: Digest,
}

impl Tail {
    /// The tail of a log without events.
    pub const EMPTY: Self = Self {
        seq: 0,
        head: Digest::ZERO,
    };
}

/// One event as the log sees it: opaque facts that are for good and content that may be erased later.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// When it happened, in Unix milliseconds.
    pub at: u64,
    /// Its type, for example `message.posted`: lowercase letters, digits, `.`, `_` and `-`.
    pub kind: &'a str,
    /// Version of the type.
    pub v: u16,
    /// Who did it.
    pub by: &'a RawValue,
    /// What stays in the hashed header.
    pub facts: &'a RawValue,
    /// What goes into the erasable body; `None` writes no body line.
    pub content: Option<&'a RawValue>,
    /// Hashed in front of the content. Random, or chosen by the client that signed the content's hash.
    pub salt: [u8; SALT_BYTES],
}

/// An event that cannot be written as a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The batch has no events, and an empty batch would mean nothing.
    #[error("a batch needs at least one event")]
    Empty,
    /// The type has characters other than lowercase letters, digits, `.`, `_` and `-`.
    #[error("event {seq}: the type may only have lowercase letters, digits, '.', '_' and '-'")]
    Kind {
        /// The number the event would have had.
        seq: u64,
    },
    /// The JSON holds a line break between its values. Compact it first.
    #[error("event {seq}: the JSON must be on one line")]
    LineBreak {
        /// The number the event would have had.
        seq: u64,
    },
}

/// Appends the lines of one batch to `out` and returns the tail after it.
///
/// The events follow `tail`. With a key the commit line is signed. On an error `out` is as it was before.
pub fn build_batch(
    tail: Tail,
    events: &[Event<'_>],
    key: Option<&SigningKey>,
    out: &mut Vec<u8>,
) -> Result<Tail, EncodeError> {
    let start = out.len();
    let result = push_events(tail, events, out);
    match result {
        Ok(new) => push_commit(out, tail.seq + 1, new, key),
        Err(_) => out.truncate(start),
    }
    result
}

/// The line that takes the place of the body of event `seq`, padded with spaces to `len` bytes.
///
/// A body line is always long enough: it carries the same number, a salt and a content.
pub fn erased_line(seq: u64, len: usize) -> Vec<u8> {
    let mut line = Vec::with_capacity(len);
    line.extend_from_slice(b"{\"e\":");
    push_u64(&mut line, seq);
    line.push(b'}');
    assert!(
        line.len() <= len,
        "an erased line is never longer than the body line it replaces"
    );
    line.resize(len, b' ');
    line
}

fn push_events(tail: Tail, events: &[Event<'_>], out: &mut Vec<u8>) -> Result<Tail, EncodeError> {
    if events.is_empty() {
        return Err(EncodeError::Empty);
    }
    let mut tail = tail;
    for event in events {
        let seq = tail.seq + 1;
        check(event, seq)?;
        let start = out.len();
        push_header(out, event, seq, &tail.head);
        tail = Tail {
            seq,
            head: Digest::of(&out[start..]),
        };
        out.push(b'\n');
        if let Some(content) = event.content {
            push_body(out, seq, &event.salt, content);
        }
    }
    Ok(tail)
}

fn check(event: &Event<'_>, seq: u64) -> Result<(), EncodeError> {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    if event.kind.is_empty() || !event.kind.bytes().all(plain) {
        return Err(EncodeError::Kind { seq });
    }
    // Inside a JSON string a line break is always escaped, so a raw one is layout between values.
    let broken = |json: &RawValue| json.get().as_bytes().contains(&b'\n');
    if broken(event.by) || broken(event.facts) || event.content.is_some_and(broken) {
        return Err(EncodeError::LineBreak { seq });
    }
    Ok(())
}

fn push_header(out: &mut Vec<u8>, event: &Event<'_>, seq: u64, prev: &Digest) {
    out.extend_from_slice(b"{\"h\":{\"seq\":");
    push_u64(out, seq);
    out.extend_from_slice(b",\"at\":");
    push_u64(out, event.at);
    out.extend_from_slice(b",\"type\":\"");
    out.extend_from_slice(event.kind.as_bytes());
    out.extend_from_slice(b"\",\"v\":");
    push_u64(out, u64::from(event.v));
    out.extend_from_slice(b",\"by\":");
    out.extend_from_slice(event.by.get().as_bytes());
    out.extend_from_slice(b",\"facts\":");
    out.extend_from_slice(event.facts.get().as_bytes());
    if let Some(content) = event.content {
        out.extend_from_slice(b",\"body\":\"");
        push_hex(
            out,
            &Digest::of_body(&event.salt, content.get().as_bytes()).0,
        );
        out.push(b'"');
    }
    out.extend_from_slice(b"},\"prev\":\"");
    push_hex(out, &prev.0);
    out.extend_from_slice(b"\"}");
}

fn push_body(out: &mut Vec<u8>, seq: u64, salt: &[u8; SALT_BYTES], content: &RawValue) {
    out.extend_from_slice(b"{\"b\":");
    push_u64(out, seq);
    out.extend_from_slice(b",\"salt\":\"");
    push_hex(out, salt);
    out.extend_from_slice(b"\",\"content\":");
    out.extend_from_slice(content.get().as_bytes());
    out.extend_from_slice(b"}\n");
}

fn push_commit(out: &mut Vec<u8>, from: u64, tail: Tail, key: Option<&SigningKey>) {
    out.extend_from_slice(b"{\"c\":{\"from\":");
    push_u64(out, from);
    out.extend_from_slice(b",\"to\":");
    push_u64(out, tail.seq);
    out.extend_from_slice(b",\"head\":\"");
    push_hex(out, &tail.head.0);
    out.push(b'"');
    if let Some(key) = key {
        let seal = Seal::sign(key, tail.seq, &tail.head);
        out.extend_from_slice(b",\"key\":\"");
        push_hex(out, &seal.key);
        out.extend_from_slice(b"\",\"sig\":\"");
        push_hex(out, &seal.sig);
        out.push(b'"');
    }
    out.extend_from_slice(b"}}\n");
}

/// Appends a number in decimal. `write!` costs more than the rest of a header's fixed parts together.
fn push_u64(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}
