//! How long decisions about work take, and how much memory open tasks take.
//! `cargo run --release -p mesh-core --example dispatch_rate`

use std::hint::black_box;
use std::time::Instant;

use mesh_core::{State, Stored, apply, decide};
use mesh_model::command::{
    BudgetCommand, CreateMesh, CredentialCommand, IssueCredential, MeshCommand, NewTask,
    ParticipantCommand, RoomCommand, TakeTasks, TaskCommand, TaskResult, WorkerCommand,
};
use mesh_model::events::{
    By, CredentialKind, Facts, Kind, RoomAccess, RoomKind, TaskFacts, TaskPlan, Visibility,
};
use mesh_model::*;
use serde_json::value::RawValue;
use uuid::Uuid;

const WORKERS: u128 = 1_000;
const QUEUED: u128 = 10_000;
const OPEN: u128 = 100_000;
const CHAIN: u128 = 1_000;
const NAMES: [&str; 8] = [
    "code", "research", "review", "write", "test", "plan", "triage", "chat",
];

fn main() {
    let mut bench = Bench::new();
    bench.reputations();
    bench.create(QUEUED, None);
    println!(
        "{} workers with 3 of {} capabilities and 4 slots, {} tasks queued",
        WORKERS,
        NAMES.len(),
        bench.state.work.count(events::TaskState::Queued)
    );
    bench.takes();
    bench.whole_lives(false);
    bench.whole_lives(true);
    bench.chain();
    bench.memory();
}

struct Bench {
    state: State,
    now: u64,
    next: u128,
}

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn worker(number: u128) -> ParticipantId {
    ParticipantId(uuid(1_000 + number % WORKERS))
}

fn by_worker(number: u128) -> Actor {
    Actor::Credential(worker(number), CredentialId(worker(number).0))
}

fn owner() -> Actor {
    Actor::Owner(ParticipantId(uuid(1)))
}

fn room() -> RoomId {
    RoomId(uuid(20))
}

fn body() -> command::Content {
    RawValue::from_string("{\"title\":\"a\",\"prompt\":\"b\"}".into()).ok()
}

impl Bench {
    fn new() -> Bench {
        let mut bench = Bench {
            state: State::new(),
            now: 1_795_000_000_000,
            next: 1_000_000,
        };
        bench.run(
            Actor::Node,
            &Command::Mesh(MeshCommand::Create(CreateMesh {
                mesh: MeshId(uuid(9)),
                name: "m".into(),
                vault: VaultId(uuid(9)),
                node_key: PublicKey([7; 32]),
                owner: ParticipantId(uuid(1)),
                owner_handle: "owner".into(),
                general: RoomId(uuid(50)),
                broadcast: RoomId(uuid(51)),
                profile: None,
            })),
        );
        bench.run(
            owner(),
            &Command::Room(RoomCommand::Create {
                room: room(),
                kind: RoomKind::Room,
                name: Some("work".into()),
                access: RoomAccess::Listed,
                history: None,
                defaults: Some(CapabilitySet::ALL),
                members: Vec::new(),
                text: None,
            }),
        );
        for number in 0..WORKERS {
            bench.add_worker(number);
        }
        bench
    }

    fn add_worker(&mut self, number: u128) {
        let commands = [
            Command::Participant(ParticipantCommand::Register {
                participant: worker(number),
                kind: Kind::Agent,
                handle: format!("w{number}"),
                parent: None,
                agreed: None,
                key: None,
                visibility: Visibility::Public,
                profile: None,
            }),
            Command::Credential(CredentialCommand::Issue(IssueCredential {
                credential: CredentialId(worker(number).0),
                kind: CredentialKind::Token,
                participant: worker(number),
                permissions: permission::Preset::Worker.permissions(),
                expires: None,
                per_minute: None,
                per_day: None,
                label: None,
            })),
            Command::Room(RoomCommand::Add {
                room: room(),
                participant: worker(number),
            }),
        ];
        for command in &commands {
            self.run(owner(), command);
        }
        let name = |more: u128| NAMES[(number + more) as usize % NAMES.len()].to_owned();
        let enrol = WorkerCommand::Enrol {
            worker: worker(number),
            slots: 4,
            capabilities: vec![name(0), name(1), name(2)],
            rooms: Vec::new(),
            about: None,
        };
        self.run(by_worker(number), &Command::Worker(enrol));
    }

