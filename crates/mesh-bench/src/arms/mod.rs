//! The comparisons, and how they are interleaved.

mod durable;
mod fanout;
mod window;

use std::time::Duration;

use crate::report::{Line, Report};
use crate::{Args, Outcome, cluster};

/// What a repeat of a comparison runs.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Durable posts to one member against Redis with `appendfsync always`.
    PostsRedis,
    /// The same against JetStream with `sync_interval: always`.
    PostsJetStream,
    /// Deliveries to so many members against NATS core.
    Fanout(usize),
}

/// One comparison.
#[derive(Debug)]
pub struct Comparison {
    pub name: &'static str,
    pub kind: Kind,
    /// Messages in flight.
    pub window: usize,
    pub target: f64,
}

/// All of them, with the ratios that are aimed at.
pub fn comparisons() -> Vec<Comparison> {
    let of = |name, kind, window, target| Comparison {
        name,
        kind,
        window,
        target,
    };
    vec![
        of("posts W256 / Redis", Kind::PostsRedis, 256, 0.5),
        of("posts W256 / JetStream", Kind::PostsJetStream, 256, 5.0),
        of("posts W1 / JetStream", Kind::PostsJetStream, 1, 0.6),
        of("fan-out 100 W256 / NATS", Kind::Fanout(100), 256, 1.0),
        of("fan-out 1000 W256 / NATS", Kind::Fanout(1000), 256, 2.0),
        of("fan-out 20 W10 / NATS", Kind::Fanout(20), 10, 0.3),
    ]
}

/// Bytes of a message's text.
const BODY_BYTES: usize = 512;

/// Runs both sides in turn and reports.
pub async fn compare(
    args: &Args,
    comparison: &Comparison,
    time: Duration,
    report: &mut Report,
) -> Outcome<()> {
    let window = comparison.window;
    let members = match comparison.kind {
        Kind::Fanout(members) => members,
        Kind::PostsRedis | Kind::PostsJetStream => 1,
    };
    let mut mesh = cluster::Mesh::start(&args.mesh, members)?;
    let redis = matches!(comparison.kind, Kind::PostsRedis)
        .then(|| cluster::redis(&args.redis))
        .transpose()?
        .flatten();
    let nats = (!matches!(comparison.kind, Kind::PostsRedis))
        .then(|| cluster::nats(&args.nats))
        .transpose()?
        .flatten();
    let (mut pairs, mut acknowledged) = (Vec::new(), 0);
    for _ in 0..args.repeats {
        let ours = fanout::mesh(&mesh, window, time).await?;
        acknowledged += ours.messages;
        let theirs = match (comparison.kind, &redis, &nats) {
            (Kind::PostsRedis, Some(redis), _) => Some(durable::redis(redis, window, time).await?),
            (Kind::PostsJetStream, _, Some(nats)) => {
                Some(durable::jetstream(nats, window, time).await?)
            }
            (Kind::Fanout(_), _, Some(nats)) => {
                Some(fanout::nats(nats, members, window, time).await?)
            }
            _ => None,
        };
        pairs.push((
            ours.rate(members),
            theirs.map(|theirs| theirs.rate(members)),
        ));
    }
    mesh = mesh.kill_and_restart()?;
    fanout::read_back(&mesh, acknowledged)?;
    report.add(&Line {
        name: comparison.name.to_owned(),
        unit: if members == 1 {
            "posts/s"
        } else {
            "deliveries/s"
        },
        pairs,
        target: Some(comparison.target),
        peer: format!("W {window}, {acknowledged} messages read back after kill -9"),
    });
    Ok(())
}
