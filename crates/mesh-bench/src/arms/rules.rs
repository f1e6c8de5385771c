//! What rules cost: posts to a room without rules, beside rooms with rules, crossings of a trust
//! boundary, scanning of everything, and signatures. All arms post alike and read acknowledgements.

use std::hint::black_box;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use mesh_proof::statement;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::BODY_BYTES;
use super::fanout::body;
use crate::cluster::Mesh;
use crate::report::{Line, Report, Target};
use crate::wire::{frame, next_frame, websocket};
use crate::{Args, Outcome, said};

/// Posts under way.
const WINDOW: usize = 256;
/// Rules of the room that has many.
const RULES: usize = 100;
/// Signed posts that are prepared for each second of an arm: more than can be taken.
const SIGNED_PER_SECOND: u64 = 30_000;

/// Runs all arms and reports.
pub async fn run(args: &Args, report: &mut Report) -> Outcome<()> {
    let mesh = Mesh::start(&args.mesh, 1)?;
    let time = Duration::from_secs(args.seconds);
    rooms(&mesh)?;
    compared(
        args,
        &mesh,
        report,
        "rules W256 / none",
        "ruled",
        0,
        Target::RatioAtLeast(0.97),
    )
    .await?;
    compared(
        args,
        &mesh,
        report,
        "10% outside W256 / none",
        "plain",
        10,
        Target::RatioAtLeast(0.75),
    )
    .await?;
    scanned(args, &mesh, report).await?;
    let mut pairs = Vec::new();
    for repeat in 0..args.repeats {
        pairs.push((signed(&mesh, repeat as u64, time).await?, None));
    }
    report.add(&Line {
        name: "signed posts W256".to_owned(),
        unit: "posts/s",
        pairs,
        target: Target::AtLeast(15_000.0),
        peer: "signed beforehand, verified by the node".to_owned(),
    });
    mesh.verify()
}

/// Rooms without rules, with many, and with scanning of everything; the member may bridge.
fn rooms(mesh: &Mesh) -> Outcome<()> {
    let rule = |number: usize| {
        json!({"name": format!("r{number}"), "effect": "deny", "to": {"participants": ["owner"]},
               "capabilities": ["speak", "execute"]})
    };
    let rules: Vec<Value> = (0..RULES).map(rule).collect();
    let policies = [
        ("plain", json!({})),
        ("ruled", json!({"rules": rules})),
        (
            "scanned",
            json!({"guard": {"scan": "all", "mark": 100, "quarantine": 101, "refuse": 101}}),
        ),
    ];
    for (room, policy) in policies {
        mesh.call("POST", "/api/rooms", &json!({"name": room}))?;
        mesh.call(
            "PUT",
            &format!("/api/rooms/{room}/members/member-0"),
            &json!({}),
        )?;
        let capabilities = json!({"capabilities": ["speak", "listen", "bridge"]});
        let path = format!("/api/rooms/{room}/members/member-0/capabilities");
        mesh.call("PUT", &path, &capabilities)?;
        if room != "plain" {
            mesh.call(
                "PUT",
                &format!("/api/rooms/{room}/policy"),
                &json!({"policy": policy}),
            )?;
        }
    }
    Ok(())
}

/// One kind of post beside plain posts, in turn.
async fn compared(
    args: &Args,
    mesh: &Mesh,
    report: &mut Report,
    name: &str,
    room: &str,
    outside_percent: u64,
    target: Target,
) -> Outcome<()> {
    let time = Duration::from_secs(args.seconds);
    let mut pairs = Vec::new();
    for _ in 0..args.repeats {
        let ours = posts(mesh, time, |n| call(room, n, n % 100 < outside_percent)).await?;
        let theirs = posts(mesh, time, |n| call("plain", n, false)).await?;
        pairs.push((ours, Some(theirs)));
    }
    report.add(&Line {
        name: name.to_owned(),
        unit: "posts/s",
        pairs,
        target,
        peer: "the same node, a room without rules".to_owned(),
    });
    Ok(())
}

/// Posts to a room that scans everything, beside the scanner alone on one core.
async fn scanned(args: &Args, mesh: &Mesh, report: &mut Report) -> Outcome<()> {
    let time = Duration::from_secs(args.seconds);
    let mut pairs = Vec::new();
    for _ in 0..args.repeats {
        let ours = posts(mesh, time, |n| call("scanned", n, false)).await?;
        pairs.push((ours, Some(scanner(time))));
    }
    report.add(&Line {
        name: "all scanned W256 / scanner".to_owned(),
        unit: "posts/s",
        pairs,
        target: Target::RatioAtLeast(0.7),
        peer: format!("mesh-guard alone on one core, {BODY_BYTES} bytes"),
    });
    Ok(())
}