    fn ctx(&self, actor: Actor) -> Ctx {
        Ctx {
            now: Millis(self.now),
            actor,
            requires: None,
            key: None,
            within: Default::default(),
        }
    }

    /// Decides and applies; returns the tasks that were taken.
    fn run(&mut self, actor: Actor, command: &Command) -> Vec<(TaskId, Seq)> {
        let ctx = self.ctx(actor);
        let by = By { actor, key: None };
        let mut taken = Vec::new();
        for event in decide(&self.state, command, &ctx).expect("this is allowed") {
            let seq = self.state.head().next();
            if let Facts::Task(TaskFacts::Taken(facts)) = &event.facts {
                taken.push((facts.task, seq));
            }
            let stored = Stored {
                seq,
                at: ctx.now,
                by: &by,
                facts: &event.facts,
            };
            apply(&mut self.state, &stored);
        }
        taken
    }

    fn new_task(&mut self, needs: Option<TaskId>) -> NewTask {
        self.next += 1;
        NewTask {
            task: TaskId(uuid(self.next)),
            plan: TaskPlan {
                priority: (self.next % 10) as u8,
                capability: Some(NAMES[self.next as usize % NAMES.len()].into()),
                deadline: self
                    .next
                    .is_multiple_of(3)
                    .then(|| Millis(self.now + 60_000_000 + (self.next % 1000) as u64)),
                needs: needs.into_iter().collect(),
                reserve: events::Spend {
                    tokens: 100,
                    micros: 0,
                },
                ..TaskPlan::default()
            },
            template: None,
            quotes: Vec::new(),
            gate: None,
            evidence: Default::default(),
            body: body(),
        }
    }

    fn create(&mut self, count: u128, mut chain: Option<TaskId>) {
        let mut left = count;
        while left > 0 {
            let batch = left.min(1000);
            left -= batch;
            let mut tasks = Vec::new();
            for _ in 0..batch {
                let task = self.new_task(chain);
                chain = chain.map(|_| task.task);
                tasks.push(task);
            }
            let create = TaskCommand::Create {
                room: room(),
                tasks,
            };
            self.run(owner(), &Command::Task(create));
        }
    }

    fn take(&mut self, number: u128, count: u8) -> Vec<(TaskId, Seq)> {
        let take = TaskCommand::Take(TakeTasks {
            count,
            lease_ms: None,
            start: false,
        });
        self.run(by_worker(number), &Command::Task(take))
    }

    fn finish(&mut self, number: u128, task: TaskId, fence: Seq) {
        let finish = TaskCommand::Finish {
            task,
            fence,
            result: Box::new(TaskResult::default()),
            spare: TaskId(uuid(2)),
            evidence: Default::default(),
            body: body(),
        };
        self.run(by_worker(number), &Command::Task(finish));
    }

    /// Everybody has done something that was found good or bad.
    fn reputations(&mut self) {
        for round in 0..4 {
            self.create(WORKERS, None);
            self.now += 1_000;
            for number in 0..WORKERS {
                for (task, fence) in self.take(number, 1) {
                    self.finish(number, task, fence);
                    let good = (number + round) % 3 > 0;
                    let confirm = TaskCommand::Confirm { task, good };
                    self.run(owner(), &Command::Task(confirm));
                }
            }
        }
        self.cancel_all();
    }

    fn cancel_all(&mut self) {
        let left: Vec<TaskId> = (self.state.work.tasks())
            .filter(|task| !task.state.is_ended())
            .map(|task| task.id)
            .collect();
        for task in left {
            let cancel = TaskCommand::Cancel { task, reason: None };
            self.run(owner(), &Command::Task(cancel));
        }
    }

    /// The decision alone, of every worker in turn, before and after the best ones' half second, and
    /// when there is nothing to give.
    fn takes(&mut self) {
        self.measure("fresh tasks, the best worker first");
        self.now += 1_000;
        self.measure("anybody");
        self.budget(Some(0));
        self.measure("the budget used up");
        self.budget(Some(10));
        self.measure("each task too dear for what is left");
        self.budget(None);
    }

    /// Tokens a day of the room; each task reserves a hundred.
    fn budget(&mut self, tokens: Option<u64>) {
        let set = BudgetCommand::Set {
            scope: events::BudgetScope::Room(room()),
            tokens,
            micros: None,
        };
        self.run(owner(), &Command::Budget(set));
    }

