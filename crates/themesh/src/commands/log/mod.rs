//! The log itself: verify, show, tail, export, import. They read the folder, so they work with
//! and without a node running on it.

pub mod audit;

use std::io::{BufWriter, Write, stdin, stdout};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use mesh_log::{
    FileOptions, LogReader, Problem, ProblemKind, RealDisk, Trust, Verified, VerifyError,
};
use mesh_model::events::{MeshCreated, VaultReplaced};
use mesh_ops::Signatures;
use mesh_sdk::{Client, Filter};
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Colour, line, paint};

/// Look at the log: verify, show, tail, export, import
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh log verify")]
pub enum LogVerb {
    /// Check chain, bodies and signatures; names the first line that is wrong
    #[command(after_help = "Example: mesh log verify")]
    Verify,
    /// Print lines as they are stored
    #[command(after_help = "Example: mesh log show --after 100 --limit 10")]
    Show {
        /// Begin behind this place
        #[arg(long, value_name = "SEQ", default_value_t = 0)]
        after: u64,
        /// At most so many events
        #[arg(long, default_value_t = 50)]
        limit: u64,
    },
    /// Print the newest events, then what comes
    #[command(after_help = "Example: mesh log tail")]
    Tail,
    /// Write the whole log as JSON lines
    #[command(after_help = "Example: mesh log export > mesh.jsonl")]
    Export,
    /// Make a new folder's log from exported JSON lines
    #[command(after_help = "Example: mesh --home ~/copy log import < mesh.jsonl")]
    Import,
}

/// How many events `mesh log tail` shows before it follows.
const TAIL_EVENTS: u64 = 10;

