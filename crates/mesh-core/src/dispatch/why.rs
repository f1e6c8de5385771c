//! Why a task is where it is, and who would get it: the numbers behind the choice.

use mesh_model::api::{AttemptView, BreakerState, BudgetView, NotTaken, TaskWhy, WhyWorker};
use mesh_model::events::{BudgetScope, TaskState, WorkerMode};
use mesh_model::limits::TAKE_GRACE_MS;
use mesh_model::{Actor, Millis, PermissionSet, TaskId};

use crate::actor::Asker;
use crate::budget::scopes;
use crate::desk::Desk;
use crate::dispatch::pick::{Standing, is_apart, is_for_here, rival};
use crate::recent::Recent;
use crate::{Access, Hold, State, Task, Work, Worker, link};

/// Workers told of: the best ones.
const WORKERS_TOLD: usize = 20;

impl State {
    /// Why a task is where it is. Whoever answers somebody checks first whether they may read the
    /// task's room.
    pub fn why(&self, task: TaskId, now: Millis) -> Option<TaskWhy> {
        why(&self.access, &self.work, task, now)
    }
}

/// The same for those who have only the two parts of the state that are published.
pub fn why(access: &Access, work: &Work, task: TaskId, now: Millis) -> Option<TaskWhy> {
    let task = work.task(task)?;
    let asker = Asker {
        access,
        now,
        actor: Actor::Node,
        permissions: PermissionSet::ALL,
    };
    // Who said what lately tells nothing about who may take a task.
    let recent = Recent::default();
    let desk = Desk {
        asker: &asker,
        work,
        recent: &recent,
    };
    Some(told_of(&desk, task))
}

fn told_of(desk: &Desk<'_>, task: &Task) -> TaskWhy {
    let (work, name) = (desk.work, task.lane());
    let verified = work.index.verified.get(name).copied().unwrap_or_default();
    let lane = work.index.lanes.get(&task.room).and_then(|it| it.get(name));
    let ahead = match (task.state, task.assigned, lane) {
        (TaskState::Queued, None, Some(lane)) => lane.range(..(task.rank(), task.id)).count(),
        _ => 0,
    };
    let mut workers: Vec<WhyWorker> = work
        .workers()
        .filter(|worker| worker.can(name) || task.assigned == Some(worker.id))
        .map(|worker| told(desk, task, worker, verified, ahead))
        .collect();
    workers.sort_by_key(|it| (it.not.is_some(), std::cmp::Reverse(it.score), it.worker));
    workers.truncate(WORKERS_TOLD);
    let attempt = task.attempt.as_ref();
    TaskWhy {
        task: task.id,
        room: task.room,
        state: task.state,
        because: because(work, task, &workers),
        rank: task.standing(),
        urgency: task.urgency,
        ahead: u32::try_from(ahead).unwrap_or(u32::MAX),
        waits_for: open_needs(work, task),
        attempt: attempt.map(|attempt| AttemptView {
            fence: attempt.fence,
            worker: attempt.worker,
            since: attempt.since(),
            until: attempt.until(),
            reserved: attempt.reserved,
        }),
        score: attempt.map(|attempt| attempt.score),
        rival: attempt.and_then(|attempt| attempt.rival),
        verified,
        workers,
        budgets: [BudgetScope::Room(task.room), BudgetScope::Mesh]
            .into_iter()
            .filter_map(|scope| work.budget_view(scope, desk.now()))
            .collect(),
    }
}

fn open_needs(work: &Work, task: &Task) -> Vec<TaskId> {
    let open = |id: &TaskId| work.task(*id).is_some_and(|it| it.ended.is_none());
    match task.state {
        TaskState::Waiting | TaskState::Verifying => task.waits_for().filter(open).collect(),
        _ => Vec::new(),
    }
}

