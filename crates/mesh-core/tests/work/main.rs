//! What holds of work whatever anybody does: random commands of creators, workers, operators and the
//! clock on one mesh, and plain bookkeeping from the facts alone beside it.

mod examples;
mod random;

use std::collections::{BTreeMap, BTreeSet};

use mesh_core::{State, Stored, apply, decide};
use mesh_model::command::{
    BudgetCommand, CreateMesh, CredentialCommand, DispatchCommand, IssueCredential, MeshCommand,
    NewTask, ParticipantCommand, RoomCommand, TakeTasks, TaskCommand, TaskResult, WorkerCommand,
};
use mesh_model::events::{
    AfterResult, BudgetScope, By, Cost, CredentialKind, Facts, Kind, Resolution, RoomAccess,
    RoomKind, Spend, TaskFacts, TaskPlan, TaskState, Verdict, Visibility,
};
use mesh_model::*;
use proptest::prelude::*;
use random::{PEOPLE, Step, content, person, room};
use uuid::Uuid;

/// What the facts alone say of tasks.
#[derive(Default)]
struct Books {
    created: BTreeSet<TaskId>,
    /// The valid fence of each task, who holds it and what is reserved.
    held: BTreeMap<TaskId, (Seq, ParticipantId, Spend)>,
    /// Fences that are worth nothing any more.
    stale: Vec<(TaskId, Seq, ParticipantId)>,
    /// The last result of each task.
    results: BTreeMap<TaskId, Seq>,
    ended: BTreeSet<TaskId>,
    spent: u64,
}

impl Books {
    fn release(&mut self, task: TaskId) -> Spend {
        let Some((fence, worker, reserved)) = self.held.remove(&task) else {
            return Spend::default();
        };
        self.stale.push((task, fence, worker));
        reserved
    }

    fn note(&mut self, seq: Seq, facts: &Facts) {
        match facts {
            Facts::Task(TaskFacts::Created(facts)) => {
                assert!(self.created.insert(facts.task), "created twice");
            }
            Facts::Task(TaskFacts::Taken(facts)) => {
                assert!(!self.ended.contains(&facts.task), "an ended task was taken");
                let held = (seq, facts.worker, facts.reserved);
                let before = self.held.insert(facts.task, held);
                assert_eq!(before, None, "two attempts hold one task");
            }
            Facts::Task(TaskFacts::LeaseExtended(facts)) => {
                let held = self.held.get_mut(&facts.task).expect("a held task");
                assert_eq!(held.0, facts.fence);
                held.2 = facts.reserved.unwrap_or(held.2);
            }
            Facts::Task(TaskFacts::HandedOff(facts)) => {
                assert_eq!(self.held[&facts.task].0, facts.fence);
                self.release(facts.task);
                self.spent += facts.cost.spend.tokens;
            }
            Facts::Task(TaskFacts::AttemptFailed(facts)) => {
                assert_eq!(self.held[&facts.task].0, facts.fence);
                self.release(facts.task);
                self.spent += facts.cost.spend.tokens;
                if facts.next == events::AfterFailure::Fail {
                    self.end(facts.task);
                }
            }
            Facts::Task(TaskFacts::Finished(facts)) => {
                assert_eq!(self.held[&facts.task].0, facts.fence);
                self.release(facts.task);
                self.spent += facts.cost.spend.tokens;
                self.results.insert(facts.task, facts.fence);
                if facts.next == AfterResult::Done {
                    self.end(facts.task);
                }
            }
            Facts::Task(TaskFacts::Paused(facts)) => self.spent += self.release(facts.task).tokens,
            Facts::Task(TaskFacts::Cancelled(facts)) => {
                self.spent += self.release(facts.task).tokens;
                self.end(facts.task);
            }
            Facts::Task(TaskFacts::Skipped(facts)) => self.end(facts.task),
            Facts::Task(TaskFacts::Decided(facts))
                if facts.decision != events::Decision::Person =>
            {
                self.end(facts.task);
            }
            Facts::Task(TaskFacts::Resolved(facts)) => match facts.resolution {
                Resolution::Retry => {
                    self.results.remove(&facts.task);
                }
                _ => self.end(facts.task),
            },
            Facts::Task(TaskFacts::Retried(facts)) => {
                assert!(
                    self.ended.remove(&facts.task),
                    "what had not ended was retried"
                );
                self.results.remove(&facts.task);
            }
            _ => {}
        }
    }

