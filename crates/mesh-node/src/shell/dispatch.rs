//! Lets the core look at the clock when something about work is due: leases that end, pauses that are over, questions
//! that nobody answered. And sends workers away whose last session has ended.

use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use mesh_model::command::WorkerCommand;
use mesh_model::{Actor, Command, Millis};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::node::Node;
use crate::machine::{Pace, Then};

/// A tick that was refused is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);

/// Until when the dispatcher sleeps. What is due later wakes nobody: most leases end before their time is over.
#[derive(Debug)]
pub(super) struct Clock {
    /// In unix milliseconds; the end of time while it looks.
    sleeps_until: AtomicU64,
    earlier: Notify,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock {
            sleeps_until: AtomicU64::new(u64::MAX),
            earlier: Notify::new(),
        }
    }
}

impl Clock {
    /// Something is due then, as was published before.
    pub fn due(&self, at: Option<Millis>) {
        // Either it sees what was published, or this sees that it looks.
        fence(Ordering::SeqCst);
        let until = self.sleeps_until.load(Ordering::Relaxed);
        if at.is_some_and(|at| at.0 < until) {
            self.earlier.notify_one();
        }
    }

    fn looks(&self) {
        self.sleeps_until.store(u64::MAX, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    fn sleeps(&self, until: Millis) {
        self.sleeps_until.store(until.0, Ordering::Relaxed);
    }
}

/// Ticks until the node is gone or goes down. `from` is the time of the last event before the start.
pub(super) async fn run(node: Weak<Node>, from: Millis) {
    let begun = Instant::now();
    let Some((clock, mut stopping)) = node
        .upgrade()
        .map(|node| (Arc::clone(&node.clock), node.stopping()))
    else {
        return;
    };
    let mut pace = Pace::new(from, 0);
    loop {
        let Some(node) = node.upgrade() else { return };
        clock.looks();
        let counted = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (now, work) = (node.now(), node.work());
        let wait = match pace.look(now, counted, &work) {
            Then::Tick if tick(&node).await => continue,
            Then::Tick => AGAIN,
            Then::After(ms) => Duration::from_millis(ms.max(1)),
        };
        drop((node, work));
        clock.sleeps(now.plus(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)));
        tokio::select! {
            _ = timeout(wait, clock.earlier.notified()) => {}
            _ = stopping.wait_for(|stops| *stops) => return,
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
