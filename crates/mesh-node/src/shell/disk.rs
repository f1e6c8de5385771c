//! Measures what the disk of the node's home has left. A full one stops the node from storing anything; an alert says so before.

use std::sync::{Arc, Weak};
use std::time::Duration;

use mesh_model::command::AlertCommand;
use mesh_model::events::AlertCause;
use mesh_model::{Actor, Command};
use tokio::time::sleep;

use super::node::Node;

/// How often one looks: a disk that fills up faster is full before anybody could do anything.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Looks at the disk until the node is gone or goes down.
pub async fn watch_disk(node: Weak<Node>) {
    loop {
        let Some(node) = node.upgrade() else { return };
        let mut stopping = node.stopping();
        look(&node).await;
        drop(node);
        tokio::select! {
            () = sleep(LOOK_EVERY) => {}
            _ = stopping.wait_for(|stops| *stops) => return,
        }
    }
}

async fn look(node: &Arc<Node>) {
    let home = node.home().to_owned();
    // On a disk behind a network this may take its time.
    let stat = tokio::task::spawn_blocking(move || rustix::fs::statvfs(&home)).await;
    let Ok(Ok(stat)) = stat else {
        tracing::debug!("what the disk of the node's home has left cannot be read");
        return;
    };
    let free_bytes = stat.f_bavail.saturating_mul(stat.f_frsize);
    let total_bytes = stat.f_blocks.saturating_mul(stat.f_frsize);
    let work = node.work();
    let alerts = work.alerts();
    if alerts.disk_is_low(free_bytes, total_bytes) == alerts.is_open(AlertCause::DiskLow) {
        return;
    }
    let command = Command::Alert(AlertCommand::Disk {
        free_bytes,
        total_bytes,
    });
    if let Err(why) = node.submit(command, Actor::Node, None, None).await {
        tracing::warn!(%why, free_bytes, "that the disk is nearly full was not noted; it is tried again");
    }
}
