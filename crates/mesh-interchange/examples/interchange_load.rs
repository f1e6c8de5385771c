//! What an interchange costs: memory of idle nodes, and envelopes of 1 KiB that it passes on in a second of one core.
//!
//! `cargo run --release -p mesh-interchange --example interchange_load -- [NODES] [PAIRS] [SECONDS]`. The interchange runs as a
//! process of its own, so that what is measured is its alone.

use std::collections::HashSet;
use std::env;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use futures_util::{SinkExt, StreamExt};
use mesh_interchange::relay::{Config, Mode, Relay, serve};
use mesh_interchange::{INTERCHANGE_PATH, Prover};
use mesh_proof::statement;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;
type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Ticks of the processor's clock in /proc, a second.
const TICKS: f64 = 100.0;
const SEALED_BYTES: usize = 1024;

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let first = args.next();
    if first.as_deref() == Some("--serve") {
        return interchange().await;
    }
    let nodes = first.map_or(Ok(1000), |text| text.parse())?;
    let pairs = args.next().map_or(Ok(40), |text| text.parse())?;
    let seconds = args.next().map_or(Ok(10), |text| text.parse())?;
    let (mut child, url) = start()?;
    let measured = measure(child.id(), &url, nodes, pairs, seconds).await;
    child.kill()?;
    child.wait()?;
    measured
}

async fn interchange() -> Result<()> {
    let state = env::temp_dir().join(format!("interchange-load-{}", std::process::id()));
    let relay = Relay::open(Config {
        mode: Mode::Local,
        state,
        allow: HashSet::new(),
        secret: None,
        proxies: Vec::new(),
    })?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    serve(listener, relay, std::future::pending()).await;
    Ok(())
}

fn start() -> Result<(Child, String)> {
    let mut child = Command::new(env::current_exe()?)
        .arg("--serve")
        .stdout(Stdio::piped())
        .spawn()?;
    let mut address = String::new();
    let out = child.stdout.take().ok_or("no output")?;
    BufReader::new(out).read_line(&mut address)?;
    Ok((child, format!("ws://{}{INTERCHANGE_PATH}", address.trim())))
}

async fn measure(process: u32, url: &str, nodes: u32, pairs: u32, seconds: u64) -> Result<()> {
    let empty = resident_kib(process)?;
    let mut idle = Vec::new();
    for number in 0..nodes {
        idle.push(enter(url, &node(number)).await?);
    }
    let full = resident_kib(process)?;
    println!("memory      {empty} KiB without nodes, {full} KiB with {nodes} idle ones");
    drop(idle);

    let arrived = Arc::new(AtomicU64::new(0));
    for pair in 0..pairs {
        let (from, to) = (node(100_000 + 2 * pair), node(100_001 + 2 * pair));
        let (sender, receiver) = (enter(url, &from).await?, enter(url, &to).await?);
        tokio::spawn(receive(receiver, Arc::clone(&arrived)));
        tokio::spawn(send(sender, envelope(&from, &to)));
    }
    // The burst that everybody has at first is over after this.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (count, cpu, began) = (
        arrived.load(Ordering::Relaxed),
        cpu_seconds(process)?,
        Instant::now(),
    );
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let count = arrived.load(Ordering::Relaxed) - count;
    let (cpu, took) = (cpu_seconds(process)? - cpu, began.elapsed().as_secs_f64());
    println!(
        "envelopes   {:.0} a second, {:.0} in a second of one core ({:.0}% of one were used)",
        count as f64 / took,
        count as f64 / cpu,
        100.0 * cpu / took
    );
    Ok(())
}

fn node(number: u32) -> SigningKey {
    let mut seed = [7; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    SigningKey::from_bytes(&seed)
}

async fn enter(url: &str, key: &SigningKey) -> Result<Socket> {
    let (mut socket, _) = connect_async(url).await?;
    let challenge = word(&mut socket).await?;
    let challenge = &challenge["challenge"];
    let text = |field: &str| challenge[field].as_str().unwrap_or_default().to_owned();
    let public = key.key().to_string();
    let said = statement::interchange(&text("key"), &text("nonce"), &[1], 1, &public, "");
    let proof: String = key
        .sign(&said)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let hello = json!({"hello": {"version": 1, "key": public, "proof": proof}});
    socket.send(Message::text(hello.to_string())).await?;
    let answer = word(&mut socket).await?;
    if answer.get("welcome").is_none() {
        return Err(answer.to_string().into());
    }
    Ok(socket)
}

async fn word(socket: &mut Socket) -> Result<Value> {
    match socket.next().await {
        Some(Ok(Message::Text(text))) => Ok(serde_json::from_str(&text)?),
        other => Err(format!("no word but {other:?}").into()),
    }
}

fn envelope(from: &SigningKey, to: &SigningKey) -> Vec<u8> {
    let head = [&[1][..], &to.key().0, &from.key().0, &[0]].concat();
    [head, vec![9; 16 + SEALED_BYTES]].concat()
}

async fn send(mut socket: Socket, envelope: Vec<u8>) {
    let message = Message::binary(envelope);
    loop {
        for _ in 0..32 {
            if socket.feed(message.clone()).await.is_err() {
                return;
            }
        }
        if socket.flush().await.is_err() {
            return;
        }
    }
}

async fn receive(mut socket: Socket, arrived: Arc<AtomicU64>) {
    while let Some(Ok(message)) = socket.next().await {
        if message.is_binary() {
            arrived.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn resident_kib(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmRSS")?.parse()?)
}

fn cpu_seconds(process: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in it may have spaces; the fields begin behind its bracket.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(ticks as f64 / TICKS)
}
