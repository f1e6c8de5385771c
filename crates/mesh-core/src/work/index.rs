//! What tasks and workers are looked up by, kept in step with every change of one.
//!
//! Nothing here is stored: [`Work::reindex`] computes all of it from the records.

use std::cmp::Reverse;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use mesh_model::events::{AlertCause, BudgetScope, Spend, TaskState};
use mesh_model::limits::TASKS_ENDED_MAX;
use mesh_model::{ApprovalId, ParticipantId, RoomId, ScheduleId, Seq, TaskId};

use crate::task::Rank;
use crate::worker::rounds;
use crate::{Approval, Task, Work, Worker};

/// Tasks of one kind that may be taken, the first one first.
pub(crate) type Lane = OrdMap<(Rank, TaskId), Brief>;

/// What the choice looks at before it looks at a task itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Brief {
    pub reserve: Spend,
    pub ready_ms: u64,
    /// Whether some workers are kept from it or come last.
    pub picky: bool,
}

impl Brief {
    fn of(task: &Task) -> Brief {
        Brief {
            reserve: task.plan.reserve,
            ready_ms: task.ready_ms,
            picky: task.last_failed.is_some() || !task.plan.apart.is_empty(),
        }
    }
}

/// Something whose time comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    Lease(TaskId),
    Retry(TaskId),
    Urgency(TaskId),
    Approval(ApprovalId),
    Schedule(ScheduleId),
    Clock(RoomId),
    Alert(AlertCause),
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Index {
    /// Queued tasks that are for whoever fits, by room and capability.
    pub lanes: OrdMap<RoomId, OrdMap<Arc<str>, Lane>>,
    /// Queued tasks that are for one worker.
    pub assigned: OrdMap<ParticipantId, Lane>,
    /// What happens by itself, by time.
    pub due: OrdSet<(u64, Due)>,
    /// Free workers by what they can do, the best first.
    pub free: OrdMap<Arc<str>, OrdSet<(Reverse<u32>, ParticipantId)>>,
    /// Verified results of all workers by capability.
    pub verified: OrdMap<Arc<str>, u32>,
    /// Set aside for attempts under way.
    pub reserved: OrdMap<BudgetScope, Spend>,
    /// Tasks about which the node has something to decide.
    pub settle: OrdSet<TaskId>,
    /// Ended tasks by the place of their end.
    pub ended: OrdSet<(Seq, TaskId)>,
    /// Tasks by state.
    pub counts: [u32; 12],
}

/// What a task is looked up by.
#[derive(PartialEq)]
struct Keys {
    lane: Option<(Option<ParticipantId>, Rank)>,
    due: [Option<(u64, Due)>; 3],
    settle: bool,
    ended: Option<Seq>,
    state: usize,
    attempt: Option<(ParticipantId, Spend)>,
}

impl Keys {
    fn of(task: &Task) -> Keys {
        let queued = task.state == TaskState::Queued;
        let lease = task.attempt.as_ref().map(|attempt| attempt.until_ms);
        Keys {
            lane: queued.then(|| (task.assigned, task.rank())),
            due: [
                lease.map(|at| (at, Due::Lease(task.id))),
                task.retry_ms.map(|at| (at, Due::Retry(task.id))),
                task.next_urgency()
                    .map(|(at, _)| (at, Due::Urgency(task.id))),
            ],
            settle: task.is_ripe(),
            ended: task.ended,
            state: task.state as usize,
            attempt: task.attempt.as_ref().map(|it| (it.worker, it.reserved)),
        }
    }
}

impl Index {
    fn add(&mut self, task: &Task, keys: &Keys) {
        match keys.lane {
            Some((Some(worker), rank)) => {
                let lane = self.assigned.entry(worker).or_default();
                lane.insert((rank, task.id), Brief::of(task));
            }
            Some((None, rank)) => {
                let lanes = self.lanes.entry(task.room).or_default();
                match lanes.get_mut(task.lane()) {
                    Some(lane) => {
                        lane.insert((rank, task.id), Brief::of(task));
                    }
                    None => {
                        let lane = Lane::unit((rank, task.id), Brief::of(task));
                        lanes.insert(task.lane().into(), lane);
                    }
                }
            }
            None => {}
        }
        for due in keys.due.iter().flatten() {
            self.due.insert(*due);
        }
        if keys.settle {
            self.settle.insert(task.id);
        }
        if let Some(seq) = keys.ended {
            self.ended.insert((seq, task.id));
        }
        self.counts[keys.state] += 1;
        if let Some((worker, reserved)) = keys.attempt {
            self.reserve(task.room, worker, |sum| sum.plus(reserved));
        }
    }

