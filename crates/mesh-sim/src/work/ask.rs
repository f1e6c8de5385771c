//! Random commands about tasks: mostly such as make sense.

use mesh_model::command::{
    Content, ContentEvidence, CredentialCommand, IssueCredential, NewTask, ParticipantCommand,
    RoomCommand, TakeTasks, TaskCommand, TaskResult, WorkerCommand,
};
use mesh_model::events::{
    CommandKey, Cost, CredentialKind, Kind, Resolution, RoomAccess, RoomKind, Spend, TaskPlan,
    Verdict, Visibility,
};
use mesh_model::permission::Preset;
use mesh_model::{
    Actor, Capability, Command, CredentialId, ParticipantId, Permission, RoomId, Seq, TaskId,
};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::chance::Chance;
use crate::model::Asked;
use crate::schedule::person;

/// Workers are the participants 1 to so many.
pub const WORKERS: u64 = 4;

fn uuid(noun: u8, number: u64) -> Uuid {
    let mut bytes = [0; 16];
    (bytes[0], bytes[6], bytes[8]) = (noun, 0x70, 0x80);
    bytes[12..].copy_from_slice(&(number as u32).to_be_bytes());
    Uuid::from_bytes(bytes)
}

pub fn task(number: u64) -> TaskId {
    TaskId(uuid(7, number))
}

pub fn workshop() -> RoomId {
    RoomId(uuid(2, 77))
}

pub fn owner() -> Actor {
    Actor::Owner(person(0))
}

pub fn worker(number: u64) -> Actor {
    Actor::Credential(person(number), CredentialId(uuid(3, number)))
}

pub fn asked(actor: Actor, command: Command) -> Asked {
    let by_node = actor == Actor::Node;
    Asked {
        command,
        actor,
        requires: (!by_node).then_some(Permission::TasksWrite),
        key: None,
    }
}

fn words(text: &str) -> Content {
    RawValue::from_string(text.to_owned()).ok()
}

/// A room with workers.
pub fn beginning() -> Vec<Asked> {
    let by_owner = |command| Asked {
        requires: None,
        ..asked(owner(), command)
    };
    let workers: Vec<ParticipantId> = (1..=WORKERS).map(person).collect();
    let mut list = Vec::new();
    for number in 1..=WORKERS {
        list.push(by_owner(Command::Participant(
            ParticipantCommand::Register {
                participant: person(number),
                kind: Kind::Agent,
                handle: format!("p{number}"),
                parent: None,
                agreed: None,
                key: None,
                visibility: Visibility::Public,
                profile: None,
            },
        )));
        list.push(by_owner(Command::Credential(CredentialCommand::Issue(
            IssueCredential {
                credential: CredentialId(uuid(3, number)),
                kind: CredentialKind::Token,
                participant: person(number),
                permissions: Preset::Worker.permissions(),
                expires: None,
                per_minute: None,
                per_day: None,
                label: None,
            },
        ))));
    }
    list.push(by_owner(Command::Room(RoomCommand::Create {
        room: workshop(),
        kind: RoomKind::Room,
        name: Some("workshop".into()),
        access: RoomAccess::Private,
        history: None,
        defaults: None,
        members: workers.clone(),
        text: None,
    })));
    let may = [Capability::Listen, Capability::Speak, Capability::Execute];
    for participant in workers {
        list.push(by_owner(Command::Room(RoomCommand::SetCapabilities {
            room: workshop(),
            participant,
            capabilities: Some(may.into_iter().collect()),
        })));
    }
    list.extend((1..=WORKERS).map(enrol));
    list
}

pub fn enrol(number: u64) -> Asked {
    // The last one can do everything, so that nothing waits for a capability that nobody has.
    let capabilities = match number {
        1 => Vec::new(),
        _ => vec!["code".to_owned()],
    };
    asked(
        worker(number),
        Command::Worker(WorkerCommand::Enrol {
            worker: person(number),
            slots: 1 + number as u16 % 3,
            capabilities,
            rooms: Vec::new(),
            about: None,
        }),
    )
}

