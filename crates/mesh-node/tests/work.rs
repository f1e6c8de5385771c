//! Tasks as the node shows them, and when it lets the core look at the clock.

use std::sync::Arc;

use mesh_log::MemoryLog;
use mesh_model::command::{
    ContentEvidence, CreateMesh, MeshCommand, NewTask, ParticipantCommand, TakeTasks, TaskCommand,
    TaskResult, WorkerCommand,
};
use mesh_model::events::{Kind, TaskFacts, TaskPlan, Trust, Visibility};
use mesh_model::{
    Actor, Command, MeshId, Millis, ParticipantId, PublicKey, RoomId, Seq, TaskId, VaultId,
};
use mesh_node::Submission;
use mesh_node::machine::{
    Batch, Envelopes, Pace, Reader, Step, Then, Waiting, Writer, encode_item, is_sealed,
};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

const OWNER: ParticipantId = ParticipantId(Uuid::from_u128(1));
const STRANGER: ParticipantId = ParticipantId(Uuid::from_u128(2));
const GENERAL: RoomId = RoomId(Uuid::from_u128(3));
const TASK: TaskId = TaskId(Uuid::from_u128(4));
const BEGIN: Millis = Millis(1_795_000_000_000);

struct Machine {
    writer: Writer<MemoryLog>,
    now: Millis,
}

impl Machine {
    /// A mesh whose owner works.
    fn new() -> Machine {
        let writer = Writer::open(MemoryLog::default(), &mut |_| {}).unwrap();
        let mut machine = Machine { writer, now: BEGIN };
        machine.run(
            Actor::Node,
            Command::Mesh(MeshCommand::Create(CreateMesh {
                mesh: MeshId(Uuid::from_u128(5)),
                name: "test".into(),
                vault: VaultId(Uuid::from_u128(6)),
                node_key: PublicKey([9; 32]),
                owner: OWNER,
                owner_handle: "owner".into(),
                general: GENERAL,
                broadcast: RoomId(Uuid::from_u128(7)),
                profile: None,
            })),
        );
        machine.by_owner(Command::Worker(WorkerCommand::Enrol {
            worker: OWNER,
            slots: 4,
            capabilities: Vec::new(),
            rooms: Vec::new(),
            about: None,
        }));
        machine
    }

    fn run(&mut self, actor: Actor, command: Command) -> Batch {
        let submission = Submission {
            command,
            actor,
            requires: None,
            key: None,
            within: Default::default(),
        };
        let step = self.writer.step(
            self.now,
            &mut || [1; 16],
            vec![submission],
            Waiting::default(),
        );
        step.answers[0].as_ref().unwrap();
        step.batch.expect("it led to something")
    }

    fn by_owner(&mut self, command: Command) -> Batch {
        self.run(Actor::Owner(OWNER), command)
    }

    fn create(&mut self, deadline: Option<Millis>) -> Batch {
        self.by_owner(creation(deadline))
    }

    /// What comes of a command while a question for one task waits, or is asked for the first time in the same batch.
    fn while_waiting(&mut self, command: Command, first: bool) -> Step {
        let submission = |command| Submission {
            command,
            actor: Actor::Owner(OWNER),
            requires: None,
            key: None,
            within: Default::default(),
        };
        let take = submission(Command::Task(TaskCommand::Take(TakeTasks {
            count: 1,
            lease_ms: Some(60_000),
            start: false,
        })));
        let list = [&take];
        let waiting = if first {
            Waiting {
                new: &list,
                ..Waiting::default()
            }
        } else {
            Waiting {
                before: &list,
                ..Waiting::default()
            }
        };
        let commands = vec![submission(command)];
        self.writer
            .step(self.now, &mut || [1; 16], commands, waiting)
    }

    fn take(&mut self) -> (Batch, Seq) {
        let batch = self.by_owner(Command::Task(TaskCommand::Take(TakeTasks {
            count: 1,
            lease_ms: Some(60_000),
            start: false,
        })));
        let fence = batch.events[0].seq;
        (batch, fence)
    }

    fn finish(&mut self, fence: Seq) -> Batch {
        self.by_owner(Command::Task(TaskCommand::Finish {
            task: TASK,
            fence,
            result: Box::new(TaskResult {
                confidence: Some(90),
                ..TaskResult::default()
            }),
            spare: TaskId(Uuid::from_u128(8)),
            evidence: ContentEvidence::default(),
            body: words("{\"text\":\"Nine.\",\"data\":{\"files\":9}}"),
        }))
    }
}

fn words(json: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(json.to_owned()).ok()
}

fn creation(deadline: Option<Millis>) -> Command {
    let task = NewTask {
        task: TASK,
        plan: TaskPlan {
            deadline,
            ..TaskPlan::default()
        },
        template: None,
        quotes: Vec::new(),
        gate: None,
        evidence: ContentEvidence::default(),
        body: words("{\"title\":\"Count\",\"prompt\":\"Count them.\",\"input\":{\"dir\":\"src\"}}"),
    };
    Command::Task(TaskCommand::Create {
        room: GENERAL,
        tasks: vec![task],
    })
}

/// The first event of a batch as this reader gets it.
fn shown(batch: &Batch, at: usize, reader: Reader<'_>) -> Value {
    let mut item = String::new();
    encode_item(&batch.access, &batch.events[at], reader, &mut item);
    serde_json::from_str(&item).unwrap()
}