    fn remove(&mut self, task: &Task, keys: &Keys) {
        match keys.lane {
            Some((Some(worker), rank)) => {
                if let Some(lane) = self.assigned.get_mut(&worker) {
                    lane.remove(&(rank, task.id));
                    if lane.is_empty() {
                        self.assigned.remove(&worker);
                    }
                }
            }
            Some((None, rank)) => self.remove_from_lane(task, rank),
            None => {}
        }
        for due in keys.due.iter().flatten() {
            self.due.remove(due);
        }
        if keys.settle {
            self.settle.remove(&task.id);
        }
        if let Some(seq) = keys.ended {
            self.ended.remove(&(seq, task.id));
        }
        self.counts[keys.state] -= 1;
        if let Some((worker, reserved)) = keys.attempt {
            self.reserve(task.room, worker, |sum| sum.minus(reserved));
        }
    }

    fn remove_from_lane(&mut self, task: &Task, rank: Rank) {
        let Some(lanes) = self.lanes.get_mut(&task.room) else {
            return;
        };
        if let Some(lane) = lanes.get_mut(task.lane()) {
            lane.remove(&(rank, task.id));
            if lane.is_empty() {
                lanes.remove(task.lane());
            }
        }
        if lanes.is_empty() {
            self.lanes.remove(&task.room);
        }
    }

    fn reserve(&mut self, room: RoomId, worker: ParticipantId, change: impl Fn(Spend) -> Spend) {
        let scopes = [
            BudgetScope::Mesh,
            BudgetScope::Agent(worker),
            BudgetScope::Room(room),
        ];
        for scope in scopes {
            let sum = change(self.reserved.get(&scope).copied().unwrap_or_default());
            if sum.is_zero() {
                self.reserved.remove(&scope);
            } else {
                self.reserved.insert(scope, sum);
            }
        }
    }

    fn verified(&self, capability: &str) -> u32 {
        self.verified.get(capability).copied().unwrap_or_default()
    }

    fn add_free(&mut self, worker: &Worker) {
        if !worker.is_free() {
            return;
        }
        for name in lanes_of(worker) {
            let score = worker.record(name).score(self.verified(name)).score;
            let entry = (Reverse(score), worker.id);
            match self.free.get_mut(name) {
                Some(free) => {
                    free.insert(entry);
                }
                None => {
                    self.free.insert(name.into(), OrdSet::unit(entry));
                }
            }
        }
    }

    fn remove_free(&mut self, worker: &Worker) {
        if !worker.is_free() {
            return;
        }
        for name in lanes_of(worker) {
            let score = worker.record(name).score(self.verified(name)).score;
            if let Some(free) = self.free.get_mut(name) {
                free.remove(&(Reverse(score), worker.id));
                if free.is_empty() {
                    self.free.remove(name);
                }
            }
        }
    }
}

fn lanes_of(worker: &Worker) -> impl Iterator<Item = &str> {
    std::iter::once("").chain(worker.capabilities().iter().map(|name| &**name))
}

