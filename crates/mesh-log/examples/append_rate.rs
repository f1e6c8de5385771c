//! Prints how many events a second a file log takes, and how many a second are read back from it.
//!
//! `cargo run --release -p mesh-log --example append_rate [FOLDER [EVENTS]]`: the folder must not exist; it is removed.

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use ed25519_dalek::SigningKey;
use mesh_log::{FileLog, FileOptions, Log, LogEvent, RealDisk, Tail, Trust};
use mesh_proof::build_batch;
use serde_json::value::RawValue;

/// Bytes of a body's content.
const CONTENT_BYTES: usize = 512;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let dir = std::path::PathBuf::from(args.next().unwrap_or_else(|| "append-rate".to_owned()));
    let events: usize = args.next().map_or(Ok(500_000), |events| events.parse())?;
    if dir.exists() {
        return Err(format!("{} exists; name a folder that does not", dir.display()).into());
    }
    encode(256)?;
    for size in [1, 256, 4096] {
        append(&dir, size, if size == 1 { events / 20 } else { events })?;
        if size == 256 {
            read(&dir)?;
        }
        std::fs::remove_dir_all(&dir)?;
    }
    Ok(())
}

fn sample() -> Result<[Box<RawValue>; 3], serde_json::Error> {
    let by = r#"{"participant":"0199f3a2-7c1e-7d30-8a44-0d6b4c1f2e90","credential":"0199f3a2-7c1e-7d30-8a44-0d6b4c1f2e91"}"#;
    let facts =
        r#"{"room":"0199f3a2-7c1e-7d30-8a44-0d6b4c1f2e92","mentions":[],"priority":"next"}"#;
    let content = format!(r#"{{"text":"{}"}}"#, "x".repeat(CONTENT_BYTES - 11));
    let raw = |json: &str| RawValue::from_string(json.to_owned());
    Ok([raw(by)?, raw(facts)?, raw(&content)?])
}

fn encode(size: usize) -> Result<(), Box<dyn Error>> {
    let [by, facts, content] = sample()?;
    let event = event(&by, &facts, &content);
    let batch = vec![event; size];
    let key = SigningKey::from_bytes(&[3; 32]);
    let (mut tail, mut bytes, count) = (Tail::EMPTY, Vec::new(), 400_000 / size);
    let start = Instant::now();
    for _ in 0..count {
        bytes.clear();
        tail = build_batch(tail, &batch, Some(&key), &mut bytes)?;
    }
    report("encoded and hashed", size, count * size, start);
    Ok(())
}

fn append(dir: &std::path::Path, size: usize, events: usize) -> Result<(), Box<dyn Error>> {
    let [by, facts, content] = sample()?;
    let batch = vec![event(&by, &facts, &content); size];
    let options = FileOptions {
        key: Some(SigningKey::from_bytes(&[3; 32])),
        ..FileOptions::default()
    };
    let (mut log, _) = FileLog::open(Arc::new(RealDisk), dir, options)?;
    let count = events / size;
    let mut tail = log.tail();
    let start = Instant::now();
    for _ in 0..count {
        tail = log.append(tail, &batch)?;
    }
    report("appended, signed and synced", size, count * size, start);
    Ok(())
}

fn read(dir: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let (log, _) = FileLog::open(Arc::new(RealDisk), dir, FileOptions::default())?;
    println!("opened in {:.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    let reader = log.reader();
    let events = log.tail().seq as usize;

    let (start, mut bytes) = (Instant::now(), 0);
    reader.read(1, |record| {
        bytes += record.header.len();
        ControlFlow::Continue(())
    })?;
    report("read", events, events, start);

    let start = Instant::now();
    reader.read_checked(Tail::EMPTY, |_| ControlFlow::Continue(()))?;
    report("read and checked", events, events, start);

    let start = Instant::now();
    reader.verify(&Trust::AnyKey, &mut |_| {})?;
    report("verified", events, events, start);

    let (start, lookups) = (Instant::now(), 20_000);
    for n in 0..lookups {
        reader.get((n * 7919) % events as u64 + 1, |record| record.at)?;
    }
    report("found by number", 1, lookups as usize, start);
    Ok(())
}

fn event<'a>(by: &'a RawValue, facts: &'a RawValue, content: &'a RawValue) -> LogEvent<'a> {
    LogEvent {
        at: 1_763_705_000_123,
        kind: "message.posted",
        v: 1,
        by,
        facts,
        content: Some(content),
        salt: [7; 16],
    }
}

fn report(what: &str, size: usize, events: usize, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{what}, {size} at a time: {:.0} events/s ({events} in {seconds:.2} s)",
        events as f64 / seconds
    );
}
