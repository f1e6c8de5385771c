//! Writes what the training needs of each text into a folder: the features of its pieces and the signals of its windows as
//! columns of little-endian numbers, and `names.json` with the signals' names and the weights that training starts from. Reads
//! JSON lines `{"text":…}` from standard input.
//!
//!     cargo run --release -p mesh-guard --example features -- OUT < train.jsonl

use std::error::Error;
use std::fs;
use std::io::{BufRead, stdin};
use std::path::PathBuf;

use mesh_guard::training::{read, signal_names};
use serde_json::{Value, json};

/// A column of numbers of four bytes.
#[derive(Default)]
struct Column(Vec<u8>);

impl Column {
    fn push(&mut self, number: usize) {
        self.0
            .extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::args().nth(1).ok_or("say where to write")?);
    fs::write(out.join("names.json"), json!(signal_names()).to_string())?;
    let [mut features, mut counts, mut windows, mut signals]: [Column; 4] = Default::default();
    let (mut pieces_before, mut windows_before) = (0, 0);
    for (number, line) in stdin().lock().lines().enumerate() {
        let row: Value = serde_json::from_str(&line?)?;
        let (pieces, seen) = read(row["text"].as_str().ok_or("a line has no text")?);
        for piece in &pieces {
            for part in [&piece.words, &piece.meanings] {
                counts.push(part.len());
                part.iter().for_each(|one| features.push(*one as usize));
            }
        }
        for (at, window) in seen.iter().enumerate() {
            let (first, last) = window.pieces;
            for number in [
                number,
                pieces_before + first,
                pieces_before + last,
                window.span.0,
                window.span.1,
            ] {
                windows.push(number);
            }
            for (signal, value) in &window.signals {
                signals.push(windows_before + at);
                signals.push(*signal);
                signals.0.extend(value.to_le_bytes());
            }
        }
        pieces_before += pieces.len();
        windows_before += seen.len();
    }
    for (name, column) in [
        ("features", features),
        ("counts", counts),
        ("windows", windows),
        ("signals", signals),
    ] {
        fs::write(out.join(name), column.0)?;
    }
    Ok(())
}
