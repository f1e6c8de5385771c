//! Says how many attacks of each family and how many harmless texts of each class are caught. Reads JSON lines
//! `{"text":…,"label":0|1,"family":…}` from standard input; a text is caught if it is not simply delivered.
//!
//!     cargo run --release -p mesh-guard --example evaluate < test.jsonl

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, stdin};

use mesh_guard::{Action, check};
use serde_json::Value;

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
    let mut counts: BTreeMap<(bool, String), Count> = BTreeMap::new();
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
        counts
            .entry((attack, family))
            .or_default()
            .add(verdict.action);
    }
    for (attack, title) in [
        (true, "attacks of family"),
        (false, "harmless texts of class"),
    ] {
        println!("\n| {title} | texts | caught | held or refused |\n|---|---|---|---|");
        let mut all = Count::default();
        for ((_, name), count) in counts.iter().filter(|((kind, _), _)| *kind == attack) {
            println!("{}", count.row(name));
            all = Count {
                texts: all.texts + count.texts,
                caught: all.caught + count.caught,
                held: all.held + count.held,
            };
        }
        println!("{}", all.row("**all**"));
    }
    Ok(())
}
