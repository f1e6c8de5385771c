//! Surveys a folder with all three programs, lets them react to each other and asks them questions.
//!
//! `cargo run -p mesh-survey --example survey -- . "@surveyor largest Rust files?" "@historian who owns src/?"`

use std::path::PathBuf;

use mesh_survey::{Findings, Role, SurveyError, survey};

fn main() -> Result<(), SurveyError> {
    let mut args = std::env::args().skip(1);
    let dir = PathBuf::from(args.next().unwrap_or_else(|| ".".to_owned()));
    let mut all: Vec<Findings> = Vec::new();
    for role in Role::ALL {
        let findings = survey(role, &dir, &mut |step| eprintln!("{role} {step}"))?;
        for message in findings.report() {
            println!("{role} {message}");
        }
        all.push(findings);
    }
    for mine in &all {
        for theirs in &all {
            if let Some(text) = mine.react(&theirs.summary()) {
                println!("{} {text}", mine.role());
            }
        }
    }
    for question in args {
        let asked = question
            .split_whitespace()
            .find_map(Role::from_handle)
            .unwrap_or(Role::Surveyor);
        for findings in all.iter().filter(|findings| findings.role() == asked) {
            println!("> {question}\n{asked} {}", findings.answer(&question).text);
        }
    }
    Ok(())
}
