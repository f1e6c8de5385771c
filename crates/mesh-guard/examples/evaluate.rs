//! Says how many attacks and how many harmless texts of each family are caught, and of each container and language where a
//! line names them. Reads JSON lines `{"text":…,"label":0|1,"family":…,"container":…,"language":…}` from standard input; a text
//! is caught if it is not simply delivered.
//!
//!     cargo run --release -p mesh-guard --example evaluate < test.jsonl

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, stdin};

use mesh_guard::{Action, check};
use serde_json::Value;

/// What texts are counted by.
const PARTS: [&str; 3] = ["family", "container", "language"];

#[derive(Default, Clone, Copy)]
struct Count {
    texts: u32,
    caught: u32,
    held: u32,
}

impl Count {
    fn add(&mut self, action: Action) {
        self.texts += 1;
        self.caught += u32::from(action > Action::Deliver);
        self.held += u32::from(action > Action::Mark);
    }

    fn row(&self, name: &str) -> String {
        let percent = |part: u32| 100.0 * f64::from(part) / f64::from(self.texts.max(1));
        format!(
            "| {name} | {} | {:.1} % | {:.1} % |",
            self.texts,
            percent(self.caught),
            percent(self.held)
        )
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let show = std::env::args().any(|argument| argument == "--errors");
    let mut counts: BTreeMap<(usize, bool, String), Count> = BTreeMap::new();
    for line in stdin().lock().lines() {
        let row: Value = serde_json::from_str(&line?)?;
        let text = row["text"].as_str().ok_or("a line has no text")?;
        let attack = row["label"] == 1;
        let family = row["family"].as_str().unwrap_or("unknown").to_owned();
        let verdict = check(text);
        if show && attack != (verdict.action > Action::Deliver) {
            let rules: Vec<_> = verdict
                .reasons
                .iter()
                .take(4)
                .map(|reason| (reason.rule, reason.weight))
                .collect();
            let start: String = text.chars().take(300).collect();
            println!(
                "{} {family} {:.3} {rules:?} {start:?}",
                u8::from(attack),
                verdict.score
            );
        }
        for (at, part) in PARTS.into_iter().enumerate() {
            if let Some(name) = row[part].as_str() {
                let count = counts.entry((at, attack, name.to_owned())).or_default();
                count.add(verdict.action);
            }
        }
    }
    for (at, part) in PARTS.into_iter().enumerate() {
        for (attack, title) in [(true, "attacks"), (false, "harmless texts")] {
            println!("\n| {title}: {part} | texts | caught | held or refused |\n|---|---|---|---|");
            let mut all = Count::default();
            let of_part =
                |(place, kind, _): &(usize, bool, String)| (*place, *kind) == (at, attack);
            for ((.., name), count) in counts.iter().filter(|(key, _)| of_part(key)) {
                println!("{}", count.row(name));
                all = Count {
                    texts: all.texts + count.texts,
                    caught: all.caught + count.caught,
                    held: all.held + count.held,
                };
            }
            println!("{}", all.row("**all**"));
        }
    }
    Ok(())
}