    fn measure(&self, what: &str) {
        let mut times: Vec<u128> = Vec::new();
        for round in 0..20 {
            for number in 0..WORKERS {
                let take = Command::Task(TaskCommand::Take(TakeTasks {
                    count: 1,
                    lease_ms: None,
                    start: false,
                }));
                let ctx = self.ctx(by_worker(number));
                let begin = Instant::now();
                let events = decide(&self.state, &take, &ctx);
                let time = begin.elapsed().as_nanos();
                assert!(black_box(events).is_ok());
                if round > 0 {
                    times.push(time);
                }
            }
        }
        times.sort_unstable();
        let at = |percent: usize| times[times.len() * percent / 100] as f64 / 1e3;
        println!("take, {what}: p50 {:.2} µs, p99 {:.2} µs", at(50), at(99),);
    }

    /// Take and finish, decided and applied; `shared`: a reader holds a copy of every state.
    fn whole_lives(&mut self, shared: bool) {
        let begin = Instant::now();
        let mut done = 0;
        let mut reader = None;
        for number in 0..4 * WORKERS {
            for (task, fence) in self.take(number, 1) {
                if shared {
                    reader = Some(self.state.work.clone());
                }
                self.finish(number, task, fence);
                if shared {
                    reader = Some(self.state.work.clone());
                }
                done += 1;
            }
        }
        let each = begin.elapsed().as_secs_f64() * 1e6 / f64::from(done);
        let how = if shared {
            "a copy published after each event"
        } else {
            "nobody reads"
        };
        println!("take and finish, decided and applied, {how}: {each:.2} µs a task, {done} tasks");
        drop(black_box(reader));
    }

    /// A chain in which each task waits for the one before: the node's part of one step.
    fn chain(&mut self) {
        self.cancel_all();
        let first = self.new_task(None);
        let root = first.task;
        let create = TaskCommand::Create {
            room: room(),
            tasks: vec![first],
        };
        let begin = Instant::now();
        self.run(owner(), &Command::Task(create));
        self.create(CHAIN - 1, Some(root));
        let created = begin.elapsed().as_secs_f64() * 1e6 / CHAIN as f64;
        let begin = Instant::now();
        let mut task = root;
        for step in 0..CHAIN {
            // Whoever may do it is asked by name, so that the chain alone is measured.
            let assign = TaskCommand::Assign {
                task,
                to: Some(worker(0)),
            };
            self.run(owner(), &Command::Task(assign));
            let fence = self.take(0, 1).first().expect("the next task").1;
            self.finish(0, task, fence);
            task = TaskId(uuid(root.0.as_u128() + step + 1));
        }
        let each = begin.elapsed().as_secs_f64() * 1e6 / CHAIN as f64;
        println!(
            "a chain of {CHAIN}: {created:.2} µs to create, {each:.2} µs to assign, take and finish each"
        );
    }

    fn memory(&mut self) {
        let (before, begin) = (resident(), Instant::now());
        let open = OPEN - self.state.work.open() as u128;
        self.create(open, None);
        let each = begin.elapsed().as_secs_f64() * 1e6 / open as f64;
        println!(
            "{} open tasks: {each:.2} µs to create each, {:.0} MiB more than before, {:.0} MiB in all",
            self.state.work.open(),
            resident() - before,
            resident()
        );
        self.now += 1_000;
        let begin = Instant::now();
        let mut taken = 0;
        for number in 0..WORKERS {
            taken += self.take(number, 4).len();
        }
        let each = begin.elapsed().as_secs_f64() * 1e6 / taken as f64;
        println!(
            "take of four, decided and applied, {OPEN} queued: {each:.2} µs a task, {taken} tasks"
        );
        let begin = Instant::now();
        let bytes = serde_json::to_vec(&self.state).expect("a snapshot");
        let wrote = begin.elapsed().as_millis();
        let begin = Instant::now();
        let read: State = serde_json::from_slice(&bytes).expect("a snapshot");
        println!(
            "a snapshot of it: {} MiB, written in {wrote} ms, read in {} ms",
            bytes.len() >> 20,
            begin.elapsed().as_millis()
        );
        assert!(read == self.state);
    }
}

/// Resident memory in MiB, where the system tells it.
fn resident() -> f64 {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = told
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .unwrap_or_default();
    pages * 4096.0 / f64::from(1 << 20)
}
