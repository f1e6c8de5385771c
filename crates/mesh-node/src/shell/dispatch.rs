//! Lets the core look at the clock when something about work is due: leases that end, pauses that are over, questions
//! that nobody answered. And sends workers away whose last session has ended.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use mesh_model::command::WorkerCommand;
use mesh_model::{Actor, Command, Millis, Seq};
use tokio::sync::watch;
use tokio::time::timeout;

use super::node::Node;
use crate::machine::{Pace, Then};

/// A tick that was refused is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);

/// Ticks until the node is gone or goes down. `from` is the time of the last event before the start.
pub(super) async fn run(node: Weak<Node>, from: Millis) {
    let begun = Instant::now();
    let Some((mut changed, mut stopping)) = node
        .upgrade()
        .map(|node| (node.work_changed(), node.stopping()))
    else {
        return;
    };
    let mut pace = Pace::new(from, 0);
    loop {
        let Some(node) = node.upgrade() else { return };
        changed.borrow_and_update();
        let counted = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let wait = match pace.look(node.now(), counted, &node.work()) {
            Then::Tick if tick(&node).await => Duration::ZERO,
            Then::Tick => AGAIN,
            Then::After(ms) => Duration::from_millis(ms.max(1)),
        };
        drop(node);
        if !wait.is_zero() && !rest(wait, &mut changed, &mut stopping).await {
            return;
        }
    }
}

/// Whether it led to anything.
async fn tick(node: &Arc<Node>) -> bool {
    match node.submit(Command::Tick, Actor::Node, None, None).await {
        Ok(outcome) => outcome.count > 0,
        Err(why) => {
            tracing::debug!(%why, "what is due about tasks was not decided; it is tried again");
            false
        }
    }
}

/// Waits until the time has come or work has changed. Whether to go on.
async fn rest(
    wait: Duration,
    changed: &mut watch::Receiver<Seq>,
    stopping: &mut watch::Receiver<bool>,
) -> bool {
    tokio::select! {
        came = timeout(wait, changed.changed()) => !matches!(came, Ok(Err(_))),
        _ = stopping.wait_for(|stops| *stops) => false,
    }
}

/// Sends the workers away that were connected and are no longer.
pub(super) async fn see_off(node: &Arc<Node>) {
    for worker in node.sessions.gone() {
        let access = node.access();
        let back = access
            .sessions()
            .any(|session| session.participant == worker);
        let online = node.work().worker(worker).is_some_and(|found| found.online);
        if back || !online {
            continue;
        }
        let command = Command::Worker(WorkerCommand::Leave { worker });
        if let Err(why) = node.submit(command, Actor::Node, None, None).await {
            tracing::warn!(%why, "a worker that is gone was not sent away; it is tried again");
            node.sessions.went(worker);
        }
    }
}
