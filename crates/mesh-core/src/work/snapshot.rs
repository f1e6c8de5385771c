//! How work is written into a snapshot: the records alone. What they are looked up by is computed
//! when they are read, so that it cannot disagree with them.

use std::sync::Arc;

use mesh_model::events::BudgetScope;
use mesh_model::{MemoryId, ParticipantId, RoomId, Seq};
use serde::{Deserialize, Serialize};

use crate::budget::Spending;
use crate::entity::Claims;
use crate::file::Files;
use crate::schedule::Schedules;
use crate::skill::Skills;
use crate::{Alerts, Approval, Budget, Clock, PathLease, Task, Template, Work, Worker};

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Records {
    changed: Seq,
    tasks: Vec<Arc<Task>>,
    workers: Vec<Arc<Worker>>,
    approvals: Vec<Approval>,
    budgets: Vec<(BudgetScope, Budget)>,
    spending: Vec<(BudgetScope, Spending)>,
    templates: Vec<Arc<Template>>,
    context: Vec<(RoomId, Arc<str>, Seq)>,
    leases: Vec<(RoomId, Seq, Arc<PathLease>)>,
    files: Files,
    skills: Skills,
    schedules: Schedules,
    clocks: Vec<(RoomId, Clock)>,
    alerts: Alerts,
    memories: Vec<(ParticipantId, Vec<MemoryId>)>,
    claims: Claims,
    stopped: bool,
}

impl From<Work> for Records {
    fn from(work: Work) -> Records {
        let values = work
            .context
            .iter()
            .flat_map(|(room, keys)| keys.iter().map(|(key, seq)| (*room, key.clone(), *seq)));
        let leases = work.leases.iter().flat_map(|(room, leases)| {
            leases
                .iter()
                .map(|(seq, lease)| (*room, *seq, lease.clone()))
        });
        Records {
            changed: work.changed,
            context: values.collect(),
            leases: leases.collect(),
            files: work.files,
            skills: work.skills,
            schedules: work.schedules,
            clocks: work.clocks.iter().map(|(k, v)| (*k, *v)).collect(),
            alerts: work.alerts,
            claims: work.claims,
            memories: work
                .memories
                .iter()
                .map(|(owner, known)| (*owner, known.iter().copied().collect()))
                .collect(),
            tasks: work.tasks.values().cloned().collect(),
            workers: work.workers.values().cloned().collect(),
            approvals: work.approvals.values().cloned().collect(),
            budgets: work.budgets.iter().map(|(k, v)| (*k, *v)).collect(),
            spending: work.spending.iter().map(|(k, v)| (*k, *v)).collect(),
            templates: work.templates.values().cloned().collect(),
            stopped: work.stopped,
        }
    }
}

impl From<Records> for Work {
    fn from(records: Records) -> Work {
        let mut work = Work {
            changed: records.changed,
            tasks: records.tasks.into_iter().map(|it| (it.id, it)).collect(),
            workers: records.workers.into_iter().map(|it| (it.id, it)).collect(),
            approvals: records
                .approvals
                .into_iter()
                .map(|it| (it.id, it))
                .collect(),
            budgets: records.budgets.into_iter().collect(),
            spending: records.spending.into_iter().collect(),
            templates: records
                .templates
                .into_iter()
                .map(|it| (it.id, it))
                .collect(),
            stopped: records.stopped,
            files: records.files,
            skills: records.skills,
            schedules: records.schedules,
            clocks: records.clocks.into_iter().collect(),
            alerts: records.alerts,
            claims: records.claims,
            ..Work::default()
        };
        for (owner, known) in records.memories {
            work.remembered += known.len();
            work.memories.insert(owner, known.into_iter().collect());
        }
        for (room, seq, lease) in records.leases {
            work.leases.entry(room).or_default().insert(seq, lease);
        }
        for (room, key, seq) in records.context {
            work.context.entry(room).or_default().insert(key, seq);
        }
        work.reindex();
        work
    }
}
