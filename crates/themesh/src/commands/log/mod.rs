//! The log itself: verify, show, tail, export, import. They read the folder, so they work with
//! and without a node running on it. How things stood at a place is asked of the node.

mod at;
pub mod audit;
mod verify;
mod witness;

use std::io::{BufWriter, Write, stdin, stdout};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use mesh_log::{FileOptions, LogReader, Problem, RealDisk, Trust, Verified, VerifyError};
use mesh_model::home::Entry;
use mesh_sdk::{Client, Filter};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::line;

/// Look at the log: verify, show, tail, export, import, and how things stood
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh log verify")]
pub enum LogVerb {
    /// Check chain, bodies and signatures; names the first line that is wrong
    #[command(after_help = "Example: mesh log verify --key mesh.pin --witness witness.jsonl")]
    Verify(verify::VerifyArgs),
    /// Keep what a node signs of its log, so that it can't be rewritten unnoticed
    #[command(after_help = "Example: mesh log witness --file witness.jsonl")]
    Witness(witness::WitnessArgs),
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
    /// Say how things stood: rooms, who was there, tasks, what was said last
    #[command(
        after_help = "Examples: mesh log at 2h                          (two hours ago)\n          mesh log at 2026-11-21T14:30:00Z --room ops --messages 20\n          mesh log at 48211 --json"
    )]
    At(at::AtArgs),
    /// Print the newest events, then what comes
    #[command(after_help = "Example: mesh log tail")]
    Tail,
    /// Write the whole log as JSON lines
    #[command(after_help = "Example: mesh log export --pin mesh.pin > mesh.jsonl")]
    Export {
        /// Write the node's keys and what it signed last into this file, for `mesh log verify --key`
        #[arg(long, value_name = "FILE")]
        pin: Option<PathBuf>,
    },
    /// Make a new folder's log from exported JSON lines
    #[command(after_help = "Example: mesh --home ~/copy log import < mesh.jsonl")]
    Import,
}

/// How many events `mesh log tail` shows before it follows.
const TAIL_EVENTS: u64 = 10;

/// `mesh log …`
pub fn log(context: &Context, verb: LogVerb) -> Outcome<ExitCode> {
    match verb {
        LogVerb::Verify(args) => return verify::verify(context, &args),
        LogVerb::Witness(args) => witness::witness(context, &args)?,
        LogVerb::Show { after, limit } => {
            let reader = reader(context)?;
            show(&reader, after, limit)?;
        }
        LogVerb::At(args) => at::at(context, args)?,
        LogVerb::Tail => tail(context)?,
        LogVerb::Export { pin } => {
            let reader = reader(context)?;
            let mut out = BufWriter::new(stdout().lock());
            let exported = reader.export(&mut out);
            exported.map_err(|why| {
                Failure::here(format!("the export stopped: {why}"), "").so(Effect::Incomplete)
            })?;
            out.flush().map_err(|why| {
                Failure::here(format!("the export stopped: {why}"), "").so(Effect::Incomplete)
            })?;
            witness::pin(&reader, pin.as_deref())?;
        }
        LogVerb::Import => {
            let taken = mesh_log::import(
                Arc::new(RealDisk),
                folder(context),
                &FileOptions::default(),
                &Trust::AnyKey,
                &mut stdin().lock(),
            );
            let taken =
                taken.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingKept))?;
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
    Entry::Log.of(&context.home)
}

fn reader(context: &Context) -> Outcome<LogReader> {
    let folder = folder(context);
    if !folder.is_dir() {
        return Err(Failure::here(
            format!("there is no log in {}", folder.display()),
            "start a mesh with `mesh up`, or name its folder with --home",
        )
        .so(Effect::NothingChanged));
    }
    mesh_log::open_reader(Arc::new(RealDisk), folder).map_err(|why| {
        Failure::here(why.to_string(), "`mesh log verify` names the line")
            .so(Effect::NothingChanged)
    })
}

/// Checks the whole folder; the outer error means that it could not be read at all.
pub fn check(context: &Context) -> Outcome<Result<Verified, Problem>> {
    // A node may be writing: what it has not finished is beyond the tail and not looked at.
    let checked = match mesh_log::open_reader(Arc::new(RealDisk), folder(context)) {
        Ok(reader) if reader.tail().seq > 0 => {
            let keys = mesh_ops::node_keys(&reader).unwrap_or_default();
            reader.verify(&mesh_ops::turns(&keys), &mut |_| {})
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
        )
        .so(Effect::NothingChanged)),
    }
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
    let next = next.map_err(|why| {
        Failure::here(why.to_string(), "`mesh log verify` names the line")
            .so(Effect::NothingChanged)
    })?;
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
    let runtime =
        runtime.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingChanged))?;
    runtime.block_on(async {
        let client = Client::connect(options).await?;
        let mut items = client.subscribe(Filter::default()).await?;
        while items.moved().await {
            shown = show(&reader(context)?, shown, u64::from(u32::MAX))?;
        }
        Ok(())
    })
}