impl Work {
    /// Changes a task and everything it is looked up by. A task that ends or begins again changes
    /// those that wait for it too.
    pub(crate) fn update(&mut self, id: TaskId, change: impl FnOnce(&mut Task)) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        let before = Keys::of(task);
        let was = task.state;
        self.index.remove(task, &before);
        let Some(task) = self.tasks.get_mut(&id) else {
            return;
        };
        let task = Arc::make_mut(task);
        change(task);
        if task.waits_for().next().is_some() || task.open_needs > 0 || task.doomed {
            self.measure(id);
        }
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        let after = Keys::of(task);
        self.index.add(task, &after);
        let ends = |state: TaskState| (state.is_ended(), state.is_good());
        let referrers = if ends(was) == ends(task.state) {
            Vec::new()
        } else {
            task.referrers.clone()
        };
        let holder = |keys: &Keys| keys.attempt.map(|(worker, _)| worker);
        let (held, holds) = (holder(&before), holder(&after));
        if held != holds {
            self.hold(held, id, false);
            self.hold(holds, id, true);
        }
        for referrer in referrers {
            self.look_again(referrer);
        }
    }

    /// What the task waits for ended or began again.
    fn look_again(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        let was_ripe = task.is_ripe();
        self.measure(id);
        let ripe = self.tasks.get(&id).is_some_and(|task| task.is_ripe());
        match (was_ripe, ripe) {
            (false, true) => {
                self.index.settle.insert(id);
            }
            (true, false) => {
                self.index.settle.remove(&id);
            }
            _ => {}
        }
    }

    /// Counts again what the task still waits for.
    fn measure(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        let ended = task.state.is_ended();
        let open_needs = if ended { 0 } else { self.open_needs(task) };
        let bad = || task.plan.join.is_none() && self.first_bad_need(task).is_some();
        let doomed = !ended && bad();
        if (task.open_needs, task.doomed) == (open_needs, doomed) {
            return;
        }
        if let Some(task) = self.tasks.get_mut(&id) {
            let task = Arc::make_mut(task);
            (task.open_needs, task.doomed) = (open_needs, doomed);
        }
    }

    /// A new task.
    pub(crate) fn insert(&mut self, mut task: Task) {
        if self.tasks.contains_key(&task.id) {
            return;
        }
        let (id, needs) = (task.id, task.plan.needs.clone());
        task.open_needs = self.open_needs(&task);
        task.doomed = task.plan.join.is_none() && self.first_bad_need(&task).is_some();
        self.index.add(&task, &Keys::of(&task));
        self.tasks.insert(id, Arc::new(task));
        for need in needs {
            self.refer(need, id);
        }
    }

    /// `from` waits for `to` from here on.
    pub(crate) fn refer(&mut self, to: TaskId, from: TaskId) {
        if let Some(task) = self.tasks.get_mut(&to) {
            let task = Arc::make_mut(task);
            if let Err(at) = task.referrers.binary_search(&from) {
                task.referrers.insert(at, from);
            }
        }
    }

    pub(crate) fn unrefer(&mut self, to: TaskId, from: TaskId) {
        if let Some(task) = self.tasks.get_mut(&to)
            && let Ok(at) = task.referrers.binary_search(&from)
        {
            Arc::make_mut(task).referrers.remove(at);
        }
    }

    fn open_needs(&self, task: &Task) -> u16 {
        let verifying = task.state == TaskState::Verifying;
        let open = |id: &TaskId| {
            self.tasks
                .get(id)
                .is_some_and(|task| !task.state.is_ended())
        };
        let count = if verifying {
            task.verifier.iter().filter(|id| open(id)).count()
        } else {
            task.plan.needs.iter().filter(|id| open(id)).count()
        };
        u16::try_from(count).unwrap_or(u16::MAX)
    }

    /// The first need that ended badly.
    pub(crate) fn first_bad_need(&self, task: &Task) -> Option<TaskId> {
        task.plan.needs.iter().copied().find(|id| {
            self.tasks
                .get(id)
                .is_some_and(|task| task.state.is_ended() && !task.state.is_good())
        })
    }

    fn hold(&mut self, worker: Option<ParticipantId>, task: TaskId, holds: bool) {
        let Some(worker) = worker else { return };
        self.update_worker(worker, |worker| {
            match (worker.running.binary_search(&task), holds) {
                (Err(at), true) => worker.running.insert(at, task),
                (Ok(at), false) => {
                    worker.running.remove(at);
                }
                _ => {}
            }
        });
    }

    /// Changes a worker and its place among the free ones.
    pub(crate) fn update_worker(&mut self, id: ParticipantId, change: impl FnOnce(&mut Worker)) {
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        self.index.remove_free(worker);
        change(Arc::make_mut(worker));
        self.index.add_free(worker);
    }

    /// Counts what others found of a worker's work.
    pub(crate) fn judge(&mut self, id: ParticipantId, capability: &str, good: bool) {
        let before = self.index.verified(capability);
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        self.index.remove_free(worker);
        Arc::make_mut(worker).judge(capability, good);
        let after = before.saturating_add(1);
        match self.index.verified.get_mut(capability) {
            Some(count) => *count = after,
            None => {
                self.index.verified.insert(capability.into(), after);
            }
        }
        if rounds(before) != rounds(after) {
            self.rank_again(capability);
        }
        if let Some(worker) = self.workers.get(&id) {
            self.index.add_free(worker);
        }
    }

    /// The bonus of all changed.
    fn rank_again(&mut self, capability: &str) {
        let verified = self.index.verified(capability);
        if let Some(free) = self.index.free.get_mut(capability) {
            *free = free
                .iter()
                .filter_map(|(_, id)| {
                    let record = self.workers.get(id)?.record(capability);
                    Some((Reverse(record.score(verified).score), *id))
                })
                .collect();
        }
    }

    pub(crate) fn insert_approval(&mut self, approval: Approval) {
        let due = (approval.until_ms, Due::Approval(approval.id));
        self.index.due.insert(due);
        self.approvals.insert(approval.id, approval);
    }

    pub(crate) fn remove_approval(&mut self, id: ApprovalId) -> Option<Approval> {
        let approval = self.approvals.remove(&id)?;
        self.index
            .due
            .remove(&(approval.until_ms, Due::Approval(id)));
        Some(approval)
    }

    /// Forgets the tasks that ended longest ago and that nothing waits for.
    pub(crate) fn forget(&mut self, now: Seq) {
        while self.index.ended.len() > TASKS_ENDED_MAX {
            let Some((_, id)) = self.index.ended.get_min().copied() else {
                return;
            };
            let wanted = self.tasks.get(&id).is_some_and(|task| {
                let open = |id: &TaskId| self.tasks.get(id).is_some_and(|it| it.ended.is_none());
                task.referrers.iter().any(open)
            });
            if wanted {
                // It stays as long as if it had ended only now.
                self.update(id, |task| task.ended = Some(now));
                return;
            }
            let Some(task) = self.tasks.remove(&id) else {
                return;
            };
            self.index.remove(&task, &Keys::of(&task));
            for need in task.waits_for() {
                self.unrefer(need, id);
            }
        }
    }

    /// Computes everything that tasks and workers are looked up by from the records alone.
    pub(crate) fn reindex(&mut self) {
        self.index = Index::default();
        let ids: Vec<TaskId> = self.tasks.keys().copied().collect();
        let workers: Vec<ParticipantId> = self.workers.keys().copied().collect();
        for id in workers {
            if let Some(worker) = self.workers.get_mut(&id) {
                Arc::make_mut(worker).running.clear();
            }
        }
        for id in &ids {
            if let Some(task) = self.tasks.get_mut(id) {
                Arc::make_mut(task).referrers.clear();
            }
        }
        for id in &ids {
            let Some(task) = self.tasks.get(id) else {
                continue;
            };
            let waits: Vec<TaskId> = task.waits_for().collect();
            let holder = task.attempt.as_ref().map(|attempt| attempt.worker);
            for need in waits {
                self.refer(need, *id);
            }
            if let Some(worker) = holder.and_then(|worker| self.workers.get_mut(&worker)) {
                // Tasks come in the order of their ids.
                Arc::make_mut(worker).running.push(*id);
            }
        }
        for id in &ids {
            self.measure(*id);
            if let Some(task) = self.tasks.get(id) {
                self.index.add(task, &Keys::of(task));
            }
        }
        for (capability, record) in self.workers.values().flat_map(|worker| &worker.records) {
            let count = self.index.verified.entry(capability.clone()).or_default();
            *count = count.saturating_add(record.good.saturating_add(record.bad));
        }
        for worker in self.workers.values() {
            self.index.add_free(worker);
        }
        for approval in self.approvals.values() {
            let due = (approval.until_ms, Due::Approval(approval.id));
            self.index.due.insert(due);
        }
        self.set_alarms();
        self.set_ticks();
        self.set_alert_alarms();
    }
}
