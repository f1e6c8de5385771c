//! RFC 6455 for a server, without IO: bytes in, frames out, and the bytes of frames to send.
//!
//! Written here rather than taken from a library because of what a connection costs: an idle one
//! holds no buffer at all, and what many connections are sent is shared between them and never
//! copied on its way into the kernel.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::{Buf, Bytes, BytesMut};
use mesh_model::limits::REQUEST_BYTES_MAX;

/// Payload of a control frame, by the RFC.
const CONTROL_BYTES_MAX: usize = 125;
/// An emptied buffer larger than this is given back.
const KEPT_BYTES_MAX: usize = 4 * 1024;
/// Pieces handed to the kernel in one call.
pub(super) const SLICES_MAX: usize = 64;

/// Something the client sent.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// A whole text message.
    Text(String),
    /// A ping, to be answered with the same bytes.
    Ping(Bytes),
    /// The answer to a ping.
    Pong,
    /// The client closes.
    Close,
}

/// What a client did wrong; the connection cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Violation {
    /// Not the protocol.
    Protocol(&'static str),
    /// More bytes than [`REQUEST_BYTES_MAX`].
    TooLarge,
    /// Text that is not UTF-8.
    NotUtf8,
    /// A binary message.
    Binary,
}

/// Takes frames out of a stream of bytes.
#[derive(Default)]
pub(super) struct Decoder {
    bytes: BytesMut,
    /// The beginning of a message that came in pieces.
    begun: Option<Vec<u8>>,
}

struct Header {
    fin: bool,
    opcode: u8,
    mask: [u8; 4],
    header_bytes: usize,
    payload_bytes: usize,
}

impl Decoder {
    /// Adds what came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next thing the client sent, once it is there whole.
    pub fn next(&mut self) -> Result<Option<Incoming>, Violation> {
        while let Some((header, payload)) = self.frame()? {
            match header.opcode {
                0x9 => return Ok(Some(Incoming::Ping(payload.freeze()))),
                0xA => return Ok(Some(Incoming::Pong)),
                0x8 => return Ok(Some(Incoming::Close)),
                _ => {}
            }
            let mut message = match (header.opcode, self.begun.take()) {
                (0x1, None) => Vec::new(),
                (0x0, Some(begun)) => begun,
                (0x2, None) => return Err(Violation::Binary),
                (0x0, None) => return Err(Violation::Protocol("a continuation of nothing")),
                (0x1 | 0x2, Some(_)) => {
                    return Err(Violation::Protocol("a message inside another"));
                }
                _ => return Err(Violation::Protocol("an unknown kind of frame")),
            };
            message.extend_from_slice(&payload);
            if header.fin {
                let text = String::from_utf8(message).map_err(|_| Violation::NotUtf8)?;
                return Ok(Some(Incoming::Text(text)));
            }
            self.begun = Some(message);
        }
        if self.bytes.is_empty() && self.bytes.capacity() > KEPT_BYTES_MAX {
            self.bytes = BytesMut::new();
        }
        Ok(None)
    }

    /// One whole frame, unmasked.
    fn frame(&mut self) -> Result<Option<(Header, BytesMut)>, Violation> {
        let Some(header) = self.header()? else {
            return Ok(None);
        };
        let whole = header.header_bytes + header.payload_bytes;
        if self.bytes.len() < whole {
            self.bytes.reserve(whole - self.bytes.len());
            return Ok(None);
        }
        self.bytes.advance(header.header_bytes);
        let mut payload = self.bytes.split_to(header.payload_bytes);
        for (at, byte) in payload.iter_mut().enumerate() {
            *byte ^= header.mask[at % 4];
        }
        Ok(Some((header, payload)))
    }