fn because(work: &Work, task: &Task, workers: &[WhyWorker]) -> String {
    let text = match task.state {
        TaskState::Waiting => "it waits for other tasks to end",
        TaskState::Retrying => "an attempt failed; the next one comes after a pause",
        TaskState::Queued if work.stopped => "all dispatch is stopped",
        TaskState::Queued if workers.is_empty() && task.plan.capability.is_none() => {
            "nobody works in this mesh yet"
        }
        TaskState::Queued if workers.is_empty() => "no worker has the capability it needs",
        TaskState::Queued if workers.iter().all(|it| it.not.is_some()) => {
            "no worker may take it now; each one's reason stands with it"
        }
        TaskState::Queued => "the first of these workers that asks gets it",
        TaskState::Leased | TaskState::Running if is_abroad(work, task) => {
            "nobody here was free for it, so a peer mesh that lends workers has it"
        }
        TaskState::Leased | TaskState::Running => {
            "the worker asked for work, and this was the most pressing that fitted it"
        }
        TaskState::Paused => "somebody paused it",
        TaskState::Blocked => match task.hold {
            Some(Hold::Approval(_)) => "an approval is not given yet",
            _ => "a person has to decide about it",
        },
        TaskState::Verifying => "its worker was unsure; a second agent looks at the result",
        TaskState::Done => "it is done",
        TaskState::Failed => "its attempts are used up, or what it put out was rejected",
        TaskState::Cancelled => "it was cancelled, or what it waited for ended badly",
        TaskState::Skipped => "it turned out not to be needed",
    };
    text.to_owned()
}

fn is_abroad(work: &Work, task: &Task) -> bool {
    let holder = task.attempt.as_ref().map(|attempt| attempt.worker);
    let holder = holder.and_then(|worker| work.worker(worker));
    holder.is_some_and(|worker| worker.abroad)
}

fn told(desk: &Desk<'_>, task: &Task, worker: &Worker, verified: u32, ahead: usize) -> WhyWorker {
    let record = worker.record(task.lane());
    let score = record.score(verified);
    WhyWorker {
        worker: worker.id,
        score: score.score,
        mean: score.mean,
        bonus: score.bonus,
        good: record.good,
        bad: record.bad,
        running: u16::try_from(worker.running.len()).unwrap_or(u16::MAX),
        slots: worker.slots(),
        breaker: worker.breaker(desk.now()),
        mode: worker.mode,
        not: not(desk, task, worker, ahead),
    }
}

/// Why the worker would not get the task if it asked now.
fn not(desk: &Desk<'_>, task: &Task, worker: &Worker, ahead: usize) -> Option<NotTaken> {
    let now = desk.now();
    let room = desk.asker.access.room(task.room)?;
    let tests: [(bool, NotTaken); 12] = [
        (desk.work.stopped, NotTaken::Stopped),
        (task.state != TaskState::Queued, NotTaken::NotQueued),
        (
            task.assigned.is_some_and(|to| to != worker.id),
            NotTaken::Assigned,
        ),
        (!worker.online, NotTaken::Offline),
        (worker.mode != WorkerMode::Open, NotTaken::Mode),
        (
            worker.running.len() >= usize::from(worker.slots()),
            NotTaken::Full,
        ),
        (
            worker.breaker(now) == BreakerState::Open || worker.room_for(now) == 0,
            NotTaken::Breaker,
        ),
        (
            task.assigned.is_none() && !worker.can(task.lane()),
            NotTaken::Capability,
        ),
        (
            room.archived || !desk.executes(room, worker.id),
            NotTaken::Room,
        ),
        (is_apart(desk, task, worker.id), NotTaken::Apart),
        (
            worker.abroad && !link::reaches(desk, task, worker.id),
            NotTaken::Stays,
        ),
        (
            worker.abroad && is_for_here(desk, task, worker),
            NotTaken::Local,
        ),
    ];
    if let Some((_, not)) = tests.into_iter().find(|(holds, _)| *holds) {
        return Some(not);
    }
    let scopes = scopes(worker.id, task.room);
    if desk.work.short(&scopes, task.plan.reserve, now).is_some() {
        return Some(NotTaken::Budget);
    }
    let young = now.0 < task.ready_ms.saturating_add(TAKE_GRACE_MS);
    if !young || task.assigned.is_some() {
        return None;
    }
    let standing = Standing::of(desk, worker, room, task.lane());
    let other = if task.last_failed == Some(worker.id) || !task.plan.apart.is_empty() {
        rival(desk, task, worker.id, room)
            .is_some_and(|it| it.score > standing.score || task.last_failed == Some(worker.id))
    } else {
        ahead < standing.left_to_others
    };
    other.then_some(NotTaken::Rival)
}

impl Work {
    /// A budget with what is used of it, if there is one.
    pub fn budget_view(&self, scope: BudgetScope, now: Millis) -> Option<BudgetView> {
        let budget = self.budget(scope)?;
        Some(BudgetView {
            scope,
            tokens: budget.tokens,
            micros: budget.micros,
            spent: self.spent(scope, now),
            reserved: self.reserved(scope),
        })
    }
}
