//! A WebSocket on a TCP stream. While nothing comes or goes it holds no buffer.

use std::io::{self, IoSlice};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::codec::{Decoder, Incoming, Outbox, SLICES_MAX, Violation};

/// What is read in one go; it stands on the stack, not in the connection.
const READ_BYTES: usize = 16 * 1024;
/// How long the client has to take what is left and to answer a close.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// A WebSocket's stream with what was read and not understood, and what is to be written.
pub(super) struct Wire {
    stream: TcpStream,
    decoder: Decoder,
    outbox: Outbox,
}

impl Wire {
    /// On a stream of which `read` was already read.
    pub fn new(stream: TcpStream, read: &[u8]) -> Wire {
        let mut decoder = Decoder::default();
        decoder.push(read);
        Wire {
            stream,
            decoder,
            outbox: Outbox::default(),
        }
    }

    /// The next thing that was received whole.
    pub fn next(&mut self) -> Result<Option<Incoming>, Violation> {
        self.decoder.next()
    }

    /// Waits until there is something to read.
    pub async fn readable(&self) -> io::Result<()> {
        self.stream.readable().await
    }

    /// Reads what is there. An error is also how the end shows.
    pub fn read(&mut self) -> io::Result<()> {
        let mut buffer = [0; READ_BYTES];
        match self.stream.try_read(&mut buffer) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                self.decoder.push(&buffer[..count]);
                Ok(())
            }
            Err(why) if why.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(why) => Err(why),
        }
    }

    /// How many bytes wait to be written.
    pub fn waiting(&self) -> usize {
        self.outbox.bytes()
    }

    /// Adds a text frame of these pieces.
    pub fn text(&mut self, pieces: &[Bytes]) {
        self.outbox.text(pieces);
    }

    /// Adds a ping.
    pub fn ping(&mut self) {
        self.outbox.ping();
    }

    /// Adds the answer to a ping.
    pub fn pong(&mut self, payload: &[u8]) {
        self.outbox.pong(payload);
    }

    /// Waits until something can be written.
    pub async fn writable(&self) -> io::Result<()> {
        self.stream.writable().await
    }

    /// Writes as much as the kernel takes.
    pub fn write(&mut self) -> io::Result<()> {
        while self.outbox.bytes() > 0 {
            let mut slices = [IoSlice::new(&[]); SLICES_MAX];
            let filled = self.outbox.slices(&mut slices);
            match self.stream.try_write_vectored(&slices[..filled]) {
                Ok(count) => self.outbox.written(count),
                Err(why) if why.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(why) => return Err(why),
            }
        }
        Ok(())
    }

    /// Says goodbye and waits a moment for the client to hear it: a socket that is dropped while
    /// something unread lies in it resets the connection, and the goodbye is lost.
    pub async fn close(mut self, code: u16, reason: &str) {
        self.outbox.close(code, reason);
        let until = Instant::now() + CLOSE_WAIT;
        // Whatever goes wrong here: the connection ends.
        let _ = timeout_at(until, async {
            loop {
                self.write()?;
                if self.outbox.bytes() == 0 {
                    break;
                }
                self.writable().await?;
            }
            self.stream.shutdown().await?;
            let mut buffer = [0; 1024];
            loop {
                self.stream.readable().await?;
                match self.stream.try_read(&mut buffer) {
                    Ok(0) => return io::Result::Ok(()),
                    Ok(_) => {}
                    Err(why) if why.kind() == io::ErrorKind::WouldBlock => {}
                    Err(why) => return Err(why),
                }
            }
        })
        .await;
    }
}
