//! Celery's side: messages written to Redis as its clients write them, and results heard as they hear them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;

use crate::arms::window::{Done, Load, Window};
use crate::cluster::Server;
use crate::wire::{Reader, connect};
use crate::{Outcome, peers, said};

/// Celery says nothing of a task whose number had a result before.
static SENT: AtomicU64 = AtomicU64::new(0);

/// Where tasks are put.
struct Queue {
    reader: Reader,
    writer: OwnedWriteHalf,
    body: String,
    out: Vec<u8>,
}

/// Where their results are told.
struct Results {
    reader: Reader,
    /// Kept: a dropped half would close the connection.
    _writer: OwnedWriteHalf,
}

impl Queue {
    async fn open(redis: &Server) -> Outcome<Queue> {
        let (reader, writer) = connect(&redis.address).await?;
        Ok(Queue {
            reader,
            writer,
            body: STANDARD.encode(
                br#"[[], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]"#,
            ),
            out: Vec::new(),
        })
    }

    /// Sends tasks together.
    async fn create(&mut self, count: usize) -> Outcome<()> {
        self.out.clear();
        for _ in 0..count {
            let number = SENT.fetch_add(1, Ordering::Relaxed);
            let id = format!("00000000-0000-4000-8000-{number:012x}");
            let message = json!({
                "body": self.body, "content-encoding": "utf-8", "content-type": "application/json",
                "headers": {"lang": "py", "task": "noop", "id": id, "root_id": id, "parent_id": null, "group": null,
                    "shadow": null, "eta": null, "expires": null, "retries": 0, "timelimit": [null, null],
                    "argsrepr": "()", "kwargsrepr": "{}", "origin": "bench", "ignore_result": false},
                "properties": {"correlation_id": id, "reply_to": "", "delivery_mode": 2, "priority": 0,
                    "delivery_info": {"exchange": "", "routing_key": "celery"}, "body_encoding": "base64",
                    "delivery_tag": id},
            });
            let message = message.to_string();
            peers::redis_command(&mut self.out, &[b"LPUSH", b"celery", message.as_bytes()]);
        }
        self.writer.write_all(&self.out).await?;
        for _ in 0..count {
            let answer = self.reader.until(b"\r\n").await?;
            if !answer.starts_with(b":") {
                return said(format!("Redis says {}", String::from_utf8_lossy(&answer)));
            }
        }
        Ok(())
    }
}

impl Results {
    async fn open(redis: &Server) -> Outcome<Results> {
        let (mut reader, mut writer) = connect(&redis.address).await?;
        let mut out = Vec::new();
        peers::redis_command(&mut out, &[b"PSUBSCRIBE", b"celery-task-meta-*"]);
        writer.write_all(&out).await?;
        reader.until(b":1\r\n").await?;
        Ok(Results {
            reader,
            _writer: writer,
        })
    }

    /// Waits for one result.
    async fn next(&mut self) -> Outcome<()> {
        loop {
            let Some((payload, end)) = peers::redis_pushed(self.reader.unread()) else {
                self.reader.more().await?;
                continue;
            };
            let payload = &self.reader.unread()[payload];
            if memchr::memmem::find(payload, b"\"SUCCESS\"").is_none() {
                return said(format!("Celery says {}", String::from_utf8_lossy(payload)));
            }
            self.reader.used(end);
            return Ok(());
        }
    }
}

/// Waits until the workers have done something.
pub async fn ready(redis: &Server) -> Outcome<()> {
    let (mut queue, mut results) = (Queue::open(redis).await?, Results::open(redis).await?);
    queue.create(1).await?;
    match tokio::time::timeout(Duration::from_secs(30), results.next()).await {
        Ok(result) => result,
        Err(_) => said("Celery's workers did nothing in 30 seconds"),
    }
}

/// Tasks from creation to their results, as many under way as the load says.
pub async fn run(redis: &Server, load: Load) -> Outcome<Done> {
    let (mut queue, mut results) = (Queue::open(redis).await?, Results::open(redis).await?);
    let window = Window::new(load, 1);
    let begun = Instant::now();
    let creating = async {
        loop {
            match window.next().await.count() {
                0 => return Outcome::Ok(()),
                count => queue.create(count).await?,
            }
        }
    };
    let hearing = async {
        loop {
            results.next().await?;
            window.has(0);
        }
    };
    tokio::select! {
        created = creating => created,
        broke = hearing => broke,
    }?;
    Ok(window.done(begun))
}

/// Milliseconds from creating a task until its creator hears its result.
pub async fn times(redis: &Server, count: usize, pause: Duration) -> Outcome<Vec<f64>> {
    let (mut queue, mut results) = (Queue::open(redis).await?, Results::open(redis).await?);
    let mut took = Vec::with_capacity(count);
    for _ in 0..count {
        tokio::time::sleep(pause).await;
        let begun = Instant::now();
        queue.create(1).await?;
        results.next().await?;
        took.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(took)
}
