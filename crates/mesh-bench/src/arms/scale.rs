//! A large log: search over it, restart on it, the view made anew, and the command line beside it.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::fanout;
use super::window::Load;
use crate::cluster::Mesh;
use crate::report::{Line, Report, Target};
use crate::{Args, Outcome, said};

/// What is searched for, over and over: words of every message, of some, of few, several at once.
const QUERIES: [&str; 8] = [
    "the",
    "deploy",
    "w17",
    "failed build",
    "w4711",
    "review schema",
    "agent",
    "w123 task",
];

/// Searches measured.
const SEARCHES: usize = 400;

/// Starts of a program measured.
const SPAWNS: usize = 50;

/// Fills a log and reports.
pub async fn run(args: &Args, report: &mut Report) -> Outcome<()> {
    let mut mesh = Mesh::start(&args.mesh, 1)?;
    let searched = args.messages.min(200_000);
    let mut runs = vec![fill(&mesh, searched).await?];
    caught_up(&mesh)?;
    one(
        report,
        "search p99",
        "ms",
        searches(&mesh)?,
        Target::AtMost(20.0),
        searched,
    );
    runs.push(fill(&mesh, args.messages - searched).await?);
    for name in ["status", "ops"] {
        let took = spawns(&mesh, name)?;
        one(
            report,
            &format!("mesh {name}, p50"),
            "ms",
            took,
            Target::AtMost(20.0),
            args.messages,
        );
    }
    caught_up(&mesh)?;

    let (begun, stopped) = (Instant::now(), mesh.stop()?);
    println!("stopped in {:.2} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    mesh = stopped.start()?;
    let ready = begun.elapsed().as_secs_f64();
    one(
        report,
        "ready from a snapshot",
        "s",
        ready,
        Target::AtMost(1.0),
        args.messages,
    );

    let stopped = mesh.stop()?;
    fs::remove_dir_all(stopped.home().join("view"))?;
    let begun = Instant::now();
    mesh = stopped.start()?;
    let rows = caught_up(&mesh)?;
    let rate = rows as f64 / begun.elapsed().as_secs_f64();
    one(
        report,
        "view made anew",
        "messages/s",
        rate,
        Target::AtLeast(30_000.0),
        args.messages,
    );

    mesh = mesh.kill_and_restart()?;
    fanout::read_back(&mesh, &runs)?;
    mesh.verify()?;
    println!(
        "{} messages read back after kill -9; the log verifies",
        args.messages
    );
    Ok(())
}

fn one(report: &mut Report, name: &str, unit: &'static str, figure: f64, target: Target, of: u64) {
    report.add(&Line {
        name: name.to_owned(),
        unit,
        pairs: vec![(figure, None)],
        target,
        peer: format!("{of} messages in the log"),
    });
}

async fn fill(mesh: &Mesh, messages: u64) -> Outcome<u64> {
    let load = Load::Count {
        window: 256,
        messages,
    };
    Ok(fanout::mesh(mesh, load, 0).await?.messages)
}

/// Waits until the view has reached the head, and says how far that is.
pub fn caught_up(mesh: &Mesh) -> Outcome<u64> {
    loop {
        let status = mesh.cli(&["status", "--json"]).output()?;
        let status: Value = serde_json::from_slice(&status.stdout)?;
        match (status["view"].as_u64(), status["head"].as_u64()) {
            (Some(view), Some(head)) if view >= head => return Ok(head),
            (Some(_), Some(_)) => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "the figure is only to be had by asking; asking all the time would slow what is measured"
                )]
                std::thread::sleep(Duration::from_millis(20));
            }
            _ => return said(format!("no status: {status}")),
        }
    }
}

/// The 99th percentile of the fixed mix, milliseconds.
fn searches(mesh: &Mesh) -> Outcome<f64> {
    let mut took = Vec::new();
    for n in 0..SEARCHES {
        let query = QUERIES[n % QUERIES.len()].replace(' ', "%20");
        let begun = Instant::now();
        mesh.call("GET", &format!("/api/search?q={query}"), &Value::Null)?;
        took.push((
            begun.elapsed().as_secs_f64() * 1e3,
            QUERIES[n % QUERIES.len()],
        ));
    }
    took.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!("slowest search: {:?}", took[SEARCHES - 1]);
    Ok(took[SEARCHES * 99 / 100].0)
}

/// The middle time from spawn to exit, milliseconds.
fn spawns(mesh: &Mesh, name: &str) -> Outcome<f64> {
    let mut took = Vec::new();
    for _ in 0..SPAWNS {
        let begun = Instant::now();
        let mut command: Command = mesh.cli(&[name, "--json"]);
        if !command.stdout(Stdio::null()).status()?.success() {
            return said(format!("mesh {name} failed"));
        }
        took.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(crate::report::median(took))
}