    fn end(&mut self, task: TaskId) {
        assert!(!self.held.contains_key(&task), "a held task ended");
        assert!(self.ended.insert(task), "a task ended twice");
    }
}

struct Run {
    state: State,
    now: u64,
    log: Vec<(u64, By, Facts)>,
    books: Books,
}

impl Run {
    fn new() -> Run {
        let mut run = Run {
            state: State::new(),
            now: 1_000_000,
            log: Vec::new(),
            books: Books::default(),
        };
        let create = Command::Mesh(MeshCommand::Create(CreateMesh {
            mesh: MeshId(Uuid::from_u128(1)),
            name: "random".into(),
            vault: VaultId(Uuid::from_u128(2)),
            node_key: PublicKey([1; 32]),
            owner: person(0),
            owner_handle: "p0".into(),
            general: RoomId(Uuid::from_u128(3)),
            broadcast: RoomId(Uuid::from_u128(4)),
            profile: None,
        }));
        run.must(Actor::Node, &create);
        for number in 1..PEOPLE {
            run.must(
                run.owner(),
                &Command::Participant(ParticipantCommand::Register {
                    participant: person(number),
                    kind: Kind::Agent,
                    handle: format!("p{number}"),
                    // A chain, so that escalation has somewhere to go.
                    parent: Some(person(number / 2)),
                    agreed: None,
                    key: None,
                    visibility: Visibility::Public,
                    profile: None,
                }),
            );
            run.must(
                run.owner(),
                &Command::Credential(CredentialCommand::Issue(IssueCredential {
                    credential: CredentialId(person(number).0),
                    kind: CredentialKind::Token,
                    participant: person(number),
                    permissions: PermissionSet::ALL,
                    expires: None,
                    per_minute: None,
                    per_day: None,
                    label: None,
                })),
            );
        }
        for number in 0..2 {
            run.must(
                run.owner(),
                &Command::Room(RoomCommand::Create {
                    room: room(number),
                    kind: RoomKind::Room,
                    name: Some(format!("r{number}")),
                    access: RoomAccess::Listed,
                    history: None,
                    defaults: Some(CapabilitySet::ALL),
                    members: (1..PEOPLE).map(person).collect(),
                    text: None,
                }),
            );
        }
        for number in 1..PEOPLE {
            run.enrol(number, 2);
        }
        run
    }

    fn owner(&self) -> Actor {
        Actor::Owner(person(0))
    }

    fn actor(&self, number: u8) -> Actor {
        match number % PEOPLE {
            0 => self.owner(),
            number => Actor::Credential(person(number), CredentialId(person(number).0)),
        }
    }

    fn enrol(&mut self, number: u8, slots: u16) {
        let enrol = WorkerCommand::Enrol {
            worker: person(number),
            slots,
            capabilities: vec!["code".into(), "research".into()],
            rooms: Vec::new(),
            about: None,
        };
        self.must(self.actor(number), &Command::Worker(enrol));
    }

    fn must(&mut self, actor: Actor, command: &Command) {
        self.try_it(actor, command).expect("this is allowed");
    }

    fn try_it(&mut self, actor: Actor, command: &Command) -> Result<usize, Refusal> {
        let ctx = Ctx {
            now: Millis(self.now),
            actor,
            requires: None,
            key: None,
            within: Default::default(),
        };
        let events = decide(&self.state, command, &ctx)?;
        let by = By { actor, key: None };
        for event in &events {
            self.check_taken(&event.facts);
            let seq = self.state.head().next();
            let stored = Stored {
                seq,
                at: ctx.now,
                by: &by,
                facts: &event.facts,
            };
            apply(&mut self.state, &stored);
            self.books.note(seq, &event.facts);
            self.log.push((self.now, by.clone(), event.facts.clone()));
        }
        Ok(events.len())
    }

