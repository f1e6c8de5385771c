//! Random bytes made into commands that have a chance.

use std::collections::BTreeMap;

use mesh_core::State;
use mesh_model::command::{
    ApprovalCommand, BudgetCommand, Content, DispatchCommand, Gate, NewTask, RequestApproval,
    TakeTasks, TaskCommand, TaskResult, WorkerCommand,
};
use mesh_model::events::{
    BudgetScope, Condition, Cost, Holds, Join, Resolution, Spend, TaskPlan, Verdict, WorkerMode,
};
use mesh_model::*;
use serde_json::value::RawValue;
use uuid::Uuid;

/// Participants; the first is the owner.
pub const PEOPLE: u8 = 6;
const TASKS: u8 = 40;

/// Random bytes that stand for one step.
pub type Step = [u8; 6];

pub fn person(number: u8) -> ParticipantId {
    ParticipantId(Uuid::from_u128(100 + u128::from(number % PEOPLE)))
}

pub fn room(number: u8) -> RoomId {
    RoomId(Uuid::from_u128(200 + u128::from(number % 2)))
}

pub fn task(number: u8) -> TaskId {
    TaskId(Uuid::from_u128(300 + u128::from(number % TASKS)))
}

pub fn approval(number: u8) -> ApprovalId {
    ApprovalId(Uuid::from_u128(400 + u128::from(number % TASKS)))
}

pub fn content() -> Content {
    Some(RawValue::from_string("{\"text\":\"x\"}".into()).unwrap())
}

fn spend(tokens: u8) -> Spend {
    Spend {
        tokens: u64::from(tokens),
        micros: 0,
    }
}

fn cost(tokens: u8) -> Cost {
    Cost {
        spend: spend(tokens),
        model: None,
    }
}

/// A task that waits for some of those with smaller numbers, or now and then for a greater one.
fn new_task(number: u8, [_, a, b, c, ..]: Step, now: u64) -> NewTask {
    let mut needs: Vec<TaskId> = Vec::new();
    if a.is_multiple_of(3) {
        needs.extend([b % TASKS, c % TASKS].map(task));
        needs.dedup();
        needs.retain(|id| *id != task(number));
    }
    let first = needs.first().copied();
    let joins = first.is_some() && a.is_multiple_of(4);
    let capability = ["code", "research"][usize::from(b % 2)];
    NewTask {
        task: task(number),
        plan: TaskPlan {
            priority: a % 10,
            capability: (c % 3 > 0).then(|| capability.into()),
            assigned: (!joins && c.is_multiple_of(11)).then(|| person(1 + b % (PEOPLE - 1))),
            deadline: a
                .is_multiple_of(5)
                .then(|| Millis(now + 1 + u64::from(b) * 100)),
            attempts: 1 + c % 3,
            escalate: !b.is_multiple_of(3),
            apart: (b % 7 == 1).then(|| task(c)).into_iter().collect(),
            same: first.filter(|_| !joins && b % 5 == 2),
            when: first.filter(|_| c % 4 == 1).map(|task| match b % 2 {
                0 => Condition::Unsure { task, below: 50 },
                _ => Condition::Verdict {
                    task,
                    was: Verdict::Reject,
                },
            }),
            join: joins.then_some(
                [Join::Best, Join::First, Join::Majority { quorum: 1 }][usize::from(b % 3)],
            ),
            checked: b % 9 == 8,
            reserve: spend(if a % 2 == 0 { c % 50 } else { 0 }),
            needs,
            ..TaskPlan::default()
        },
        template: None,
        quotes: Vec::new(),
        gate: (b % 8 == 3).then(|| Gate {
            approval: approval(c),
            to: None,
            ttl_ms: Some(1 + u64::from(a) * 100),
        }),
        evidence: Default::default(),
        body: content(),
    }
}

fn result([_, a, b, c, ..]: Step) -> TaskResult {
    TaskResult {
        confidence: (a % 3 > 0).then_some(b % 101),
        verdict: (c % 5 > 0).then_some(if b % 2 == 0 {
            Verdict::Accept
        } else {
            Verdict::Reject
        }),
        cost: cost(c),
        check: (a % 2 == 0).then_some(c % 4 > 0),
        ..TaskResult::default()
    }
}

