//! Prints what the training needs of each text, as JSON lines: `features` for the windows' features, `signals` for the
//! signals with the weights that the crate has. Reads JSON lines `{"text":…}` from standard input.
//!
//!     cargo run --release -p mesh-guard --example features -- features < train.jsonl > features.jsonl

use std::error::Error;
use std::io::{BufRead, BufWriter, Write, stdin, stdout};

use mesh_guard::training::{signal_names, signal_values, windows};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let what = std::env::args().nth(1).unwrap_or_default();
    let mut out = BufWriter::new(stdout().lock());
    if what == "names" {
        writeln!(out, "{}", json!(signal_names()))?;
        return Ok(());
    }
    for line in stdin().lock().lines() {
        let row: Value = serde_json::from_str(&line?)?;
        let text = row["text"].as_str().ok_or("a line has no text")?;
        let answer = match what.as_str() {
            "features" => windows(text)
                .iter()
                .map(|window| json!({"features": window.features, "span": window.span}))
                .collect(),
            "signals" => json!(signal_values(text)),
            _ => return Err("say `features`, `signals` or `names`".into()),
        };
        writeln!(out, "{answer}")?;
    }
    out.flush()?;
    Ok(())
}