#[test]
fn facts_of_tasks_have_their_room_and_readable_times() {
    let mut machine = Machine::new();
    let created = machine.create(Some(BEGIN.plus(5_000)));
    let item = shown(&created, 0, Reader::Person);
    assert_eq!(item["type"], "task.created");
    assert_eq!(item["room"], GENERAL.to_string());
    assert_eq!(
        item["data"]["plan"]["deadline"],
        BEGIN.plus(5_000).to_string()
    );
    assert_eq!(item["data"]["prompt"], "Count them.");
    let (taken, fence) = machine.take();
    let item = shown(&taken, 0, Reader::Person);
    assert_eq!(item["data"]["until"], BEGIN.plus(60_000).to_string());
    let finished = machine.finish(fence);
    let item = shown(&finished, 0, Reader::Person);
    assert_eq!(
        (&item["data"]["text"], &item["data"]["data"]["files"]),
        (&Value::from("Nine."), &Value::from(9))
    );
    // Without its words it is still told that there were some.
    let mut bare = finished;
    bare.events[0].content = None;
    let item = shown(&bare, 0, Reader::Person);
    assert_eq!(item["data"]["redacted"], true);
    assert!(item["data"].get("text").is_none());
}

#[test]
fn programs_get_the_words_of_strangers_in_an_envelope() {
    let mut machine = Machine::new();
    let mut created = machine.create(None);
    machine.by_owner(Command::Participant(ParticipantCommand::Register {
        participant: STRANGER,
        kind: Kind::Agent,
        handle: "guest".into(),
        parent: None,
        agreed: None,
        key: None,
        visibility: Visibility::Public,
        profile: None,
    }));
    assert!(
        !is_sealed(&created.access, &created.events[0]),
        "the owner's words"
    );
    if let mesh_model::Facts::Task(TaskFacts::Created(facts)) = &mut created.events[0].facts {
        facts.trust = Trust::Untrusted;
    }
    assert!(is_sealed(&created.access, &created.events[0]));
    let envelopes = Envelopes::new(&[1; 32]);
    let item = shown(&created, 0, Reader::Program(&envelopes, None));
    let text = item["data"]["text"].as_str().unwrap();
    assert_eq!(item["data"]["enveloped"], true);
    assert!(text.contains("Count them.") && text.contains("\"dir\":\"src\""));
    assert!(item["data"].get("prompt").is_none() && item["data"].get("title").is_none());
    let item = shown(&created, 0, Reader::Person);
    assert_eq!(item["data"]["title"], "Count");
}

#[test]
fn it_ticks_when_something_is_due_and_not_before() {
    let mut machine = Machine::new();
    machine.create(None);
    let mut pace = Pace::new(BEGIN, 0);
    let work = Arc::clone(machine.writer.work());
    assert!(
        matches!(pace.look(BEGIN, 0, &work), Then::After(_)),
        "nothing is due"
    );
    machine.take();
    let work = Arc::clone(machine.writer.work());
    assert_eq!(
        pace.look(BEGIN.plus(59_000), 59_000, &work),
        Then::After(1_000)
    );
    assert_eq!(pace.look(BEGIN.plus(60_000), 60_000, &work), Then::Tick);
}

#[test]
fn a_clock_that_jumps_ends_no_lease_at_once() {
    let mut machine = Machine::new();
    machine.create(None);
    machine.take();
    let work = Arc::clone(machine.writer.work());
    let mut pace = Pace::new(BEGIN, 0);
    let hour = BEGIN.plus(3_600_000);
    let Then::After(wait) = pace.look(hour, 1_000, &work) else {
        panic!("the lease ended by a jump");
    };
    assert_eq!(wait, 60_000);
    // Whoever is gone loses it all the same.
    assert_eq!(pace.look(hour.plus(60_000), 61_000, &work), Then::Tick);
    // Whoever is there has beaten meanwhile, and everything else that is due is decided.
    machine.now = hour.plus(5_000);
    let beat = machine.by_owner(Command::Task(TaskCommand::Extend {
        task: TASK,
        fence: work.task(TASK).unwrap().attempt.as_ref().unwrap().fence,
        spent: mesh_model::events::Spend::default(),
    }));
    let mut pace = Pace::new(BEGIN, 0);
    let then = pace.look(hour.plus(5_000), 6_000, &beat.work);
    assert_eq!(then, Then::After(30_000), "it looks again by itself");
    // A clock that is set back and comes right again did not jump.
    let mut pace = Pace::new(hour, 0);
    pace.look(BEGIN, 1_000, &beat.work);
    let then = pace.look(hour.plus(65_000), 66_000, &beat.work);
    assert_eq!(then, Then::Tick);
}

/// The events of a batch that took a task, by their places.
fn taken(step: &Step) -> Vec<Seq> {
    let events = step.batch.iter().flat_map(|batch| &batch.events);
    let taken = events.filter(|event| event.facts.kind() == "task.taken");
    taken.map(|event| event.seq).collect()
}

#[test]
fn who_waits_takes_the_task_in_the_batch_that_creates_it() {
    for first in [false, true] {
        let mut machine = Machine::new();
        let step = machine.while_waiting(creation(None), first);
        let created = step.answers[0].as_ref().unwrap();
        let [(0, Ok(outcome))] = &step.woken[..] else {
            panic!("who waits is answered: {:?}", step.woken);
        };
        assert_eq!(outcome.first.0, created.last().0 + 1);
        assert_eq!(taken(&step), [outcome.first]);
    }
}

#[test]
fn who_waits_is_left_alone_by_what_brings_nothing() {
    let mut machine = Machine::new();
    machine.create(None);
    machine.take();
    let pause = Command::Task(TaskCommand::Pause { task: TASK });
    let step = machine.while_waiting(pause, false);
    assert!(step.answers[0].is_ok());
    assert!(step.woken.is_empty() && taken(&step).is_empty());
    let resume = Command::Task(TaskCommand::Resume { task: TASK });
    let step = machine.while_waiting(resume, false);
    assert_eq!((step.woken.len(), taken(&step).len()), (1, 1));
}
