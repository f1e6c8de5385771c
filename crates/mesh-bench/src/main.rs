//! The load driver behind `make bench`: the shipped binary beside its peers, in one run.
//!
//! Arms are interleaved and repeated; what counts is the median of the ratios of each repeat.
//! One thread drives all arms with the same light client, so that the servers have the other core.

mod arms;
mod cluster;
mod peers;
mod report;
mod wire;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Measures a node beside Redis, NATS, Postgres and Celery where they are installed.
#[derive(Debug, Parser)]
struct Args {
    /// The `mesh` binary
    #[arg(long, env = "MESH_BIN", default_value = "target/release/mesh")]
    mesh: PathBuf,
    /// The `nats-server` binary
    #[arg(long, env = "NATS_SERVER", default_value = "nats-server")]
    nats: PathBuf,
    /// The `redis-server` binary
    #[arg(long, env = "REDIS_SERVER", default_value = "redis-server")]
    redis: PathBuf,
    /// The `postgres` binary; Debian's are found where Debian puts them
    #[arg(long, env = "POSTGRES", default_value = "postgres")]
    postgres: PathBuf,
    /// The `celery` program
    #[arg(long, env = "CELERY", default_value = "celery")]
    celery: PathBuf,
    /// How often each comparison is repeated
    #[arg(long, default_value_t = 5)]
    repeats: usize,
    /// How long each arm runs, seconds
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Only comparisons whose name contains this; also `paced`, `memory`, `rules`, `tasks`, `scale`, `timeline` and `intelligence`
    #[arg(long, default_value = "")]
    only: String,
    /// Members that are connected and idle while memory is measured
    #[arg(long, default_value_t = 9_000)]
    idle_members: usize,
    /// How long they are idle, seconds
    #[arg(long, default_value_t = 60)]
    idle_seconds: u64,
    /// Messages in the log of the `scale` measurements, about as many events in that of `timeline`
    #[arg(long, default_value_t = 1_000_000)]
    messages: u64,
    /// Where the report goes
    #[arg(long, default_value = "target/bench/report.json")]
    report: PathBuf,
}

/// What stops a run: a server that does not start, or an answer that makes no sense.
#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Http(#[from] Box<ureq::Error>),
    #[error("{0}")]
    Said(String),
}

type Outcome<T> = Result<T, BenchError>;

fn said<T>(what: impl Into<String>) -> Outcome<T> {
    Err(BenchError::Said(what.into()))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let args = Args::parse();
    let mut report = report::Report::new();
    report.print_machine();
    for comparison in arms::comparisons() {
        if comparison.name.contains(&args.only) {
            let seconds = Duration::from_secs(args.seconds);
            arms::compare(&args, &comparison, seconds, &mut report).await?;
        }
    }
    arms::others(&args, &mut report).await?;
    report.write(&args.report)?;
    Ok(())
}