    fn header(&self) -> Result<Option<Header>, Violation> {
        let &[first, second, ref rest @ ..] = &*self.bytes else {
            return Ok(None);
        };
        let (fin, opcode) = (first & 0x80 != 0, first & 0x0F);
        if first & 0x70 != 0 {
            return Err(Violation::Protocol("reserved bits are set"));
        }
        if second & 0x80 == 0 {
            return Err(Violation::Protocol("a frame of a client must be masked"));
        }
        let (length, length_bytes) = match (second & 0x7F, rest) {
            (126, [high, low, ..]) => (u64::from(u16::from_be_bytes([*high, *low])), 2),
            (127, rest) => match rest.first_chunk::<8>() {
                Some(eight) => (u64::from_be_bytes(*eight), 8),
                None => return Ok(None),
            },
            (126, _) => return Ok(None),
            (short, _) => (u64::from(short), 0),
        };
        let control = opcode & 0x8 != 0;
        if control && (!fin || length > CONTROL_BYTES_MAX as u64) {
            return Err(Violation::Protocol(
                "a control frame must be short and whole",
            ));
        }
        let before = self.begun.as_ref().map_or(0, Vec::len) as u64;
        if length.saturating_add(before) > REQUEST_BYTES_MAX as u64 {
            return Err(Violation::TooLarge);
        }
        let Some(mask) = rest
            .get(length_bytes..)
            .and_then(|rest| rest.first_chunk::<4>())
        else {
            return Ok(None);
        };
        let header_bytes = 2 + length_bytes + 4;
        // At most REQUEST_BYTES_MAX, checked above.
        Ok(Some(Header {
            fin,
            opcode,
            mask: *mask,
            header_bytes,
            payload_bytes: length as usize,
        }))
    }
}

/// Bytes on their way to the client.
#[derive(Default)]
pub(super) struct Outbox {
    pieces: VecDeque<Bytes>,
    bytes: usize,
}

impl Outbox {
    /// How many bytes wait.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds a text frame whose text is these pieces one after the other.
    pub fn text(&mut self, pieces: &[Bytes]) {
        let length = pieces.iter().map(Bytes::len).sum();
        let first = pieces.first().map_or(0, Bytes::len);
        // A short beginning goes into one piece with the frame's header: fewer pieces, fewer slices.
        let joined = if first <= 128 { first } else { 0 };
        let mut head = Vec::with_capacity(10 + joined);
        begin(&mut head, 0x1, length);
        let mut rest = pieces;
        if joined > 0
            && let [beginning, after @ ..] = pieces
        {
            head.extend_from_slice(beginning);
            rest = after;
        }
        self.piece(Bytes::from(head));
        rest.iter().for_each(|piece| self.piece(piece.clone()));
    }

    /// Adds a control frame; the payload is at most 125 bytes.
    fn control(&mut self, opcode: u8, payload: &[u8]) {
        let payload = &payload[..payload.len().min(CONTROL_BYTES_MAX)];
        let mut frame = Vec::with_capacity(2 + payload.len());
        begin(&mut frame, opcode, payload.len());
        frame.extend_from_slice(payload);
        self.piece(Bytes::from(frame));
    }

    /// Asks whether the client is still there.
    pub fn ping(&mut self) {
        self.control(0x9, b"");
    }

    /// Answers the client's ping.
    pub fn pong(&mut self, payload: &[u8]) {
        self.control(0xA, payload);
    }

    /// Closes with a code and a short reason.
    pub fn close(&mut self, code: u16, reason: &str) {
        let mut payload = code.to_be_bytes().to_vec();
        payload.extend_from_slice(reason.as_bytes());
        self.control(0x8, &payload);
    }

    fn piece(&mut self, piece: Bytes) {
        self.bytes += piece.len();
        if !piece.is_empty() {
            self.pieces.push_back(piece);
        }
    }

    /// What waits, as far as one call to the kernel takes it. Returns how many slices were filled.
    pub fn slices<'a>(&'a self, into: &mut [IoSlice<'a>; SLICES_MAX]) -> usize {
        let mut filled = 0;
        for (slice, piece) in into.iter_mut().zip(&self.pieces) {
            *slice = IoSlice::new(piece);
            filled += 1;
        }
        filled
    }

    /// Forgets what was written.
    pub fn written(&mut self, mut count: usize) {
        self.bytes -= count;
        while let Some(front) = self.pieces.front_mut() {
            if count < front.len() {
                front.advance(count);
                return;
            }
            count -= front.len();
            self.pieces.pop_front();
        }
        if self.pieces.capacity() > 2 * SLICES_MAX {
            self.pieces = VecDeque::new();
        }
    }
}

