//! One sender, many members: the node's room and a NATS subject, driven alike.

use std::rc::Rc;
use std::time::Instant;

use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::task::LocalSet;

use super::BODY_BYTES;
use super::window::{Done, Load, Window};
use crate::cluster::{Mesh, Server};
use crate::wire::{PING, PONG, Reader, frame, next_frame, text, websocket};
use crate::{BenchError, Outcome, peers, said};

/// Digits of a message's number at the beginning of its text.
const NUMBER_DIGITS: usize = 12;

/// A message's text: its number, then words, some of which are in many messages and some in few.
pub fn body(n: u64) -> String {
    const WORDS: [&str; 16] = [
        "the", "build", "of", "review", "and", "deploy", "agent", "failed", "mesh", "passed",
        "log", "retry", "room", "schema", "task", "index",
    ];
    let mut text = format!("{n:0NUMBER_DIGITS$}");
    let mut dice = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    while text.len() < BODY_BYTES {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        text.push(' ');
        match dice % 8 {
            0 => text.push_str(&format!("w{}", (dice >> 16) % 20_000)),
            _ => text.push_str(WORDS[(dice >> 32) as usize % WORDS.len()]),
        }
    }
    text.truncate(BODY_BYTES);
    text
}

/// Posts to the room `bench`; every member checks `prev`, `seq` and the number of each message.
/// The last `stalled` members subscribe and never read.
pub async fn mesh(mesh: &Mesh, load: Load, stalled: usize) -> Outcome<Done> {
    let reading = mesh.members.len() - stalled;
    let mut kept = Vec::new();
    for token in &mesh.members[reading..] {
        kept.push(subscribed(mesh, token).await?);
    }
    let (mut reader, mut writer) = websocket(&mesh.server.address, &mesh.owner).await?;
    let members = LocalSet::new();
    let mut sockets = Vec::new();
    for token in &mesh.members[..reading] {
        sockets.push(subscribed(mesh, token).await?);
    }
    let window = Rc::new(Window::new(load, reading));
    for (mut reader, mut writer) in sockets {
        let window = Rc::clone(&window);
        members.spawn_local(async move {
            if let Err(why) = member(&mut reader, &mut writer, &window).await {
                eprintln!("member: {why}");
            }
        });
    }
    let begun = Instant::now();
    let sending = async {
        let (mut out, mut next) = (Vec::new(), 0_u64);
        loop {
            let range = window.next().await;
            if range.is_empty() {
                return Ok::<_, BenchError>(());
            }
            out.clear();
            for n in range {
                next += 1;
                let call = format!(
                    r#"{{"id":{next},"call":"message.post","input":{{"room":"bench","text":"{}"}}}}"#,
                    body(n)
                );
                frame(&mut out, call.as_bytes());
            }
            writer.write_all(&out).await?;
        }
    };
    let answers = async {
        loop {
            match next_frame(reader.unread()) {
                None => reader.more().await?,
                Some((_, begin, length)) => {
                    if memchr::memmem::find(&reader.unread()[begin..begin + length], b"\"problem\"")
                        .is_some()
                    {
                        return said(String::from_utf8_lossy(
                            &reader.unread()[begin..begin + length],
                        ));
                    }
                    reader.used(begin + length);
                }
            }
        }
    };
    members
        .run_until(async {
            tokio::select! {
                sent = sending => sent,
                broke = answers => broke,
            }
        })
        .await?;
    Ok(window.done(begun))
}

/// A member's socket, subscribed to messages from now on.
pub async fn subscribed(mesh: &Mesh, token: &str) -> Outcome<(Reader, OwnedWriteHalf)> {
    let (mut reader, mut writer) = websocket(&mesh.server.address, token).await?;
    let mut out = Vec::new();
    frame(
        &mut out,
        br#"{"id":1,"subscribe":{"after":null,"types":["message.posted"]}}"#,
    );
    writer.write_all(&out).await?;
    text(&mut reader, &mut writer).await?;
    Ok((reader, writer))
}

