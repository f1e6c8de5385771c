//! What connections cost: resident memory of the node with idle members.

use std::fs;
use std::time::Duration;

use super::fanout;
use crate::cluster::Mesh;
use crate::report::{Line, Report, Target};
use crate::{Args, Outcome};

/// Connects `--idle-members` agents, lets them be idle, and reports.
pub async fn run(args: &Args, report: &mut Report) -> Outcome<()> {
    let mesh = Mesh::start(&args.mesh, args.idle_members)?;
    let before = mesh.server.resident_bytes();
    let mut sockets = Vec::new();
    for token in &mesh.members {
        sockets.push(fanout::subscribed(&mesh, token).await?);
    }
    tokio::time::sleep(Duration::from_secs(args.idle_seconds)).await;
    let after = mesh.server.resident_bytes();
    let members = args.idle_members.max(1) as f64;
    let mut add = |name: &str, unit, figure: f64, target, peer: String| {
        report.add(&Line {
            name: name.to_owned(),
            unit,
            pairs: vec![(figure, None)],
            target,
            peer,
        });
    };
    let told = format!("{members} members, idle {} s", args.idle_seconds);
    let grown = (after - before) / members / 1024.0;
    add(
        "memory a connection",
        "KiB",
        grown,
        Target::AtMost(16.0),
        told.clone(),
    );
    add(
        "memory in all",
        "MiB",
        after / 1048576.0,
        Target::AtMost(256.0),
        told,
    );
    // Both ends of each connection are on this machine, so this counts both.
    let kernel = fs::read_to_string("/proc/net/sockstat").unwrap_or_default();
    let tcp = kernel.lines().find(|line| line.starts_with("TCP:"));
    let pages: f64 = tcp
        .and_then(|line| line.rsplit(' ').next()?.parse().ok())
        .unwrap_or(f64::NAN);
    let kernel = pages * 4096.0 / 1048576.0;
    add(
        "kernel socket memory",
        "MiB",
        kernel,
        Target::None,
        "both ends".to_owned(),
    );
    Ok(())
}