/// Texts that the scanner checks in a second, alone.
fn scanner(time: Duration) -> f64 {
    let (begun, mut checked) = (Instant::now(), 0_u64);
    while begun.elapsed() < time {
        black_box(mesh_guard::check(&body(checked)));
        checked += 1;
    }
    checked as f64 / begun.elapsed().as_secs_f64()
}

fn call(room: &str, n: u64, outside: bool) -> String {
    let text = body(n);
    if outside {
        format!(
            r#"{{"room":"{room}","text":"{text}","relayed":{{"origin":"irc","sender":"bob"}}}}"#
        )
    } else {
        format!(r#"{{"room":"{room}","text":"{text}"}}"#)
    }
}

/// Posts as the member for so long; acknowledged posts a second.
async fn posts(mesh: &Mesh, time: Duration, input: impl Fn(u64) -> String) -> Outcome<f64> {
    let begun = Instant::now();
    let mut next = 0;
    let calls = std::iter::from_fn(|| {
        let more = begun.elapsed() < time;
        next += 1;
        more.then(|| input(next))
    });
    drive(mesh, calls).await
}

/// Signs posts beforehand, then sends them; acknowledged posts a second.
async fn signed(mesh: &Mesh, repeat: u64, time: Duration) -> Outcome<f64> {
    let me = mesh.call_as(0, "GET", "/api/me", &Value::Null)?;
    let status = mesh.call_as(0, "GET", "/api/status", &Value::Null)?;
    let room = mesh.call("GET", "/api/rooms/plain", &Value::Null)?;
    let (Some(who), Some(mesh_id), Some(room)) = (
        me["participant"]["id"].as_str(),
        status["mesh"].as_str(),
        room["id"].as_str(),
    ) else {
        return said(format!("no ids in {me} {status} {room}"));
    };
    let mut secret = [3; 32];
    secret[..8].copy_from_slice(&(repeat + 1).to_le_bytes());
    let key = SigningKey::from_bytes(&secret);
    let public: String = hex(&key.verifying_key().to_bytes());
    let proof = statement::sign(&key, &statement::key(mesh_id, who, &public));
    mesh.call_as(
        0,
        "POST",
        "/api/me/keys",
        &json!({"key": public, "proof": hex(&proof)}),
    )?;
    let count = SIGNED_PER_SECOND * time.as_secs();
    let calls: Vec<String> = (0..count)
        .map(|n| {
            let content = json!({"text": body(n)}).to_string();
            let mut salt = [0; 16];
            salt[..8].copy_from_slice(&n.to_le_bytes());
            let idempotency_key = format!("signed-{repeat}-{n}");
            let hash = hex(&statement::body_hash(&salt, content.as_bytes()));
            let text = statement::message(mesh_id, room, &public, &idempotency_key, &hash);
            let sig = hex(&statement::sign(&key, &text));
            let signed = json!({"key": public, "salt": hex(&salt), "sig": sig, "content": content});
            json!({"room": room, "signed": signed, "idempotency_key": idempotency_key}).to_string()
        })
        .collect();
    let begun = Instant::now();
    let calls = calls.into_iter().take_while(|_| begun.elapsed() < time);
    drive(mesh, calls).await
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps the window full until the calls end, and waits for all answers.
async fn drive(mesh: &Mesh, mut calls: impl Iterator<Item = String>) -> Outcome<f64> {
    let (mut reader, mut writer) = websocket(&mesh.server.address, &mesh.members[0]).await?;
    let begun = Instant::now();
    let (mut sent, mut over, mut ended) = (0_u64, 0_u64, false);
    let mut out = Vec::new();
    while !(ended && sent == over) {
        out.clear();
        while !ended && sent < over + WINDOW as u64 {
            match calls.next() {
                Some(input) => {
                    sent += 1;
                    let call = format!(r#"{{"id":{sent},"call":"message.post","input":{input}}}"#);
                    frame(&mut out, call.as_bytes());
                }
                None => ended = true,
            }
        }
        if !out.is_empty() {
            writer.write_all(&out).await?;
        }
        if sent > over {
            reader.more().await?;
        }
        while let Some((_, begin, length)) = next_frame(reader.unread()) {
            let frame = &reader.unread()[begin..begin + length];
            if memchr::memmem::find(frame, b"\"problem\"").is_some() {
                return said(String::from_utf8_lossy(frame));
            }
            over += u64::from(memchr::memmem::find(frame, b"\"ok\"").is_some());
            reader.used(begin + length);
        }
    }
    Ok(over as f64 / begun.elapsed().as_secs_f64())
}
