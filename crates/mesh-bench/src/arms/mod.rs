//! The comparisons, and how they are interleaved.

mod durable;
mod fanout;
mod intelligence;
mod memory;
mod paced;
mod rules;
mod scale;
mod tasks;
mod timeline;
mod window;

use std::time::Duration;

use crate::report::{Line, Report, Target};
use crate::{Args, Outcome, cluster};

use window::Load;

/// What a repeat of a comparison runs.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Durable posts to one member against Redis with `appendfsync always`.
    PostsRedis,
    /// The same against JetStream with `sync_interval: always`.
    PostsJetStream,
    /// Deliveries to so many members against NATS core.
    Fanout(usize),
    /// Deliveries to so many members while one more never reads, against the same without it.
    Stalled(usize),
}

impl Kind {
    /// How the other side is set.
    fn peer(self) -> &'static str {
        match self {
            Kind::PostsRedis => "Redis appendfsync always",
            Kind::PostsJetStream => "JetStream in files, sync_interval always",
            Kind::Fanout(_) => "NATS core, which keeps nothing",
            Kind::Stalled(_) => "the same without the stalled one",
        }
    }
}

/// One comparison.
#[derive(Debug)]
pub struct Comparison {
    pub name: &'static str,
    pub kind: Kind,
    /// Messages in flight.
    pub window: usize,
    pub target: Target,
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
        of(
            "posts W256 / Redis",
            Kind::PostsRedis,
            256,
            Target::RatioAtLeast(0.5),
        ),
        of(
            "posts W256 / JetStream",
            Kind::PostsJetStream,
            256,
            Target::RatioAtLeast(5.0),
        ),
        of(
            "posts W1 / JetStream",
            Kind::PostsJetStream,
            1,
            Target::RatioAtLeast(0.6),
        ),
        of("posts W1 / Redis", Kind::PostsRedis, 1, Target::None),
        of(
            "fan-out 100 W256 / NATS",
            Kind::Fanout(100),
            256,
            Target::RatioAtLeast(1.0),
        ),
        of(
            "fan-out 1000 W256 / NATS",
            Kind::Fanout(1000),
            256,
            Target::RatioAtLeast(2.0),
        ),
        of(
            "fan-out 20 W10 / NATS",
            Kind::Fanout(20),
            10,
            Target::RatioAtLeast(0.3),
        ),
        of(
            "stalled reader",
            Kind::Stalled(100),
            256,
            Target::RatioAtLeast(0.95),
        ),
    ]
}

/// Bytes of a message's text.
const BODY_BYTES: usize = 512;

/// The measurements that are not comparisons of rates.
pub async fn others(args: &Args, report: &mut Report) -> Outcome<()> {
    if "paced".contains(&args.only) {
        paced::run(args, report).await?;
    }
    if "memory".contains(&args.only) {
        memory::run(args, report).await?;
    }
    if "rules".contains(&args.only) {
        rules::run(args, report).await?;
    }
    if "tasks".contains(&args.only) {
        tasks::run(args, report).await?;
    }
    if "scale".contains(&args.only) {
        scale::run(args, report).await?;
    }
    if "timeline".contains(&args.only) {
        timeline::run(args, report).await?;
    }
    if "intelligence".contains(&args.only) {
        intelligence::run(args, report)?;
    }
    Ok(())
}

/// Runs both sides in turn and reports.
pub async fn compare(
    args: &Args,
    comparison: &Comparison,
    time: Duration,
    report: &mut Report,
) -> Outcome<()> {
    let window = comparison.window;
    let load = Load::Full { window, time };
    let (members, stalled) = match comparison.kind {
        Kind::Fanout(members) => (members, 0),
        Kind::Stalled(members) => (members, 1),
        Kind::PostsRedis | Kind::PostsJetStream => (1, 0),
    };
    let mut mesh = cluster::Mesh::start(&args.mesh, members + stalled)?;
    let redis = matches!(comparison.kind, Kind::PostsRedis)
        .then(|| cluster::redis(&args.redis))
        .transpose()?
        .flatten();
    let nats = matches!(comparison.kind, Kind::PostsJetStream | Kind::Fanout(_))
        .then(|| cluster::nats(&args.nats))
        .transpose()?
        .flatten();
    let (mut pairs, mut acknowledged) = (Vec::new(), Vec::new());
    for _ in 0..args.repeats {
        let ours = fanout::mesh(&mesh, load, stalled).await?;
        acknowledged.push(ours.messages);
        let theirs = match (comparison.kind, &redis, &nats) {
            (Kind::PostsRedis, Some(redis), _) => Some(durable::redis(redis, window, time).await?),
            (Kind::PostsJetStream, _, Some(nats)) => {
                Some(durable::jetstream(nats, window, time).await?)
            }
            (Kind::Fanout(_), _, Some(nats)) => Some(fanout::nats(nats, members, load).await?),
            (Kind::Stalled(_), _, _) => {
                // Without it: taken out of the list, so that the others stay the same.
                let token = mesh.members.pop();
                let done = fanout::mesh(&mesh, load, 0).await?;
                mesh.members.extend(token);
                acknowledged.push(done.messages);
                Some(done)
            }
            _ => None,
        };
        pairs.push((
            ours.rate(members),
            theirs.map(|theirs| theirs.rate(members)),
        ));
    }
    mesh = mesh.kill_and_restart()?;
    fanout::read_back(&mesh, &acknowledged)?;
    mesh.verify()?;
    report.add(&Line {
        name: comparison.name.to_owned(),
        unit: if members == 1 {
            "posts/s"
        } else {
            "deliveries/s"
        },
        pairs,
        target: comparison.target,
        peer: format!(
            "W {window}; {}; {} messages read back after kill -9",
            comparison.kind.peer(),
            acknowledged.iter().sum::<u64>()
        ),
    });
    Ok(())
}
