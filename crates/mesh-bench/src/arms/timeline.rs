//! The past of a large log: how things stood at any of its places, and what happened when.

use std::time::Instant;

use serde_json::Value;

use super::window::Load;
use super::{fanout, scale, tasks};
use crate::report::{Line, Report, Target};
use crate::{Args, Outcome, said};

/// Moments that are asked for, evenly over the whole log.
const MOMENTS: u64 = 200;
/// Stretches that the whole time is counted in, and how often.
const STRETCHES: u64 = 500;
const COUNTED: usize = 20;
/// Events of a task from its creation to its end.
const TASK_EVENTS: u64 = 3;

/// Fills a log, five parts messages and three parts work, and reports.
pub async fn run(args: &Args, report: &mut Report) -> Outcome<()> {
    let mesh = tasks::node(args)?;
    let load = Load::Count {
        window: 256,
        messages: args.messages / 8 * 5,
    };
    fanout::mesh(&mesh, load, 0).await?;
    tasks::fill(&mesh, args.messages / 8 * 3 / TASK_EVENTS).await?;
    let head = scale::caught_up(&mesh)?;
    let mut took = Vec::new();
    let mut begun = String::new();
    for n in 1..=MOMENTS {
        let place = head * n / MOMENTS;
        let asked = Instant::now();
        let moment = mesh.call(
            "GET",
            &format!("/api/log/moment?place={place}"),
            &Value::Null,
        )?;
        took.push(asked.elapsed().as_secs_f64() * 1e3);
        if moment["seq"] != place {
            return said(format!("another moment came: {moment}"));
        }
        if begun.is_empty() {
            begun = moment["at"].as_str().unwrap_or_default().to_owned();
        }
    }
    let mut counted = Vec::new();
    for _ in 0..COUNTED {
        let asked = Instant::now();
        let path = format!("/api/log/density?since={begun}&buckets={STRETCHES}");
        mesh.call("GET", &path, &Value::Null)?;
        counted.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    for (name, took) in [
        ("a moment of the past, the slowest", took),
        ("what happened when, the slowest", counted),
    ] {
        report.add(&Line {
            name: name.to_owned(),
            unit: "ms",
            pairs: vec![(took.iter().copied().fold(0.0, f64::max), None)],
            target: Target::AtMost(500.0),
            peer: format!("{head} events in the log, {} asked for", took.len()),
        });
    }
    mesh.verify()
}
