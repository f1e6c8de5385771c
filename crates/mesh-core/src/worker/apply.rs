//! What the events of workers do to the state.

use mesh_model::events::WorkerFacts;

use super::names;
use crate::{State, Stored, Worker};

pub(crate) fn apply(state: &mut State, facts: &WorkerFacts, event: &Stored<'_>) {
    let enrolled = match facts {
        WorkerFacts::Enrolled(facts) => state.access.link_of(facts.worker),
        _ => None,
    };
    let abroad = enrolled.is_some();
    let work = state.work_at(event.seq);
    match facts {
        WorkerFacts::Enrolled(facts) => {
            let new = Worker::new(facts.worker, abroad);
            work.workers
                .entry(facts.worker)
                .or_insert_with(|| new.into());
            work.update_worker(facts.worker, |worker| {
                worker.own_slots = facts.slots;
                worker.own_capabilities = names(&facts.capabilities);
                worker.online = true;
            });
        }
        WorkerFacts::Left(facts) => work.update_worker(facts.worker, |worker| {
            worker.online = false;
        }),
        WorkerFacts::ModeSet(facts) => work.update_worker(facts.worker, |worker| {
            worker.mode = facts.mode;
        }),
        WorkerFacts::LimitsSet(facts) => work.update_worker(facts.worker, |worker| {
            worker.set_slots = facts.slots;
            worker.set_capabilities = facts.capabilities.as_deref().map(names);
        }),
    }
}
