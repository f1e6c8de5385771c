//! The node is killed without a warning, again and again, under load. What was acknowledged is
//! there once; what was not may be there or not, once at most; a subscriber misses and repeats nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mesh_model::ops::{MessageList, MessagePost};
use mesh_model::{ErrorCode, Seq};
use mesh_sdk::Error;
use mesh_sdk::http::Http;
use serde_json::json;
use tempfile::TempDir;

use super::node::{Node, mesh};

const KILLS: u32 = 200;
const WRITERS: u64 = 3;

/// SplitMix64: the same seed gives the same moments.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

/// What the writers know: texts that were acknowledged, with the place that was named.
type Acknowledged = Arc<Mutex<BTreeMap<String, Seq>>>;

/// Posts until the node is gone. A post whose answer was lost is repeated in the next round with
/// the same key; `unsure` carries it there.
fn write(http: &Http, writer: u64, next: &mut u64, acknowledged: &Acknowledged) {
    loop {
        let text = format!("{writer}-{next}");
        let input = json!({"room": "general", "text": text});
        let input: mesh_model::api::MessagePostInput = serde_json::from_value(input).unwrap();
        let keyed = json!({"room": "general", "text": input.text, "idempotency_key": text});
        let declaration = &<MessagePost as mesh_model::ops::Operation>::DECLARATION;
        match http.call_declared(declaration, keyed) {
            Ok(answer) => {
                let seq = Seq(answer.body["seq"].as_u64().unwrap());
                let before = acknowledged.lock().unwrap().insert(text, seq);
                assert!(
                    before.is_none_or(|before| before == seq),
                    "one key has two places"
                );
                *next += 1;
            }
            Err(Error::Refused(refusal)) if refusal.code == ErrorCode::ShuttingDown => return,
            Err(Error::Refused(refusal)) => panic!("{refusal}"),
            Err(_) => return,
        }
    }
}

/// Everything in the room after `position`, page by page.
fn read_on(node: &Node, position: &mut Seq, seen: &mut Vec<(Seq, String)>) {
    loop {
        let page =
            node.call::<MessageList>(json!({"room": "general", "after": position, "limit": 500}));
        seen.extend(
            page.items
                .iter()
                .map(|message| (message.seq, message.text.to_string())),
        );
        *position = page.items.last().map_or(*position, |message| message.seq);
        if page.next.is_none() {
            return;
        }
    }
}

/// One life of the node: writers post, and at a random moment it is killed.
fn life(
    folder: TempDir,
    dice: &mut Dice,
    next: &mut [u64],
    acknowledged: &Acknowledged,
    reader: (&mut Seq, &mut Vec<(Seq, String)>),
) -> TempDir {
    let node = Node::start_in(folder, &[]);
    let stop = Duration::from_micros(dice.roll(60_000));
    let (position, seen) = reader;
    let http = node.http();
    let folder = thread::scope(|scope| {
        for (writer, next) in next.iter_mut().enumerate() {
            let http = http.clone();
            scope.spawn(move || write(&http, writer as u64, next, acknowledged));
        }
        let begun = Instant::now();
        // Reading is what passes the time until the kill, and what a client that resumes does.
        loop {
            read_on(&node, position, seen);
            if begun.elapsed() >= stop {
                return node.kill();
            }
        }
    });
    let verified = mesh(&folder.path().join("home"), &["log", "verify"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    folder
}

#[test]
fn kill_nine_loses_nothing_and_doubles_nothing() {
    let seed = std::env::var("MESH_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1);
    println!("MESH_SEED={seed}");
    let mut dice = Dice(seed);
    let acknowledged = Acknowledged::default();
    let (mut next, mut position, mut seen) = (vec![0; WRITERS as usize], Seq::ZERO, Vec::new());
    let mut folder = tempfile::tempdir().unwrap();
    for _ in 0..KILLS {
        folder = life(
            folder,
            &mut dice,
            &mut next,
            &acknowledged,
            (&mut position, &mut seen),
        );
    }
    let node = Node::start_in(folder, &[]);
    read_on(&node, &mut position, &mut seen);
    let mut whole = (Seq::ZERO, Vec::new());
    read_on(&node, &mut whole.0, &mut whole.1);
    assert_eq!(
        seen, whole.1,
        "who kept its position saw something else than what is there"
    );
    let texts: BTreeSet<&String> = whole.1.iter().map(|(_, text)| text).collect();
    assert_eq!(texts.len(), whole.1.len(), "a message is there twice");
    let places: BTreeMap<&String, Seq> = whole.1.iter().map(|(seq, text)| (text, *seq)).collect();
    let acknowledged = acknowledged.lock().unwrap();
    for (text, seq) in acknowledged.iter() {
        assert_eq!(places.get(text), Some(seq), "{text} was acknowledged");
    }
    // Unanswered posts are repeated with their keys, so each writer has at most one open.
    assert!(places.len() <= acknowledged.len() + WRITERS as usize);
    assert!(
        acknowledged.len() > KILLS as usize,
        "only {} posts in {KILLS} lives",
        acknowledged.len()
    );
    println!("{} messages over {KILLS} kills", places.len());
}

#[test]
fn no_process_is_left_behind() {
    let node = Node::start();
    let home = node.home();
    node.stop();
    let left = Command::new("pgrep")
        .args(["-f", &home.display().to_string()])
        .output()
        .unwrap();
    assert!(
        left.stdout.is_empty(),
        "{}",
        String::from_utf8_lossy(&left.stdout)
    );
}