    /// Whoever takes a task may: a free slot, a closed breaker, money, nobody to be kept apart from.
    fn check_taken(&self, facts: &Facts) {
        let Facts::Task(TaskFacts::Taken(facts)) = facts else {
            return;
        };
        let work = &self.state.work;
        let worker = work.worker(facts.worker).expect("an enrolled worker");
        assert!(worker.running().len() < usize::from(worker.slots()));
        assert!(worker.online && worker.mode == events::WorkerMode::Open && !work.is_stopped());
        assert_ne!(worker.breaker(Millis(self.now)), api::BreakerState::Open);
        let task = work.task(facts.task).expect("a task");
        assert_eq!(task.state, TaskState::Queued);
        assert!(task.assigned.is_none_or(|to| to == facts.worker));
        let lane = task.plan.capability.as_deref().unwrap_or_default();
        assert!(task.assigned.is_some() || worker.can(lane));
        for other in task.plan.apart.iter().filter_map(|id| work.task(*id)) {
            let at_it = other.attempt.as_ref().map(|it| it.worker);
            let did_it = other.result.as_ref().map(|it| it.worker);
            assert!(at_it != Some(facts.worker) && did_it != Some(facts.worker));
        }
        let scopes = [
            BudgetScope::Mesh,
            BudgetScope::Agent(facts.worker),
            BudgetScope::Room(facts.room),
        ];
        for scope in scopes {
            let used = work
                .spent(scope, Millis(self.now))
                .plus(work.reserved(scope));
            let most = work.budget(scope).and_then(|budget| budget.tokens);
            let fits = |most: u64| used.tokens + facts.reserved.tokens <= most;
            assert!(most.is_none_or(fits), "{scope:?} is overdrawn");
        }
        for need in &task.plan.needs {
            let need = work.task(*need).expect("a need");
            assert!(need.state.is_good() || task.plan.join.is_some());
        }
    }

    fn check(&self) {
        let work = &self.state.work;
        work.check().expect("work is consistent");
        for id in &self.books.created {
            let task = work.task(*id).expect("no task is lost");
            assert_eq!(task.state.is_ended(), self.books.ended.contains(id));
            let held = task
                .attempt
                .as_ref()
                .map(|it| (it.fence, it.worker, it.reserved));
            assert_eq!(held.as_ref(), self.books.held.get(id), "who holds what");
        }
        let counted: u32 = TaskState::ALL.iter().map(|state| work.count(*state)).sum();
        assert_eq!(counted as usize, self.books.created.len());
        assert_eq!(
            work.open(),
            self.books.created.len() - self.books.ended.len()
        );
        let reserved = self
            .books
            .held
            .values()
            .map(|(_, _, it)| it.tokens)
            .sum::<u64>();
        assert_eq!(work.reserved(BudgetScope::Mesh).tokens, reserved);
        assert_eq!(
            work.spent(BudgetScope::Mesh, Millis(self.now)).tokens,
            self.books.spent
        );
    }

    /// Whoever shows a fence that is over is refused, unless it sends the very result that counted.
    fn check_stale(&self) {
        for (task, fence, worker) in self.books.stale.iter().rev().take(8) {
            let number = (0..PEOPLE).find(|it| person(*it) == *worker).unwrap();
            let finish = Command::Task(TaskCommand::Finish {
                task: *task,
                fence: *fence,
                result: Box::new(TaskResult::default()),
                spare: TaskId(Uuid::from_u128(77)),
                evidence: Default::default(),
                body: content(),
            });
            let ctx = Ctx {
                now: Millis(self.now),
                actor: self.actor(number),
                requires: None,
                key: None,
                within: Default::default(),
            };
            match decide(&self.state, &finish, &ctx) {
                Err(refusal) => assert_eq!(refusal.code, ErrorCode::StaleFence),
                Ok(events) => {
                    assert!(events.is_empty(), "a stale result was taken");
                    assert_eq!(self.books.results.get(task), Some(fence));
                }
            }
        }
    }

    fn tick(&mut self) {
        while self
            .try_it(Actor::Node, &Command::Tick)
            .expect("the node ticks")
            > 0
        {}
    }

