//! `mesh guard check`: what the guard thinks of texts. It reads them here; no node is asked.

use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use mesh_guard::{Action, Verdict, check};
use serde::Deserialize;
use serde_json::json;

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, line, paint};

/// Check texts for injected instructions, without a node
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh guard check README.md")]
pub enum GuardVerb {
    /// Say of each text whether it tries to give an agent orders, and why
    #[command(
        after_help = "Examples: mesh guard check mail.txt\n          curl -s https://example.org | mesh guard check -\n          mesh guard check --json texts.jsonl    (lines {\"text\":…}, one verdict each)"
    )]
    Check {
        /// The file with the text; standard input for -
        #[arg(default_value = "-", value_name = "FILE")]
        file: PathBuf,
        /// The file has JSON lines {"text":…}, each a text of its own (seen by itself if every line is one)
        #[arg(long)]
        jsonl: bool,
    },
}

/// A line of JSON with a text to check.
#[derive(Deserialize)]
struct Row {
    text: String,
}

/// `mesh guard …`
pub fn guard(context: &Context, verb: &GuardVerb) -> Outcome<()> {
    match verb {
        GuardVerb::Check { file, jsonl } => {
            let text = read(file)?;
            let texts = if *jsonl || is_jsonl(&text) {
                rows(&text)?
            } else {
                vec![text]
            };
            for text in &texts {
                print(context, &check(text));
            }
        }
    }
    Ok(())
}

/// The file's text, or that of standard input for `-`. Bytes that are not UTF-8 are replaced, and that is said.
fn read(file: &Path) -> Outcome<String> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    let bytes = bytes.map_err(|why| {
        Failure::usage(
            format!("{} cannot be read: {why}", file.display()),
            "name a file with the text, or - for standard input",
        )
        .so(Effect::NothingChecked)
    })?;
    Ok(String::from_utf8(bytes).unwrap_or_else(|why| {
        eprintln!(
            "mesh: the text is not all UTF-8; what is not was replaced by \u{FFFD} and then checked"
        );
        String::from_utf8_lossy(why.as_bytes()).into_owned()
    }))
}

/// Whether each line is an object with a text, so that nobody has to say so.
fn is_jsonl(text: &str) -> bool {
    let mut lines = text.split('\n').filter(|line| !line.trim().is_empty());
    let first = lines.next();
    first.is_some_and(|line| serde_json::from_str::<Row>(line).is_ok())
        && lines.all(|line| line.trim_start().starts_with('{'))
}

fn rows(text: &str) -> Outcome<Vec<String>> {
    let lines = text.split('\n').enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| {
            let row: Result<Row, _> = serde_json::from_str(line);
            row.map(|row| row.text).map_err(|why| {
                Failure::usage(
                    format!("line {} is no JSON object with a text: {why}", number + 1),
                    "each line has the form {\"text\":\"…\"}",
                )
                .so(Effect::NothingChecked)
            })
        })
        .collect()
}

fn print(context: &Context, verdict: &Verdict) {
    let name = serde_json::to_value(verdict.action).unwrap_or_default();
    let name = name.as_str().unwrap_or_default();
    if context.json {
        let spans: Vec<_> = verdict
            .reasons
            .iter()
            .filter_map(|reason| reason.span)
            .collect();
        let answer = json!({
            "score": verdict.score,
            "action": name,
            "reasons": verdict.reasons,
            "spans": spans,
        });
        return line(&answer.to_string());
    }
    let colour = match verdict.action {
        Action::Deliver => Colour::Good,
        Action::Mark => Colour::Warning,
        Action::Quarantine | Action::Refuse => Colour::Bad,
    };
    line(&paint(colour, &format!("{name} {:.3}", verdict.score)));
    for reason in verdict.reasons.iter().filter(|reason| reason.weight > 0.0) {
        let place = reason.span.map_or(String::new(), |(from, to)| {
            format!(" (bytes {from} to {to})")
        });
        line(&format!("  {}: {}{place}", reason.rule, reason.detail));
    }
}
