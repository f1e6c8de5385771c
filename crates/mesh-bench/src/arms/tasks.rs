//! Work: tasks without content from their creation to their end, with every step durable, beside the queues
//! that others use. Then what a graph of tasks costs each of them, and what open tasks hold in memory.

mod celery;
mod mesh;
mod postgres;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::window::Load;
use crate::cluster::{self, Mesh, Server};
use crate::report::{Line, Report, Target, median};
use crate::{Args, Outcome, said};
use mesh::Way;
use postgres::Wake;

/// Workers of every side.
const WORKERS: usize = 2;
/// Tasks under way that are created, taken and ended many at a time.
const MANY: usize = 64;
/// Tasks whose time is taken one by one, a repeat.
const TIMED: usize = 100;
/// Between two of them, so that the worker waits when the next one comes.
const PAUSE: Duration = Duration::from_millis(10);
/// Tasks of the graph.
const GRAPH: usize = 1000;
/// Of which so many side by side.
const ABREAST: usize = 10;
/// Tasks that are open while memory is measured.
const OPEN: usize = 100_000;

/// What is compared with, and how it works. In the last one the node's workers end each task by a call of its own.
const SIDES: [(&str, &str); 5] = [
    (
        "Postgres",
        "SKIP LOCKED in batches, workers woken by NOTIFY",
    ),
    ("Postgres, row by row", "SKIP LOCKED, one row a statement"),
    (
        "Postgres, told",
        "SKIP LOCKED in batches, woken by the driver at no cost",
    ),
    (
        "Celery",
        "on Redis appendfsync always, late acknowledgement",
    ),
    (
        "Postgres, a call a task",
        "SKIP LOCKED in batches, workers woken by NOTIFY",
    ),
];

/// The other sides, as far as they are installed.
struct Peers {
    postgres: Option<Server>,
    celery: Option<(Server, Server)>,
}

/// Runs all arms and reports.
pub async fn run(args: &Args, report: &mut Report) -> Outcome<()> {
    let peers = peers(args)?;
    if let Some(server) = &peers.postgres {
        postgres::set_up(server).await?;
    }
    if let Some((_, redis)) = &peers.celery {
        celery::ready(redis).await?;
    }
    let mesh = node(args)?;
    let mut ended = Vec::new();
    rates(args, &mesh, &peers, &mut ended, report).await?;
    times(args, &mesh, &peers, &mut ended, report).await?;
    graph(args, &mesh, &mut ended, report).await?;
    let mesh = mesh.kill_and_restart()?;
    read_back(&mesh, ended)?;
    mesh.verify()?;
    drop((mesh, peers));
    open(args, report)
}

fn peers(args: &Args) -> Outcome<Peers> {
    let redis = cluster::redis(&args.redis)?;
    let celery = match redis {
        Some(redis) => {
            cluster::celery(&args.celery, &redis, WORKERS)?.map(|celery| (celery, redis))
        }
        None => None,
    };
    Ok(Peers {
        postgres: cluster::postgres(&args.postgres)?,
        celery,
    })
}

/// Creates so many tasks and ends them all.
pub async fn fill(mesh: &Mesh, tasks: u64) -> Outcome<()> {
    let load = Load::Count {
        window: MANY,
        messages: tasks,
    };
    mesh::run(
        mesh,
        load,
        MANY.div_ceil(WORKERS),
        Way::Together,
        &mut Vec::new(),
    )
    .await?;
    Ok(())
}

/// A node whose members may work in the room.
pub fn node(args: &Args) -> Outcome<Mesh> {
    let mesh = Mesh::start(&args.mesh, WORKERS)?;
    for member in 0..WORKERS {
        let path = format!("/api/rooms/bench/members/member-{member}/capabilities");
        let capabilities = ["speak", "listen", "execute", "data-read", "data-write"];
        mesh.call("PUT", &path, &json!({ "capabilities": capabilities }))?;
    }
    Ok(mesh)
}

/// Tasks a second, one under way and many, beside each peer in turn.
async fn rates(
    args: &Args,
    mesh: &Mesh,
    peers: &Peers,
    ended: &mut Vec<String>,
    report: &mut Report,
) -> Outcome<()> {
    let time = Duration::from_secs(args.seconds);
    for (window, aim) in [(1, 1.5), (MANY, 1.0)] {
        let load = Load::Full { window, time };
        let batch = window.div_ceil(WORKERS);
        let mut sides = [const { Vec::new() }; 5];
        for _ in 0..args.repeats {
            // With one under way there is nothing to hand in together.
            let way = match window {
                1 => Way::Each,
                _ => Way::Together,
            };
            let ours = mesh::run(mesh, load, batch, way, ended).await?.rate(1);
            let each = match way {
                Way::Each => None,
                Way::Together => {
                    let way = Way::Each;
                    Some(mesh::run(mesh, load, batch, way, ended).await?.rate(1))
                }
            };
            if let Some(server) = &peers.postgres {
                let ways = [
                    (batch, Wake::Notified),
                    (1, Wake::Notified),
                    (batch, Wake::Told),
                ];
                for (side, (batch, wake)) in ways.into_iter().enumerate() {
                    let theirs = postgres::run(server, load, batch, wake).await?.rate(1);
                    sides[side].push((ours, Some(theirs)));
                    if let (0, Some(each)) = (side, each) {
                        sides[4].push((each, Some(theirs)));
                    }
                }
            } else {
                sides[0].push((ours, None));
                sides[4].extend(each.map(|each| (each, None)));
            }
            if let Some((_, redis)) = &peers.celery {
                sides[3].push((ours, Some(celery::run(redis, load).await?.rate(1))));
            }
        }
        let targets = [
            Target::RatioAtLeast(aim),
            Target::RatioAtLeast(10.0),
            Target::None,
            Target::None,
            Target::None,
        ];
        for (((peer, how), target), pairs) in SIDES.into_iter().zip(targets).zip(sides) {
            // With one under way a batch is one row.
            let same = window == 1 && peer == "Postgres, row by row";
            if !pairs.is_empty() && !same {
                report.add(&Line {
                    name: format!("tasks W{window} / {peer}"),
                    unit: "tasks/s",
                    pairs,
                    target,
                    peer: format!("{WORKERS} workers; {how}"),
                });
            }
        }
    }
    Ok(())
}