/// `mesh log …`
pub fn log(context: &Context, verb: LogVerb) -> Outcome<ExitCode> {
    match verb {
        LogVerb::Verify => return verify(context),
        LogVerb::Show { after, limit } => {
            let reader = reader(context)?;
            show(&reader, after, limit)?;
        }
        LogVerb::Tail => tail(context)?,
        LogVerb::Export => {
            let mut out = BufWriter::new(stdout().lock());
            let exported = reader(context)?.export(&mut out);
            exported.map_err(|why| {
                Failure::here(
                    format!("the export stopped: {why}"),
                    "what was written so far is no whole log",
                )
            })?;
            out.flush()
                .map_err(|why| Failure::here(format!("the export stopped: {why}"), ""))?;
        }
        LogVerb::Import => {
            let taken = mesh_log::import(
                Arc::new(RealDisk),
                folder(context),
                &FileOptions::default(),
                &Trust::AnyKey,
                &mut stdin().lock(),
            );
            let taken = taken
                .map_err(|why| Failure::here(why.to_string(), "nothing was kept in the folder"))?;
            line(&format!("{} events imported and verified", taken.events));
            line(
                "Start a node on them with: mesh up --new-vault (tokens and passwords are not part of a log)",
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the log's segments are.
pub fn folder(context: &Context) -> PathBuf {
    context.home.join("log")
}

fn reader(context: &Context) -> Outcome<LogReader> {
    let folder = folder(context);
    if !folder.is_dir() {
        return Err(Failure::here(
            format!("there is no log in {}", folder.display()),
            "start a mesh with `mesh up`, or name its folder with --home",
        ));
    }
    mesh_log::open_reader(Arc::new(RealDisk), folder)
        .map_err(|why| Failure::here(why.to_string(), "`mesh log verify` names the line"))
}

/// `mesh log verify`
fn verify(context: &Context) -> Outcome<ExitCode> {
    let result = check(context)?;
    let signatures = match &result {
        Ok(_) => signatures(context)?,
        // Whoever signed what, an altered log is no evidence of it.
        Err(_) => Signatures::default(),
    };
    match &result {
        Ok(verified) if context.json => line(&verified_json(verified, &signatures).to_string()),
        Ok(verified) => {
            line(&paint(
                Colour::Good,
                &format!("{} events verified", verified.events),
            ));
            line(&format!(
                "batches {}, signed {}, erased bodies {}",
                verified.batches, verified.signed, verified.erased
            ));
            line(&format!(
                "head    {} {}",
                verified.tail.seq, verified.tail.head
            ));
            print_signatures(&signatures);
        }
        Err(problem) if context.json => line(&problem_json(problem).to_string()),
        Err(problem) => {
            line(&paint(Colour::Bad, &problem.to_string()));
            line(
                "Everything before that line is intact. Restore the segment from a copy, or ask who changed it.",
            );
        }
    }
    let sound = result.is_ok() && signatures.is_sound();
    Ok(ExitCode::from(u8::from(!sound)))
}

/// Checks what participants signed, as far as the log has a beginning.
fn signatures(context: &Context) -> Outcome<Signatures> {
    let checked = mesh_ops::check_signatures(&reader(context)?);
    checked.map_err(|why| Failure::here(why.to_string(), "check the folder's owner and the disk"))
}

fn print_signatures(found: &Signatures) {
    if found.good > 0 {
        line(&format!(
            "{} messages carry a signature by their author that holds",
            found.good
        ));
    }
    if found.unknown > 0 {
        line(&format!(
            "{} messages are signed, but the log lacks what their signatures cover",
            found.unknown
        ));
    }
    if found.results_good > 0 {
        line(&format!(
            "{} results carry a signature by their worker that holds, linked to what they were built on",
            found.results_good
        ));
    }
    if found.is_sound() {
        return;
    }
    let messages = found.bad.iter().map(|seq| format!("message m{seq}"));
    let results = found
        .results_bad
        .iter()
        .map(|seq| format!("result at {seq}"));
    let places: Vec<String> = messages.chain(results).collect();
    line(&paint(
        Colour::Bad,
        &format!("no signature by their author: {}", places.join(", ")),
    ));
    line(
        "Their authors did not sign these words here, though the node wrote that they did: do not trust this node's log.",
    );
}

/// Checks the whole folder; the outer error means that it could not be read at all.
pub fn check(context: &Context) -> Outcome<Result<Verified, Problem>> {
    // A node may be writing: what it has not finished is beyond the tail and not looked at.
    let checked = match mesh_log::open_reader(Arc::new(RealDisk), folder(context)) {
        Ok(reader) if reader.tail().seq > 0 => {
            let trust = trust(&reader);
            reader.verify(&trust, &mut |_| {})
        }
        _ => {
            reader(context).map(drop).or_else(|why| {
                if folder(context).is_dir() {
                    Ok(())
                } else {
                    Err(why)
                }
            })?;
            mesh_log::verify_folder(
                Arc::new(RealDisk),
                folder(context),
                &Trust::AnyKey,
                &mut |_| {},
            )
        }
    };
    match checked {
        Ok(verified) => Ok(Ok(verified)),
        Err(VerifyError::Problem(problem)) => Ok(Err(problem)),
        Err(other) => Err(Failure::here(
            other.to_string(),
            "check the folder's owner and the disk",
        )),
    }
}

/// The keys that the log itself names; without a readable first event any valid signature counts.
fn trust(reader: &LogReader) -> Trust {
    let mut keys = Vec::new();
    let read = reader.read(1, |record| {
        let key = match record.kind {
            "mesh.created" => serde_json::from_str::<MeshCreated>(record.facts.get())
                .map(|facts| facts.node_key)
                .ok(),
            "vault.replaced" => serde_json::from_str::<VaultReplaced>(record.facts.get())
                .map(|facts| facts.node_key)
                .ok(),
            _ => None,
        };
        keys.extend(key.map(|key| key.0));
        ControlFlow::Continue(())
    });
    if read.is_err() || keys.is_empty() {
        Trust::AnyKey
    } else {
        Trust::Keys(keys)
    }
}

fn verified_json(verified: &Verified, signatures: &Signatures) -> Value {
    json!({
        "ok": signatures.is_sound(),
        "events": verified.events,
        "batches": verified.batches,
        "signed": verified.signed,
        "erased": verified.erased,
        "messages_signed": {
            "good": signatures.good,
            "unknown": signatures.unknown,
            "bad": signatures.bad,
        },
        "results_signed": {
            "good": signatures.results_good,
            "bad": signatures.results_bad,
        },
        "head": {"seq": verified.tail.seq, "hash": verified.tail.head.to_string()},
    })
}

fn problem_json(problem: &Problem) -> Value {
    let kind = match problem.kind {
        ProblemKind::Altered => "altered",
        ProblemKind::Missing => "missing",
        ProblemKind::Inserted => "inserted",
        ProblemKind::Reordered => "reordered",
        ProblemKind::BadSignature => "bad_signature",
        ProblemKind::TornTail => "torn_tail",
    };
    json!({
        "ok": false,
        "kind": kind,
        "segment": problem.segment.as_ref(),
        "line": problem.line,
        "seq": problem.seq,
        "detail": problem.detail,
    })
}

/// Prints events as they are stored: the header, then the content if there is some.
fn show(reader: &LogReader, after: u64, limit: u64) -> Outcome<u64> {
    let mut left = limit;
    let next = reader.read(after + 1, |record| {
        if left == 0 {
            return ControlFlow::Break(());
        }
        left -= 1;
        line(&String::from_utf8_lossy(record.header));
        if let mesh_log::Content::Json(content) = record.content {
            line(&format!("{{\"b\":{},\"content\":{content}}}", record.seq));
        }
        ControlFlow::Continue(())
    });
    let next =
        next.map_err(|why| Failure::here(why.to_string(), "`mesh log verify` names the line"))?;
    Ok(next.saturating_sub(1).min(after + limit))
}

/// Prints the newest events, then whatever the running node adds. The node's stream only says
/// that there is more; what is printed comes from the folder.
fn tail(context: &Context) -> Outcome<()> {
    let newest = reader(context)?.tail().seq;
    let mut shown = show(
        &reader(context)?,
        newest.saturating_sub(TAIL_EVENTS),
        TAIL_EVENTS,
    )?;
    if context.running().is_none() {
        return Ok(());
    }
    let options = context.options()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|why| Failure::here(why.to_string(), ""))?;
    runtime.block_on(async {
        let client = Client::connect(options).await?;
        let mut items = client.subscribe(Filter::default()).await?;
        while items.moved().await {
            shown = show(&reader(context)?, shown, u64::from(u32::MAX))?;
        }
        Ok(())
    })
}
