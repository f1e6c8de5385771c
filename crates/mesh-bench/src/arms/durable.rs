//! Durable appends of the peers: one client, so many under way, each acknowledged after its sync.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;

use super::BODY_BYTES;
use super::window::Done;
use crate::cluster::Server;
use crate::wire::connect;
use crate::{Outcome, peers};

/// XADD in pipelines.
pub async fn redis(server: &Server, window: usize, time: Duration) -> Outcome<Done> {
    let (mut reader, mut writer) = connect(&server.address).await?;
    let body = [b'x'; BODY_BYTES];
    let begun = Instant::now();
    let (mut messages, mut free) = (0, window);
    let mut out = Vec::new();
    while begun.elapsed() < time || free < window {
        out.clear();
        if begun.elapsed() < time {
            (0..free).for_each(|_| peers::xadd(&mut out, &body));
            free = 0;
            writer.write_all(&out).await?;
        }
        reader.more().await?;
        let (answers, bytes) = peers::redis_answers(reader.unread())?;
        reader.used(bytes);
        free += answers;
        messages += answers as u64;
    }
    Ok(Done {
        messages,
        took: begun.elapsed(),
        latencies: Vec::new(),
    })
}

/// Publishes to a stream and waits for its acknowledgements.
pub async fn jetstream(server: &Server, window: usize, time: Duration) -> Outcome<Done> {
    let (mut reader, mut writer) = peers::nats(&server.address).await?;
    peers::make_stream(&mut reader, &mut writer).await?;
    writer.write_all(b"SUB _INBOX.ack 2\r\n").await?;
    let body = [b'x'; BODY_BYTES];
    let begun = Instant::now();
    let (mut messages, mut free) = (0, window);
    let mut out = Vec::new();
    while begun.elapsed() < time || free < window {
        out.clear();
        if begun.elapsed() < time {
            (0..free).for_each(|_| peers::publish(&mut out, "js.bench", Some("_INBOX.ack"), &body));
            free = 0;
            writer.write_all(&out).await?;
        }
        reader.more().await?;
        while let Some((begin, _, end)) = peers::nats_message(reader.unread()) {
            reader.used(end);
            if begin > 0 {
                free += 1;
                messages += 1;
            }
        }
    }
    Ok(Done {
        messages,
        took: begun.elapsed(),
        latencies: Vec::new(),
    })
}