/// Reads pushes until the connection is dropped. Pings are answered: a member that says nothing for a minute and a half counts as
/// gone.
async fn member(reader: &mut Reader, writer: &mut OwnedWriteHalf, window: &Window) -> Outcome<()> {
    let (mut position, mut expected) = (0, 0);
    loop {
        let Some((kind, begin, length)) = next_frame(reader.unread()) else {
            reader.more().await?;
            continue;
        };
        match kind {
            1 => {
                let payload = &reader.unread()[begin..begin + length];
                push(payload, &mut position, &mut expected, window)?;
            }
            PING => writer.write_all(&PONG).await?,
            _ => {}
        }
        reader.used(begin + length);
    }
}

/// Takes one push apart: quotes in a text are escaped, so the patterns stand only where they mean it.
fn push(payload: &[u8], position: &mut u64, expected: &mut u64, window: &Window) -> Outcome<()> {
    if !payload.starts_with(b"{\"prev\":") {
        return Ok(());
    }
    let prev = number(&payload[8..]);
    if *position > 0 && prev != *position {
        return said(format!("gap: {prev} follows {position}"));
    }
    for at in memchr::memmem::find_iter(payload, b"{\"seq\":") {
        let item = &payload[at..];
        *position = number(&item[7..]);
        let Some(begin) = memchr::memmem::find(item, b"\"text\":\"") else {
            return said("a message without text");
        };
        let n = number(&item[begin + 8..begin + 8 + NUMBER_DIGITS]);
        if n != *expected {
            return said(format!("message {n} where {expected} was due"));
        }
        *expected += 1;
        window.has(n);
    }
    Ok(())
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0, |n, byte| n * 10 + u64::from(byte - b'0'))
}

/// The same with NATS core, which keeps nothing.
pub async fn nats(server: &Server, count: usize, load: Load) -> Outcome<Done> {
    let mut sockets = Vec::new();
    for _ in 0..count {
        let (mut reader, mut writer) = peers::nats(&server.address).await?;
        writer.write_all(b"SUB bench 1\r\nPING\r\n").await?;
        reader.until(b"PONG\r\n").await?;
        sockets.push((reader, writer));
    }
    let window = Rc::new(Window::new(load, count));
    let members = LocalSet::new();
    for (mut reader, writer) in sockets {
        let window = Rc::clone(&window);
        members.spawn_local(async move {
            let _writer = writer;
            let mut expected = 0;
            loop {
                match peers::nats_message(reader.unread()) {
                    None if reader.more().await.is_err() => return,
                    None => {}
                    Some((begin, _, end)) => {
                        if begin > 0 {
                            let n = number(&reader.unread()[begin..begin + NUMBER_DIGITS]);
                            assert_eq!(n, expected, "NATS delivers in order");
                            expected += 1;
                            window.has(n);
                        }
                        reader.used(end);
                    }
                }
            }
        });
    }
    let (_reader, mut writer) = peers::nats(&server.address).await?;
    let begun = Instant::now();
    members
        .run_until(async {
            let mut out = Vec::new();
            loop {
                let range = window.next().await;
                if range.is_empty() {
                    return Ok::<_, BenchError>(());
                }
                out.clear();
                range.for_each(|n| peers::publish(&mut out, "bench", None, body(n).as_bytes()));
                writer.write_all(&out).await?;
            }
        })
        .await?;
    Ok(window.done(begun))
}

/// After the node was killed: everything that was acknowledged is there, once and in order, and nothing else.
/// `runs` says how many messages each run posted; each run counts from nought.
pub fn read_back(mesh: &Mesh, runs: &[u64]) -> Outcome<()> {
    let mut due = runs.iter().flat_map(|messages| 0..*messages);
    let mut after = 0;
    loop {
        let page = mesh.call(
            "GET",
            &format!("/api/rooms/bench/messages?after={after}&limit=500"),
            &serde_json::Value::Null,
        )?;
        for item in page["items"].as_array().into_iter().flatten() {
            let found = number(item["text"].as_str().unwrap_or_default().as_bytes());
            let expected = due.next();
            if expected != Some(found) {
                return said(format!(
                    "message {found} is there where {expected:?} was acknowledged"
                ));
            }
        }
        match page["next"].as_u64() {
            Some(next) => after = next,
            None => break,
        }
    }
    match due.count() {
        0 => Ok(()),
        missing => said(format!("{missing} acknowledged messages are missing")),
    }
}
