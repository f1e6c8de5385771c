//! What happens every second: tails for quiet streams, sessions whose grace is over and workers that are gone with
//! them, presence that changed by itself, counts of refusals that are due, a look over the log now and then, and what
//! rooms keep no longer.

use mesh_model::command::SessionCommand;
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use mesh_model::{Actor, Command};
use tokio::time::{MissedTickBehavior, interval};

use super::dispatch;
use super::node::Node;
use super::retention;

const TICK: Duration = Duration::from_secs(1);
/// Rooms are looked through for what is older than they keep at the start and once an hour.
const RETENTION_TICKS: u64 = 3_600;

/// Ticks until the node is gone or goes down.
pub(super) async fn run(node: Weak<Node>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for count in 0_u64.. {
        ticks.tick().await;
        let Some(node) = node.upgrade() else { return };
        if *node.stopping.borrow() {
            return;
        }
        if count.is_multiple_of(RETENTION_TICKS) {
            retention::start(&node);
        }
        tick(&node).await;
    }
}

async fn tick(node: &Arc<Node>) {
    let now = node.now();
    node.fanout
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .tell_tail();
    for (session, reason) in node.sessions.overdue(now) {
        let command = Command::Session(SessionCommand::Close { session, reason });
        if let Err(why) = node.submit(command, Actor::Node, None, None).await {
            tracing::warn!(%why, "a session that is over was not closed; it is tried again");
        }
    }
    node.planes().tick();
    dispatch::see_off(node).await;
    let changed = node.sessions.changed(now);
    if !changed.is_empty() {
        let ids: Vec<_> = changed.iter().map(|(id, _)| *id).collect();
        for (id, presence) in &changed {
            node.ephemeral().presence(*id, presence);
        }
        let (vault, known) = (Arc::clone(&node.vault), node.sessions.known(Some(&ids)));
        let kept = tokio::task::spawn_blocking(move || {
            vault.set_presences(known.iter().map(|(id, known)| (*id, known)))
        });
        if let Ok(Err(why)) = kept.await {
            tracing::warn!(%why, "how participants left was not kept");
        }
    }
    node.flush_old_refusals().await;
    node.scrub.start_if_due(node);
}
