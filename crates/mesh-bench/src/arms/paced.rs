//! A steady stream to many members: how late a message is, and what its delivery costs the server.

use std::time::Duration;

use super::fanout;
use super::window::{Done, Load};
use crate::cluster::{self, Mesh, Server};
use crate::report::{Line, Report, Target};
use crate::{Args, Outcome};

const MEMBERS: usize = 100;
const RATE: u32 = 500;

/// p50, p99 and microseconds of the server's processor time for each delivery.
fn figures(done: &Done, cpu_seconds: f64) -> [f64; 3] {
    let deliveries = done.messages as f64 * MEMBERS as f64;
    [
        done.percentile_ms(50),
        done.percentile_ms(99),
        cpu_seconds * 1e6 / deliveries,
    ]
}

/// Runs both sides in turn and reports.
pub async fn run(args: &Args, report: &mut Report) -> Outcome<()> {
    let mesh = Mesh::start(&args.mesh, MEMBERS)?;
    let nats: Option<Server> = cluster::nats(&args.nats)?;
    let load = Load::Paced {
        rate: RATE,
        time: Duration::from_secs(args.seconds),
    };
    let mut repeats = Vec::new();
    for _ in 0..args.repeats {
        let before = mesh.server.cpu_seconds();
        let done = fanout::mesh(&mesh, load, 0).await?;
        let ours = figures(&done, mesh.server.cpu_seconds() - before);
        let theirs = match &nats {
            Some(nats) => {
                let before = nats.cpu_seconds();
                let done = fanout::nats(nats, MEMBERS, load).await?;
                Some(figures(&done, nats.cpu_seconds() - before))
            }
            None => None,
        };
        repeats.push((ours, theirs));
    }
    let lines = [
        ("paced p50 / NATS", "ms", Target::None),
        ("paced p99 / NATS", "ms", Target::RatioAtMost(1.15)),
        ("paced cpu / NATS", "us/delivery", Target::RatioAtMost(1.0)),
    ];
    for (at, (name, unit, target)) in lines.into_iter().enumerate() {
        report.add(&Line {
            name: name.to_owned(),
            unit,
            pairs: repeats
                .iter()
                .map(|(ours, theirs)| (ours[at], theirs.map(|theirs| theirs[at])))
                .collect(),
            target,
            peer: format!("{RATE}/s to {MEMBERS} members; NATS core"),
        });
    }
    Ok(())
}