fn begin(out: &mut Vec<u8>, opcode: u8, length: usize) {
    out.push(0x80 | opcode);
    match length {
        0..126 => out.push(length as u8),
        126..65_536 => {
            out.push(126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASK: [u8; 4] = [7, 99, 0, 255];

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        begin(&mut out, 0, payload.len());
        out[0] = first;
        out[1] |= 0x80;
        out.extend_from_slice(&MASK);
        out.extend(
            payload
                .iter()
                .enumerate()
                .map(|(at, byte)| byte ^ MASK[at % 4]),
        );
        out
    }

    fn all(bytes: &[u8]) -> Result<Vec<Incoming>, Violation> {
        let mut decoder = Decoder::default();
        decoder.push(bytes);
        let mut found = Vec::new();
        while let Some(incoming) = decoder.next()? {
            found.push(incoming);
        }
        Ok(found)
    }

    fn text(text: &str) -> Incoming {
        Incoming::Text(text.to_owned())
    }

    #[test]
    fn frames_come_out_however_the_bytes_were_cut() {
        let long = "é".repeat(40_000);
        let mut bytes = frame(0x81, b"one");
        bytes.extend(frame(0x01, b"tw"));
        bytes.extend(frame(0x89, b"still there?"));
        bytes.extend(frame(0x80, b"o"));
        bytes.extend(frame(0x81, long.as_bytes()));
        bytes.extend(frame(0x8A, b""));
        bytes.extend(frame(0x88, &[3, 232]));
        let ping = Incoming::Ping(Bytes::from_static(b"still there?"));
        let expected = [
            text("one"),
            ping,
            text("two"),
            text(&long),
            Incoming::Pong,
            Incoming::Close,
        ];
        assert_eq!(all(&bytes).unwrap(), expected);
        for step in [1, 2, 7, 1000] {
            let mut decoder = Decoder::default();
            let mut found = Vec::new();
            for piece in bytes.chunks(step) {
                decoder.push(piece);
                while let Some(incoming) = decoder.next().unwrap() {
                    found.push(incoming);
                }
            }
            assert_eq!(found, expected);
            assert!(decoder.bytes.capacity() <= KEPT_BYTES_MAX);
        }
    }

    #[test]
    fn what_breaks_the_protocol_is_named() {
        let large = vec![b'x'; REQUEST_BYTES_MAX];
        assert_eq!(all(&frame(0x81, &large)).unwrap().len(), 1);
        let mut two = frame(0x01, &large);
        two.extend(frame(0x80, b"x"));
        assert_eq!(all(&two), Err(Violation::TooLarge));
        assert_eq!(
            all(&[0x81, 0xFF, 255, 255, 255, 255, 255, 255, 255, 255]),
            Err(Violation::TooLarge)
        );
        assert_eq!(all(&frame(0x81, b"\xff")), Err(Violation::NotUtf8));
        assert_eq!(all(&frame(0x82, b"x")), Err(Violation::Binary));
        for bad in [
            vec![0x81, 1, b'x'],
            frame(0xC1, b"x"),
            frame(0x80, b"x"),
            frame(0x83, b"x"),
            frame(0x09, b"x"),
            frame(0x89, &[0; 126]),
            [frame(0x01, b"x"), frame(0x81, b"y")].concat(),
        ] {
            assert!(matches!(all(&bad), Err(Violation::Protocol(_))), "{bad:?}");
        }
    }

    #[test]
    fn what_is_sent_reads_the_same_after_partial_writes() {
        let mut outbox = Outbox::default();
        let shared = Bytes::from(vec![b'y'; 70_000]);
        outbox.text(&[
            Bytes::from_static(b"{"),
            shared.clone(),
            Bytes::from_static(b"}"),
        ]);
        outbox.text(&[Bytes::from_static(b"short")]);
        outbox.ping();
        outbox.close(4408, "slow");
        let total = outbox.bytes();
        let mut sent = Vec::new();
        while outbox.bytes() > 0 {
            let mut slices = [IoSlice::new(&[]); SLICES_MAX];
            let count = outbox.slices(&mut slices);
            let joined: Vec<u8> = slices[..count]
                .iter()
                .flat_map(|slice| slice.iter().copied())
                .collect();
            let step = joined.len().min(1 + sent.len() % 9_999);
            sent.extend_from_slice(&joined[..step]);
            outbox.written(step);
        }
        assert_eq!(sent.len(), total);
        assert_eq!(&sent[..11], b"\x81\x7F\0\0\0\0\0\x01\x11\x72{");
        assert_eq!(
            &sent[10 + 70_002..],
            b"\x81\x05short\x89\x00\x88\x06\x11\x38slow"
        );
    }
}