/// From creating a task to its creator hearing that it is done, with a worker that waits for it.
async fn times(
    args: &Args,
    mesh: &Mesh,
    peers: &Peers,
    ended: &mut Vec<String>,
    report: &mut Report,
) -> Outcome<()> {
    let mut pairs = Vec::new();
    for _ in 0..args.repeats {
        let ours = median(mesh::times(mesh, TIMED, PAUSE, ended).await?);
        let theirs = match &peers.celery {
            Some((_, redis)) => Some(median(celery::times(redis, TIMED, PAUSE).await?)),
            None => None,
        };
        pairs.push((ours, theirs));
    }
    report.add(&Line {
        name: "task p50 / Celery".to_owned(),
        unit: "ms",
        pairs,
        target: Target::RatioAtMost(0.5),
        peer: format!("{TIMED} tasks a repeat, one at a time, an idle worker"),
    });
    Ok(())
}

/// A graph in which each task needs two of those before it.
async fn graph(
    args: &Args,
    mesh: &Mesh,
    ended: &mut Vec<String>,
    report: &mut Report,
) -> Outcome<()> {
    let key = |layer: usize, at: usize| format!("k{layer}-{at}");
    let task = |number: usize| {
        let (layer, at) = (number / ABREAST, number % ABREAST);
        let needs = match layer {
            0 => Vec::new(),
            _ => vec![key(layer - 1, at), key(layer - 1, (at + 1) % ABREAST)],
        };
        json!({"key": key(layer, at), "title": "no-op", "prompt": "no-op", "needs": needs})
    };
    let tasks: Vec<Value> = (0..GRAPH).map(task).collect();
    let ways = [
        (Way::Together, "", Target::AtMost(0.2)),
        (Way::Each, ", a call a task", Target::None),
    ];
    for (way, told, target) in ways {
        let mut pairs = Vec::new();
        for _ in 0..args.repeats {
            let begun = Instant::now();
            mesh.call(
                "POST",
                "/api/tasks",
                &json!({"room": "bench", "tasks": tasks}),
            )?;
            mesh::drain(mesh, GRAPH, way, ended).await?;
            pairs.push((begun.elapsed().as_secs_f64() * 1e3 / GRAPH as f64, None));
        }
        report.add(&Line {
            name: format!("graph of {GRAPH} tasks{told}"),
            unit: "ms/task",
            pairs,
            target,
            peer: format!("{ABREAST} abreast, each needs two; {WORKERS} workers"),
        });
    }
    Ok(())
}

/// Every task that was reported done is done, and nothing else is.
fn read_back(mesh: &Mesh, mut ended: Vec<String>) -> Outcome<()> {
    let mut found = Vec::with_capacity(ended.len());
    let mut after = 0_u64;
    loop {
        let path = format!("/api/tasks?room=bench&after={after}&limit=500");
        let page = mesh.call("GET", &path, &Value::Null)?;
        for task in page["items"].as_array().into_iter().flatten() {
            if task["state"] != "done" {
                return said(format!("a task was reported done and is not: {task}"));
            }
            found.push(task["id"].as_str().unwrap_or_default().to_owned());
        }
        match page["next"].as_u64() {
            Some(next) => after = next,
            None => break,
        }
    }
    ended.sort_unstable();
    found.sort_unstable();
    if ended == found {
        println!(
            "{} tasks are done after kill -9; the log verifies",
            found.len()
        );
        Ok(())
    } else {
        said(format!(
            "{} tasks were reported done, {} are after kill -9",
            ended.len(),
            found.len()
        ))
    }
}

/// What open tasks hold in memory.
fn open(args: &Args, report: &mut Report) -> Outcome<()> {
    let mesh = node(args)?;
    let before = mesh.server.resident_bytes();
    let task = json!({"title": "a task that waits", "prompt": "Say nothing and hand in what you have.",
                      "capability": "research"});
    let tasks = vec![task; GRAPH];
    for _ in 0..OPEN / GRAPH {
        mesh.call(
            "POST",
            "/api/tasks",
            &json!({"room": "bench", "tasks": tasks}),
        )?;
    }
    super::scale::caught_up(&mesh)?;
    let after = mesh.server.resident_bytes();
    report.add(&Line {
        name: format!("{OPEN} open tasks"),
        unit: "MiB in all",
        pairs: vec![(after / 1_048_576.0, None)],
        target: Target::AtMost(256.0),
        peer: format!("resident memory; {:.0} MiB before", before / 1_048_576.0),
    });
    Ok(())
}
