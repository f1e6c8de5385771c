//! Projects 200,000 messages, then searches them with a fixed mix, and prints how fast both were.
//!
//! `cargo run --release -p mesh-store --example search_rate [MESSAGES] [BATCH] [WORDS]`

use std::time::Instant;

use mesh_model::command::Actor;
use mesh_model::events::{By, MessagePosted, Priority, Trust};
use mesh_model::{Facts, Millis, ParticipantId, RoomId, Seq};
use mesh_store::view::{Search, Visible};
use mesh_store::{StoreError, StoredEvent, View};
use uuid::Uuid;

const ROOMS: u64 = 100;
const AUTHORS: u64 = 50;
const VOCABULARY: u64 = 20_000;
/// Each message has one of them: a search for both looks through everything and finds nothing.
const APART: [&str; 2] = ["even", "odd"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| arguments.next().map_or(Ok(default), |text| text.parse());
    let (messages, batch, words) = (number(200_000)?, number(1024)?, number(80)?);
    let dir = std::env::temp_dir().join(format!("mesh-search-rate-{}", std::process::id()));
    let view = project(&dir, messages, batch, words)?;
    let rooms: Vec<Visible> = (0..ROOMS)
        .map(|room| (RoomId(id(1, room)), Seq(1)))
        .collect();
    for (name, rooms) in [
        ("all rooms", &rooms[..]),
        ("50 rooms", &rooms[..50]),
        ("3 rooms", &rooms[..3]),
    ] {
        for (kind, queries) in mix() {
            measure(&view, rooms, name, kind, &queries)?;
        }
    }
    drop(view);
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

fn id(kind: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(kind, number)
}

/// A small generator of repeatable numbers (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A word's number: small ones are as common as in a language.
    fn word(&mut self) -> u64 {
        let unit = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        ((VOCABULARY as f64).powf(unit) - 1.0) as u64
    }
}

/// The spelling of a word: syllables of its number.
fn spell(mut number: u64) -> String {
    const SYLLABLES: [&str; 20] = [
        "ba", "con", "de", "er", "fi", "gra", "ho", "in", "ju", "ka", "le", "mes", "no", "or",
        "pro", "qui", "re", "sta", "ti", "un",
    ];
    let mut word = String::new();
    loop {
        word.push_str(SYLLABLES[(number % 20) as usize]);
        number /= 20;
        if number == 0 {
            return word;
        }
        number -= 1;
    }
}

fn project(
    dir: &std::path::Path,
    messages: u64,
    batch: u64,
    words: u64,
) -> Result<View, StoreError> {
    let (mut projector, view) = View::open(dir, "a mesh")?;
    let mut numbers = Numbers(88_172_645_463_325_252);
    let mut content = Vec::new();
    let mut head = Vec::new();
    let mut bytes = 0;
    for number in 0..messages {
        let mut text: Vec<String> = (0..words).map(|_| spell(numbers.word())).collect();
        text.push(APART[(number % 2) as usize].to_owned());
        content.push(format!("{{\"text\":\"{}\"}}", text.join(" ")));
        bytes += content.last().map_or(0, String::len);
        let room = RoomId(id(1, numbers.below(ROOMS)));
        let author = ParticipantId(id(2, numbers.below(AUTHORS)));
        let facts = MessagePosted {
            room,
            mentions: if numbers.below(10) == 0 {
                vec![ParticipantId(id(2, 7))]
            } else {
                Vec::new()
            },
            priority: Priority::Next,
            reply_to: None,
            thread: None,
            payload_type: None,
            trust: Trust::Local,
            command: false,
            quotes: Vec::new(),
            labels: Vec::new(),
            signed: None,
            relayed: None,
            guard: None,
            released: None,
            turn: None,
            closing: false,
            scheduled: None,
        };
        head.push((
            By {
                actor: Actor::User(author),
                key: None,
            },
            Facts::from(facts),
        ));
    }
    let events: Vec<StoredEvent<'_>> = head
        .iter()
        .zip(&content)
        .zip(1..)
        .map(|(((by, facts), content), seq)| StoredEvent {
            seq: Seq(seq),
            at: Millis(1_763_705_000_000 + seq),
            by,
            facts,
            content: Some(content),
        })
        .collect();
    let start = Instant::now();
    for batch in events.chunks(batch as usize) {
        projector.project(batch)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "projected {messages} messages of {} bytes in batches of {batch}: {:.0} messages/s",
        bytes as u64 / messages,
        messages as f64 / seconds
    );
    Ok(view)
}

/// Queries of the kinds people ask, each kind apart, so that a slow one cannot hide.
fn mix() -> Vec<(&'static str, Vec<String>)> {
    let mut numbers = Numbers(2_463_534_242);
    let mut queries = |words: fn(&mut Numbers) -> String| {
        (0..200).map(|_| words(&mut numbers)).collect::<Vec<_>>()
    };
    vec![
        ("a common word", queries(|n| spell(n.below(5)))),
        ("a rare word", queries(|n| spell(5_000 + n.below(10_000)))),
        (
            "two common words",
            queries(|n| format!("{} {}", spell(n.below(20)), spell(n.below(20)))),
        ),
        ("two never together", queries(|_| APART.join(" "))),
        (
            "common and rare",
            queries(|n| format!("{} {}", spell(n.below(5)), spell(10_000 + n.below(10_000)))),
        ),
        (
            "five words",
            queries(|n| {
                (0..5)
                    .map(|_| spell(n.word()))
                    .collect::<Vec<_>>()
                    .join(" ")
            }),
        ),
        (
            "a beginning of 2",
            queries(|n| spell(n.below(400)).chars().take(2).collect()),
        ),
        (
            "a beginning of 4",
            queries(|n| spell(20 + n.below(400)).chars().take(4).collect()),
        ),
        ("nothing", queries(|_| "zzyzx".to_owned())),
    ]
}

fn measure(
    view: &View,
    rooms: &[Visible],
    name: &str,
    kind: &str,
    queries: &[String],
) -> Result<(), StoreError> {
    let mut times = Vec::new();
    let mut found = 0;
    for words in queries {
        let start = Instant::now();
        found += view
            .search(
                rooms,
                &Search {
                    words,
                    limit: 50,
                    ..Search::default()
                },
            )?
            .len();
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "{name:10} {kind:18} p50 {:7.2} ms  p99 {:7.2} ms  {} found a query",
        at(0.5),
        at(0.99),
        found / queries.len()
    );
    Ok(())
}