/// Some tasks; later ones may need earlier ones.
pub fn create(chance: &mut Chance, next: &mut u64) -> Asked {
    let first = *next;
    let count = 1 + chance.below(3);
    *next += count;
    let mut tasks = Vec::new();
    for number in first..first + count {
        let needs = (number > 0 && chance.once_in(3)).then(|| task(chance.below(number)));
        let plan = TaskPlan {
            priority: chance.below(10) as u8,
            capability: chance.once_in(2).then(|| "code".to_owned()),
            assigned: chance.once_in(6).then(|| person(1 + chance.below(WORKERS))),
            attempts: 1 + chance.below(3) as u8,
            backoff_ms: chance.below(3000) as u32,
            escalate: chance.once_in(2),
            needs: needs.into_iter().collect(),
            reserve: Spend {
                tokens: chance.below(500),
                micros: 0,
            },
            ..TaskPlan::default()
        };
        tasks.push(NewTask {
            task: task(number),
            plan,
            template: None,
            quotes: Vec::new(),
            gate: None,
            evidence: ContentEvidence::default(),
            body: words("{\"title\":\"t\",\"prompt\":\"do it\"}"),
        });
    }
    let command = TaskCommand::Create {
        room: workshop(),
        tasks,
    };
    asked(owner(), Command::Task(command))
}

pub fn take(number: u64, count: u8, lease_ms: u32, start: bool) -> Asked {
    let command = TaskCommand::Take(TakeTasks {
        count,
        lease_ms: Some(lease_ms),
        start,
    });
    asked(worker(number), Command::Task(command))
}

/// Whether it is a question for work.
pub fn takes(asked: &Asked) -> bool {
    matches!(asked.command, Command::Task(TaskCommand::Take(_)))
}

/// What somebody does who has, or once had, this number.
pub fn hold(chance: &mut Chance, number: u64, id: TaskId, fence: Seq, spare: &mut u64) -> Asked {
    let command = match chance.below(12) {
        0..2 => TaskCommand::Start { task: id, fence },
        2..4 => TaskCommand::Extend {
            task: id,
            fence,
            spent: Spend {
                tokens: chance.below(800),
                micros: 0,
            },
        },
        4 => TaskCommand::Progress {
            task: id,
            fence,
            evidence: ContentEvidence::default(),
            body: words("{\"text\":\"so far\"}"),
        },
        5 => TaskCommand::HandOff {
            task: id,
            fence,
            cost: Cost::default(),
            evidence: ContentEvidence::default(),
            body: words("{\"text\":\"half\"}"),
        },
        6 => TaskCommand::Fail {
            task: id,
            fence,
            last: chance.once_in(4),
            cost: Cost::default(),
            reason: None,
        },
        _ => {
            let confidence = if chance.once_in(4) { 40 } else { 95 };
            return finish(number, id, fence, confidence, spare);
        }
    };
    asked(worker(number), Command::Task(command))
}

pub fn finish(number: u64, id: TaskId, fence: Seq, confidence: u8, spare: &mut u64) -> Asked {
    *spare += 1;
    let result = TaskResult {
        confidence: Some(confidence),
        verdict: Some(Verdict::Accept),
        ..TaskResult::default()
    };
    let command = TaskCommand::Finish {
        task: id,
        fence,
        result: Box::new(result),
        spare: TaskId(uuid(8, *spare)),
        evidence: ContentEvidence::default(),
        body: words("{\"text\":\"done\"}"),
    };
    asked(worker(number), Command::Task(command))
}

/// All that a worker holds, handed in by one call, with the next question for work behind it.
pub fn finish_all(number: u64, holds: &[(TaskId, Seq)], spare: &mut u64) -> Vec<Asked> {
    let results = holds.iter();
    let results = results.map(|(id, fence)| finish(number, *id, *fence, 95, spare));
    results.chain([take(number, 2, 10_000, true)]).collect()
}

/// What whoever leads does with tasks.
pub fn steer(chance: &mut Chance, id: TaskId) -> Asked {
    let command = match chance.below(8) {
        0 | 1 => TaskCommand::Cancel {
            task: id,
            reason: None,
        },
        2 => TaskCommand::Pause { task: id },
        3 => TaskCommand::Resume { task: id },
        4 => TaskCommand::Retry { task: id },
        5 => TaskCommand::Assign {
            task: id,
            to: chance.once_in(2).then(|| person(1 + chance.below(WORKERS))),
        },
        _ => return resolve(id, Resolution::Retry),
    };
    asked(owner(), Command::Task(command))
}

pub fn resume(id: TaskId) -> Asked {
    asked(owner(), Command::Task(TaskCommand::Resume { task: id }))
}

pub fn anybody(id: TaskId) -> Asked {
    let command = TaskCommand::Assign { task: id, to: None };
    asked(owner(), Command::Task(command))
}

pub fn resolve(id: TaskId, resolution: Resolution) -> Asked {
    let command = TaskCommand::Resolve {
        task: id,
        resolution,
        reason: None,
    };
    asked(owner(), Command::Task(command))
}

pub fn tick() -> Asked {
    asked(Actor::Node, Command::Tick)
}

/// A key for a request that may have to be sent again.
pub fn key(number: u64) -> CommandKey {
    CommandKey {
        key: u128::from(number) + 1,
        request: 1,
    }
}
