//! What the events of leases do to the state.

use std::sync::Arc;

use mesh_model::events::{LeaseFacts, LeaseTaken};

use super::PathLease;
use crate::{State, Stored};

pub(crate) fn apply(state: &mut State, facts: &LeaseFacts, event: &Stored<'_>) {
    let work = state.work_at(event.seq);
    match facts {
        LeaseFacts::Taken(facts) => {
            let leases = work.leases.entry(facts.room).or_default();
            // What has ended is forgotten when something new comes, so that no event is needed for it.
            *leases = leases
                .iter()
                .filter(|(_, lease)| lease.until_ms > event.at.0 && !replaced(lease, facts))
                .map(|(seq, lease)| (*seq, lease.clone()))
                .collect();
            let lease = PathLease {
                holder: facts.holder,
                paths: facts.paths.clone(),
                mode: facts.mode,
                since_ms: event.at.0,
                until_ms: facts.until,
            };
            leases.insert(event.seq, Arc::new(lease));
        }
        LeaseFacts::Released(facts) => {
            if let Some(leases) = work.leases.get_mut(&facts.room) {
                leases.remove(&facts.lease);
                if leases.is_empty() {
                    work.leases.remove(&facts.room);
                }
            }
        }
    }
}

fn replaced(lease: &PathLease, by: &LeaseTaken) -> bool {
    lease.holder == by.holder && lease.paths == by.paths
}