/// Who does what; nobody is the node.
pub fn command(
    state: &State,
    held: &BTreeMap<TaskId, (Seq, ParticipantId)>,
    now: u64,
    step: Step,
) -> (Option<u8>, Command) {
    let [verb, a, b, c, d, _] = step;
    // Mostly one of the attempts that are under way, by whoever holds it.
    let some = held.iter().nth(usize::from(a) % held.len().max(1));
    let (id, fence, holder) = match some {
        Some((id, (fence, worker))) if !d.is_multiple_of(9) => {
            let holder = (0..PEOPLE).find(|it| person(*it) == *worker).unwrap_or(0);
            (*id, *fence, holder)
        }
        _ => (task(a), Seq(u64::from(b)), c),
    };
    let anybody = Some(if d.is_multiple_of(5) { c } else { 0 });
    let command = match verb % 32 {
        0..=5 => {
            let count = 1 + b % 3;
            let tasks = (0..count).map(|more| new_task(a.wrapping_add(more), step, now));
            let create = TaskCommand::Create {
                room: room(d / 64),
                tasks: tasks.collect(),
            };
            return (anybody, Command::Task(create));
        }
        6..=11 => {
            let take = TaskCommand::Take(TakeTasks {
                count: 1 + b % 4,
                lease_ms: Some(10_000),
                start: b.is_multiple_of(2),
            });
            return (Some(1 + a % (PEOPLE - 1)), Command::Task(take));
        }
        12..=15 => TaskCommand::Finish {
            task: id,
            fence,
            result: Box::new(result(step)),
            spare: TaskId(Uuid::from_u128(10_000 + u128::from(state.head().0))),
            evidence: Default::default(),
            body: content(),
        },
        16 | 17 => TaskCommand::Fail {
            task: id,
            fence,
            last: b.is_multiple_of(6),
            cost: cost(c),
            reason: None,
        },
        18 => TaskCommand::HandOff {
            task: id,
            fence,
            cost: cost(c),
            evidence: Default::default(),
            body: None,
        },
        19 => TaskCommand::Extend {
            task: id,
            fence,
            spent: spend(c),
        },
        20 => TaskCommand::Progress {
            task: id,
            fence,
            evidence: Default::default(),
            body: content(),
        },
        21 => {
            let ask = ApprovalCommand::Request(RequestApproval {
                approval: approval(b),
                room: state.work.task(id).map_or(room(0), |task| task.room),
                to: None,
                holds: Some(Holds {
                    task: id,
                    fence: Some(fence),
                }),
                until: Some(Millis(now + 1 + u64::from(c) * 50)),
                evidence: Default::default(),
                body: content(),
            });
            return (Some(holder), Command::Approval(ask));
        }
        22 => {
            let answer = ApprovalCommand::Decide {
                approval: state
                    .work
                    .approvals()
                    .nth(usize::from(a % 4))
                    .map_or(approval(a), |it| it.id),
                approve: b % 2 == 0,
                reason: None,
            };
            return (anybody, Command::Approval(answer));
        }
        23 | 24 => return (None, Command::Tick),
        25 => {
            return (
                anybody,
                Command::Task(TaskCommand::Cancel {
                    task: task(a),
                    reason: None,
                }),
            );
        }
        26 => {
            let command = match b % 2 {
                0 => TaskCommand::Pause { task: task(a) },
                _ => TaskCommand::Resume { task: task(a) },
            };
            return (anybody, Command::Task(command));
        }
        27 => return (anybody, Command::Task(TaskCommand::Retry { task: task(a) })),
        28 => {
            let command = match b % 3 {
                0 => TaskCommand::Link {
                    task: task(a),
                    needs: task(c),
                },
                1 => TaskCommand::Assign {
                    task: task(a),
                    to: (c % 2 == 0).then(|| person(1 + c % (PEOPLE - 1))),
                },
                _ => TaskCommand::Confirm {
                    task: task(a),
                    good: c % 2 == 0,
                },
            };
            return (anybody, Command::Task(command));
        }
        29 => {
            let resolution = [Resolution::Accept, Resolution::Retry, Resolution::Fail];
            let command = TaskCommand::Resolve {
                task: state
                    .work
                    .tasks()
                    .filter(|task| task.state == events::TaskState::Blocked)
                    .nth(usize::from(a % 3))
                    .map_or(task(a), |task| task.id),
                resolution: resolution[usize::from(b % 3)],
                reason: None,
            };
            return (anybody, Command::Task(command));
        }
        30 => {
            let worker = person(1 + a % (PEOPLE - 1));
            let command = match b % 5 {
                0 => WorkerCommand::Leave { worker },
                1 => WorkerCommand::SetMode {
                    worker,
                    mode: [WorkerMode::Open, WorkerMode::Paused, WorkerMode::Draining]
                        [usize::from(c % 3)],
                },
                2 => WorkerCommand::SetLimits {
                    worker,
                    slots: (c % 2 == 0).then_some(u16::from(c % 4)),
                    capabilities: (c % 3 == 0).then(|| vec!["code".into()]),
                },
                3 if c % 8 == 0 => return (Some(0), Command::Dispatch(DispatchCommand::Stop)),
                3 => return (Some(0), Command::Dispatch(DispatchCommand::Resume)),
                _ => WorkerCommand::Enrol {
                    worker,
                    slots: u16::from(c % 4),
                    capabilities: vec!["research".into()],
                    rooms: Vec::new(),
                    about: None,
                },
            };
            let by = if b % 5 == 4 { 1 + a % (PEOPLE - 1) } else { 0 };
            return (Some(by), Command::Worker(command));
        }
        _ => {
            let scopes = [
                BudgetScope::Mesh,
                BudgetScope::EachAgent,
                BudgetScope::Agent(person(a)),
                BudgetScope::Room(room(a)),
            ];
            let command = BudgetCommand::Set {
                scope: scopes[usize::from(b % 4)],
                tokens: (c % 3 > 0).then(|| u64::from(c) * 20),
                micros: None,
            };
            return (Some(0), Command::Budget(command));
        }
    };
    (Some(holder), Command::Task(command))
}