    /// Everybody does what they can: what has not ended after that waits for a worker that nobody is.
    fn drain(&mut self) {
        let budgets = [BudgetScope::Mesh, BudgetScope::EachAgent]
            .into_iter()
            .chain((0..PEOPLE).map(|it| BudgetScope::Agent(person(it))))
            .chain((0..2).map(|it| BudgetScope::Room(room(it))));
        for scope in budgets {
            let set = BudgetCommand::Set {
                scope,
                tokens: None,
                micros: None,
            };
            self.must(self.owner(), &Command::Budget(set));
        }
        self.must(self.owner(), &Command::Dispatch(DispatchCommand::Resume));
        for number in 1..PEOPLE {
            let mode = WorkerCommand::SetMode {
                worker: person(number),
                mode: events::WorkerMode::Open,
            };
            self.must(self.owner(), &Command::Worker(mode));
            let limits = WorkerCommand::SetLimits {
                worker: person(number),
                slots: Some(8),
                capabilities: None,
            };
            self.must(self.owner(), &Command::Worker(limits));
            self.enrol(number, 8);
        }
        for _ in 0..60 {
            self.now += 120_000;
            self.tick();
            let tasks: Vec<(TaskId, TaskState, bool)> = (self.state.work.tasks())
                .map(|task| (task.id, task.state, task.plan.join.is_some()))
                .collect();
            for (id, state, joins) in tasks {
                let command = match state {
                    TaskState::Paused => TaskCommand::Resume { task: id },
                    TaskState::Queued => TaskCommand::Assign { task: id, to: None },
                    TaskState::Blocked => TaskCommand::Resolve {
                        task: id,
                        resolution: if joins {
                            Resolution::Fail
                        } else {
                            Resolution::Retry
                        },
                        reason: None,
                    },
                    _ => continue,
                };
                // Approvals are left to their end.
                let _ = self.try_it(self.owner(), &Command::Task(command));
            }
            for number in 1..PEOPLE {
                self.work(number);
            }
        }
        for task in self.state.work.tasks() {
            let apart = task.state == TaskState::Queued && !task.plan.apart.is_empty();
            assert!(task.state.is_ended() || apart, "{task:?} waits for ever");
        }
    }

    fn work(&mut self, number: u8) {
        let take = Command::Task(TaskCommand::Take(TakeTasks {
            count: 8,
            lease_ms: None,
            start: false,
        }));
        self.must(self.actor(number), &take);
        self.finish(number);
    }

