//! `worker.list`

use mesh_core::{Work, Worker};
use mesh_model::events::BudgetScope;
use mesh_node::machine::{Reader, Whose};

use crate::ops::present;
use crate::ops::task::holds;
use crate::prelude::*;

impl Run for WorkerList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<Workers, Refusal> {
        let work = door.node().work();
        let seen: Vec<ParticipantId> = work
            .workers()
            .map(|worker| worker.id)
            .filter(|id| call.sees(*id))
            .collect();
        let asked = seen.clone();
        let about = door.view(call, move |view| view.about_workers(&asked));
        let about = about.await?;
        let reader = present::reader(door, call);
        let items = seen.iter().zip(about).filter_map(|(id, about)| {
            let worker = work.worker(*id)?;
            Some(shown(call, reader, &work, worker, about))
        });
        Ok(Workers {
            stopped: work.is_stopped(),
            items: items.collect(),
        })
    }
}

fn shown(
    call: &Call,
    reader: Reader<'_>,
    work: &Work,
    worker: &Worker,
    about: WorkerBody,
) -> WorkerView {
    let whose = Whose::of_itself(&call.access, worker.id);
    let tell = |text: String| reader.tell(&call.access, &whose, text);
    let readable = |task: &mesh_model::TaskId| {
        let room = work.task(*task).map(|task| task.room);
        room.is_some_and(|room| call.readable(room).is_ok())
    };
    let records = worker.records().map(|(capability, record)| RecordView {
        capability: capability.to_owned(),
        good: record.good,
        bad: record.bad,
        score: record.score(work.verified_of(capability)).score,
    });
    let scope = BudgetScope::Agent(worker.id);
    let budget = holds::knows_budget(call, scope).then(|| work.budget_view(scope, call.now));
    WorkerView {
        worker: present::participant(&call.access, worker.id),
        here: worker.online,
        mode: worker.mode,
        slots: worker.slots(),
        capabilities: worker
            .capabilities()
            .iter()
            .map(|name| name.to_string())
            .collect(),
        machine: about.machine.map(tell),
        runner: about.runner.map(tell),
        running: worker.running().iter().copied().filter(readable).collect(),
        breaker: worker.breaker(call.now),
        breaker_until: worker.breaker_until().filter(|until| *until > call.now),
        records: records.collect(),
        budget: budget.flatten(),
    }
}
