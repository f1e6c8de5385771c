//! A buffered socket, and the WebSocket frames of a client reduced to what the driver needs.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::{Outcome, said};

/// The kind of a frame that asks whether somebody is there.
pub const PING: u8 = 9;
/// The answer to it, masked with zeros and empty.
pub const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];

/// A socket's reading half with a buffer from which messages are cut.
pub struct Reader {
    half: OwnedReadHalf,
    buffer: Vec<u8>,
    start: usize,
}

impl Reader {
    pub fn new(half: OwnedReadHalf) -> Reader {
        Reader {
            half,
            buffer: Vec::with_capacity(64 * 1024),
            start: 0,
        }
    }

    /// What was read and not yet used.
    pub fn unread(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Marks bytes as used.
    pub fn used(&mut self, bytes: usize) {
        self.start += bytes;
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
        }
    }

    /// Reads more; an error if the other side has closed.
    pub async fn more(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        if self.buffer.capacity() - self.buffer.len() < 16 * 1024 {
            self.buffer.reserve(64 * 1024);
        }
        match self.half.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Reads until `end` and gives everything up to and with it.
    pub async fn until(&mut self, end: &[u8]) -> io::Result<Vec<u8>> {
        loop {
            if let Some(at) = memchr::memmem::find(self.unread(), end) {
                let part = self.unread()[..at + end.len()].to_vec();
                self.used(at + end.len());
                return Ok(part);
            }
            self.more().await?;
        }
    }
}

/// Connects without delay of small writes.
pub async fn connect(address: &str) -> io::Result<(Reader, OwnedWriteHalf)> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (read, write) = stream.into_split();
    Ok((Reader::new(read), write))
}

/// Opens a WebSocket at `/ws` and says hello.
pub async fn websocket(address: &str, token: &str) -> Outcome<(Reader, OwnedWriteHalf)> {
    let (mut reader, mut writer) = connect(address).await?;
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    writer.write_all(request.as_bytes()).await?;
    let head = reader.until(b"\r\n\r\n").await?;
    if !head.starts_with(b"HTTP/1.1 101") {
        return said(format!("no WebSocket: {}", String::from_utf8_lossy(&head)));
    }
    let mut out = Vec::new();
    frame(
        &mut out,
        format!("{{\"hello\":{{\"token\":\"{token}\"}}}}").as_bytes(),
    );
    writer.write_all(&out).await?;
    let hello = text(&mut reader, &mut writer).await?;
    if !hello.starts_with(b"{\"hello\"") {
        return said(format!("no hello: {}", String::from_utf8_lossy(&hello)));
    }
    Ok((reader, writer))
}

/// Appends a text frame, masked with zeros: masked as the protocol asks, at no cost.
pub fn frame(out: &mut Vec<u8>, payload: &[u8]) {
    out.push(0x81);
    match payload.len() {
        short @ 0..126 => out.push(0x80 | short as u8),
        long => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(long as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

/// The next whole server frame in the buffer: its kind, where its payload begins, its length.
pub fn next_frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let (begin, length) = match second & 0x7f {
        126 => (
            4,
            u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?) as usize,
        ),
        127 => (
            10,
            u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?) as usize,
        ),
        short => (2, short as usize),
    };
    (bytes.len() >= begin + length).then_some((first & 0x0f, begin, length))
}

/// Waits for one text frame; answers pings.
pub async fn text(reader: &mut Reader, writer: &mut OwnedWriteHalf) -> Outcome<Vec<u8>> {
    loop {
        let Some((kind, begin, length)) = next_frame(reader.unread()) else {
            reader.more().await?;
            continue;
        };
        let payload = reader.unread()[begin..begin + length].to_vec();
        reader.used(begin + length);
        match kind {
            1 => return Ok(payload),
            PING => writer.write_all(&PONG).await?,
            8 => return said(format!("closed: {}", String::from_utf8_lossy(&payload))),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_each_length_are_found_only_when_whole() {
        for length in [0, 125, 126, 65_535] {
            let mut out = Vec::new();
            frame(&mut out, &vec![b'x'; length]);
            // As the server would send it: without mask.
            let head = if length < 126 { 2 } else { 4 };
            out[1] &= 0x7f;
            out.drain(head..head + 4);
            assert_eq!(next_frame(&out), Some((1, head, length)));
            assert_eq!(next_frame(&out[..out.len() - 1]), None);
        }
    }
}