    fn finish(&mut self, number: u8) {
        let held: Vec<(TaskId, Seq)> = (self.books.held.iter())
            .filter(|(_, held)| held.1 == person(number))
            .map(|(task, held)| (*task, held.0))
            .collect();
        for (task, fence) in held {
            let checked = self.state.work.task(task).unwrap().plan.checked;
            let finish = Command::Task(TaskCommand::Finish {
                task,
                fence,
                result: Box::new(TaskResult {
                    confidence: Some(100),
                    verdict: Some(Verdict::Accept),
                    check: checked.then_some(true),
                    cost: Cost::default(),
                    ..TaskResult::default()
                }),
                spare: TaskId(Uuid::from_u128(78)),
                evidence: Default::default(),
                body: content(),
            });
            self.must(self.actor(number), &finish);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// No two fences, no lost task, right counts and sums; every task ends or waits for something
    /// that exists; the log and a snapshot give the same state.
    #[test]
    fn work_holds_together(steps in prop::collection::vec(any::<Step>(), 1..160)) {
        let mut run = Run::new();
        for step in steps {
            let (by, command) = random::command(&run.state, &run.books_view(), run.now, step);
            let actor = match by {
                None => Actor::Node,
                Some(number) => run.actor(number),
            };
            run.now += u64::from(step[5]) * u64::from(step[4]) / 4;
            let _ = run.try_it(actor, &command);
            run.check();
            run.check_stale();
        }
        let mut again = State::new();
        for (place, (at, by, facts)) in run.log.iter().enumerate() {
            let seq = Seq(place as u64 + 1);
            apply(&mut again, &Stored { seq, at: Millis(*at), by, facts });
        }
        prop_assert_eq!(&again, &run.state);
        let snapshot = serde_json::to_vec(&run.state).unwrap();
        let read: State = serde_json::from_slice(&snapshot).unwrap();
        prop_assert_eq!(&read, &run.state);
        // A log in an order that no rules would make is taken in all the same.
        let mut odd = State::new();
        for place in 0..run.log.len() {
            let (at, by, facts) = &run.log[(place * 7 + 3) % run.log.len()];
            let seq = Seq(place as u64 + 1);
            apply(&mut odd, &Stored { seq, at: Millis(*at), by, facts });
        }
        run.drain();
        read.work.check().expect("a snapshot is consistent");
    }
}

fn plain(number: u128, needs: Vec<TaskId>) -> NewTask {
    NewTask {
        task: TaskId(Uuid::from_u128(1_000_000 + number)),
        plan: TaskPlan {
            needs,
            ..TaskPlan::default()
        },
        template: None,
        quotes: Vec::new(),
        gate: None,
        evidence: Default::default(),
        body: content(),
    }
}

fn create(tasks: Vec<NewTask>) -> Command {
    Command::Task(TaskCommand::Create {
        room: room(0),
        tasks,
    })
}

/// Ended tasks are forgotten, the oldest first, but none that something open waits for.
#[test]
fn memory_is_bounded_by_what_is_open() {
    let mut run = Run::new();
    let owner = run.owner();
    let id = |number: u128| TaskId(Uuid::from_u128(1_000_000 + number));
    run.must(
        owner,
        &create(vec![
            plain(0, vec![]),
            plain(1, vec![]),
            plain(2, vec![id(0), id(1)]),
        ]),
    );
    let cancel = |task| Command::Task(TaskCommand::Cancel { task, reason: None });
    let take = Command::Task(TaskCommand::Take(TakeTasks {
        count: 1,
        lease_ms: None,
        start: false,
    }));
    run.must(run.actor(1), &take);
    run.finish(1);
    let done = [id(0), id(1)].map(|id| run.state.work.task(id).unwrap().state);
    assert!(done.contains(&TaskState::Done) && done.contains(&TaskState::Queued));
    let most = limits::TASKS_ENDED_MAX as u128;
    for batch in 0..most / 1000 + 1 {
        let numbers = 10 + batch * 1000..10 + (batch + 1) * 1000;
        run.must(
            owner,
            &create(numbers.clone().map(|it| plain(it, vec![])).collect()),
        );
        for number in numbers {
            run.must(owner, &cancel(id(number)));
        }
    }
    let work = &run.state.work;
    assert_eq!(work.open(), 2);
    assert_eq!(work.tasks().count(), most as usize + 2);
    assert!(
        work.task(id(10)).is_none() && work.task(id(0)).is_some() && work.task(id(1)).is_some()
    );
    work.check().expect("work is consistent");
    run.work(1);
    run.work(1);
    assert_eq!(run.state.work.task(id(2)).unwrap().state, TaskState::Done);
    assert!(matches!(
        run.try_it(owner, &Command::Task(TaskCommand::Retry { task: id(10) })),
        Err(refusal) if refusal.code == ErrorCode::NotFound
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// A graph is refused exactly when it has a circle, and then its own links make the way that is
    /// named.
    #[test]
    fn circles_and_nothing_else_are_refused(links in prop::collection::btree_set((0u8..6, 0u8..6), 0..10)) {
        let mut run = Run::new();
        let id = |number: u8| TaskId(Uuid::from_u128(1_000_000 + u128::from(number)));
        let needs = |number: u8| links.iter().filter(move |it| it.0 == number).map(|it| id(it.1)).collect();
        let tasks = (0..6).map(|number| plain(number.into(), needs(number))).collect();
        // What waits for nothing that is left is taken away until nothing changes.
        let mut left = links.clone();
        loop {
            let before = left.len();
            let waiting: BTreeSet<u8> = left.iter().map(|it| it.0).collect();
            left.retain(|it| waiting.contains(&it.1));
            if left.len() == before {
                break;
            }
        }
        match run.try_it(run.owner(), &create(tasks)) {
            Ok(_) => prop_assert!(left.is_empty()),
            Err(refusal) => {
                prop_assert_eq!(refusal.code, ErrorCode::DependencyCycle);
                prop_assert!(!left.is_empty());
                let way = refusal.what.strip_prefix("these tasks would wait for one another: ").unwrap();
                let way: Vec<TaskId> = way.split(" -> ").map(|it| it.parse().unwrap()).collect();
                prop_assert_eq!(way.first(), way.last());
                for step in way.windows(2) {
                    let linked = links.iter().any(|it| (id(it.0), id(it.1)) == (step[0], step[1]));
                    prop_assert!(linked, "{:?} is not linked", step);
                }
            }
        }
    }
}

impl Run {
    fn books_view(&self) -> BTreeMap<TaskId, (Seq, ParticipantId)> {
        let held = self.books.held.iter();
        held.map(|(task, held)| (*task, (held.0, held.1))).collect()
    }
}
