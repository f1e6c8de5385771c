//! What the view says of tasks is what the core says of them, whatever work was done.

#[path = "../../mesh-core/tests/work/random.rs"]
mod random;

use std::collections::BTreeMap;

use mesh_core::{State, Stored, Task, apply, decide};
use mesh_model::command::{
    CreateMesh, CredentialCommand, IssueCredential, MeshCommand, ParticipantCommand, RoomCommand,
    WorkerCommand,
};
use mesh_model::events::{
    ApprovalFacts, By, CredentialKind, Facts, Kind, RoomAccess, RoomKind, Visibility,
};
use mesh_model::*;
use mesh_store::view::{ApprovalRow, MomentFilter, TaskFilter, TaskRow};
use mesh_store::{StoredEvent, View};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use random::{PEOPLE, Step, person, room};
use uuid::Uuid;

const MESH: &str = "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b";

struct Entry {
    at: u64,
    by: By,
    facts: Facts,
    content: Option<String>,
}

/// A mesh with people, rooms and workers, and whatever random work comes next.
struct Run {
    state: State,
    now: u64,
    log: Vec<Entry>,
    held: BTreeMap<TaskId, (Seq, ParticipantId)>,
}

impl Run {
    fn new() -> Run {
        let mut run = Run {
            state: State::new(),
            now: 1_000_000,
            log: Vec::new(),
            held: BTreeMap::new(),
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
            run.settle_in(number);
        }
        for number in 0..2 {
            let create = Command::Room(RoomCommand::Create {
                room: room(number),
                kind: RoomKind::Room,
                name: Some(format!("r{number}")),
                access: RoomAccess::Listed,
                history: None,
                defaults: Some(CapabilitySet::ALL),
                members: (1..PEOPLE).map(person).collect(),
                text: None,
            });
            run.must(run.actor(0), &create);
        }
        for number in 1..PEOPLE {
            let enrol = WorkerCommand::Enrol {
                worker: person(number),
                slots: 2,
                capabilities: vec!["code".into(), "research".into()],
                rooms: Vec::new(),
                about: None,
            };
            run.must(run.actor(number), &Command::Worker(enrol));
        }
        run
    }

    fn settle_in(&mut self, number: u8) {
        let register = Command::Participant(ParticipantCommand::Register {
            participant: person(number),
            kind: Kind::Agent,
            handle: format!("p{number}"),
            parent: Some(person(number / 2)),
            agreed: None,
            key: None,
            visibility: Visibility::Public,
            profile: None,
        });
        self.must(self.actor(0), &register);
        let issue = Command::Credential(CredentialCommand::Issue(IssueCredential {
            credential: CredentialId(person(number).0),
            kind: CredentialKind::Token,
            participant: person(number),
            permissions: PermissionSet::ALL,
            expires: None,
            per_minute: None,
            per_day: None,
            label: None,
        }));
        self.must(self.actor(0), &issue);
    }

    fn actor(&self, number: u8) -> Actor {
        match number % PEOPLE {
            0 => Actor::Owner(person(0)),
            number => Actor::Credential(person(number), CredentialId(person(number).0)),
        }
    }

    fn must(&mut self, actor: Actor, command: &Command) {
        self.try_it(actor, command).unwrap();
    }

    fn try_it(&mut self, actor: Actor, command: &Command) -> Result<(), Refusal> {
        let ctx = Ctx {
            now: Millis(self.now),
            actor,
            requires: None,
            key: None,
            within: Default::default(),
        };
        let by = By { actor, key: None };
        for event in decide(&self.state, command, &ctx)? {
            let seq = self.state.head().next();
            let stored = Stored {
                seq,
                at: ctx.now,
                by: &by,
                facts: &event.facts,
            };
            apply(&mut self.state, &stored);
            self.log.push(Entry {
                at: self.now,
                by: by.clone(),
                facts: event.facts,
                content: event.content.map(|json| json.get().to_owned()),
            });
        }
        self.held = self
            .state
            .work
            .tasks()
            .filter_map(|task| {
                let attempt = task.attempt.as_ref()?;
                Some((task.id, (attempt.fence, attempt.worker)))
            })
            .collect();
        Ok(())
    }

    fn step(&mut self, step: Step) {
        let (by, command) = random::command(&self.state, &self.held, self.now, step);
        let actor = match by {
            None => Actor::Node,
            Some(number) => self.actor(number),
        };
        self.now += u64::from(step[5]) * u64::from(step[4]) / 4;
        let _ = self.try_it(actor, &command);
    }

    /// The view of everything so far, in batches of that size.
    fn view(&self, home: &std::path::Path, batch: usize) -> View {
        self.view_upto(home, batch, self.log.len())
    }

    /// The same of the first `upto` events.
    fn view_upto(&self, home: &std::path::Path, batch: usize, upto: usize) -> View {
        let (mut projector, view) = View::open(home, MESH).unwrap();
        let events: Vec<StoredEvent<'_>> = self
            .log
            .iter()
            .take(upto)
            .enumerate()
            .map(|(place, entry)| StoredEvent {
                seq: Seq(place as u64 + 1),
                at: Millis(entry.at),
                by: &entry.by,
                facts: &entry.facts,
                content: entry.content.as_deref(),
            })
            .collect();
        for batch in events.chunks(batch) {
            projector.project(batch).unwrap();
        }
        view
    }
}

/// Where the view and the core disagree about a task.
fn check(task: &Task, row: &TaskRow) {
    let name = format!("{} {:?}\n{task:?}\n{row:?}", task.id, task.state);
    let json = |task: &Task| serde_json::to_value(task).unwrap();
    let mut theirs = json(task);
    // The core counts a task that others wait for as ended only now; the view does not have to forget any.
    theirs["ended"] = json(&row.task)["ended"].clone();
    assert_eq!(json(&row.task), theirs, "{name}");
    assert_eq!(row.facts.task, task.id, "{name}");
    assert_eq!(row.ended_ms.is_some(), task.ended.is_some(), "{name}");
    if let Some(attempt) = &task.attempt {
        assert_eq!(row.worker, Some(attempt.worker), "{name}");
    }
    let theirs = task.result.as_ref().map(|it| {
        (
            it.fence,
            it.worker,
            it.confidence,
            it.verdict,
            it.verified,
            it.chosen,
        )
    });
    let ours = row.result.as_ref().map(|it| {
        let facts = &it.facts;
        (
            facts.fence,
            facts.worker,
            facts.confidence,
            facts.verdict,
            it.verified,
            it.of,
        )
    });
    assert_eq!(ours, theirs, "{name}");
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: number("PROPTEST_CASES").map_or(40, |cases| cases as u32),
        rng_seed: RngSeed::Fixed(number("MESH_SEED").unwrap_or(7)),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// After any work every task stands in the view where it stands in the core, however large the batches were.
    #[test]
    fn tasks_stand_where_the_core_says(
        steps in prop::collection::vec(any::<Step>(), 1..250), batch in 1..40_usize,
    ) {
        let mut run = Run::new();
        steps.into_iter().for_each(|step| run.step(step));
        let home = tempfile::tempdir().unwrap();
        let view = run.view(home.path(), batch);
        for task in run.state.work.tasks() {
            let row = view.task(task.id).unwrap().expect("no task is lost");
            check(task, &row);
            let attempts = view.attempts(task.id, 500).unwrap();
            prop_assert_eq!(attempts.len() as u32, task.tries);
            let open = attempts.iter().filter(|it| it.record.how.is_none()).map(|it| it.record.fence);
            prop_assert_eq!(
                open.collect::<Vec<_>>(),
                task.attempt.iter().map(|it| it.fence).collect::<Vec<_>>()
            );
        }
        let filter = TaskFilter {
            rooms: vec![(room(0), Seq::ZERO), (room(1), Seq::ZERO)],
            limit: 500,
            ..TaskFilter::default()
        };
        let listed = view.task_list(&filter).unwrap().items;
        let mut places: Vec<Seq> = run.state.work.tasks().map(|task| task.created).collect();
        places.sort_unstable();
        prop_assert_eq!(listed.iter().map(|row| row.task.created).collect::<Vec<_>>(), places);
        let other = tempfile::tempdir().unwrap();
        prop_assert_eq!(
            run.view(other.path(), run.log.len()).dump().unwrap(),
            view.dump().unwrap()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: number("PROPTEST_CASES").map_or(40, |cases| cases as u32),
        rng_seed: RngSeed::Fixed(number("MESH_SEED").unwrap_or(7)),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// How tasks stood at a place is how they stand in a view of the log up to there.
    #[test]
    fn a_moment_is_what_a_view_of_the_log_up_to_there_says(
        steps in prop::collection::vec(any::<Step>(), 1..250), batch in 1..40_usize, cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let mut run = Run::new();
        steps.into_iter().for_each(|step| run.step(step));
        let home = tempfile::tempdir().unwrap();
        let view = run.view(home.path(), batch);
        let rooms = vec![(room(0), Seq::ZERO), (room(1), Seq::ZERO)];
        for cut in cuts.iter().map(|cut| cut.index(run.log.len() + 1)) {
            let home = tempfile::tempdir().unwrap();
            let then = run.view_upto(home.path(), batch, cut);
            let moment = view.moment(&MomentFilter {
                place: Seq(cut as u64),
                rooms: rooms.clone(),
                open: 500,
                ended: 500,
                approvals: 500,
                members: 500,
                ..MomentFilter::default()
            }).unwrap();
            let all = TaskFilter { rooms: rooms.clone(), limit: 500, ..TaskFilter::default() };
            let mut expected = BTreeMap::new();
            let rows = then.task_list(&all).unwrap().items;
            for row in &rows {
                *expected.entry(row.task.state).or_insert(0_u64) += 1;
            }
            prop_assert_eq!(&moment.states, &expected);
            prop_assert_eq!(moment.tasks.len(), rows.len());
            for (found, row) in moment.tasks.iter().zip(&rows) {
                prop_assert_eq!(found.row.task.id, row.task.id);
                let (stood, task) = (&found.stood, &row.task);
                prop_assert_eq!(
                    (stood.state, stood.worker, stood.fence, stood.priority, stood.urgency),
                    (task.state, row.worker, task.attempt.as_ref().map(|it| it.fence), task.priority, task.urgency),
                    "{} at {}", task.id, cut
                );
                if !stood.state.is_ended() {
                    prop_assert_eq!(stood.assigned, task.assigned, "{} at {}", task.id, cut);
                }
            }
            let ids: Vec<RoomId> = rooms.iter().map(|(room, _)| *room).collect();
            // The random work asks under the same id again, which no door does: the view has the last question of each.
            let asked = |id: ApprovalId| run.log.iter().filter(|entry| {
                matches!(&entry.facts, Facts::Approval(ApprovalFacts::Requested(it)) if it.approval == id)
            }).count();
            let places = |rows: Vec<ApprovalRow>| -> Vec<Seq> {
                let once = rows.iter().filter(|row| asked(row.facts.approval) == 1);
                once.map(|row| row.seq).collect()
            };
            let waits = then.approvals_waiting(&ids, 500).unwrap();
            prop_assert_eq!(places(moment.approvals), places(waits));
            let shown: Vec<RoomId> = moment.rooms.iter().map(|(room, _)| *room).collect();
            prop_assert_eq!(shown.len(), then.rooms(&ids).unwrap().len());
        }
    }
}

/// What was said of a task goes out of the view with its redaction, and a view that is built from an erased log is
/// the same.
#[test]
fn words_go_with_their_redaction() {
    let mut run = Run::new();
    let word = "xyzzyword";
    let steps = (0..4000_u32).map(|n| {
        let hash = n.wrapping_mul(2_654_435_761).to_be_bytes();
        [hash[0], hash[1], hash[2], hash[3], (n % 251) as u8, 1]
    });
    steps.for_each(|step| run.step(step));
    for entry in &mut run.log {
        if let Some(content) = &mut entry.content {
            *content = format!(
                "{{\"title\":\"{word}\",\"prompt\":\"{word}\",\"text\":\"{word}\",\"reason\":\"{word}\"}}"
            );
        }
    }
    let home = tempfile::tempdir().unwrap();
    let before = run.view(home.path(), 100);
    assert!(before.dump().unwrap().1.contains(word));
    let tasks: Vec<(TaskId, RoomId)> = run
        .state
        .work
        .tasks()
        .map(|task| (task.id, task.room))
        .collect();
    let mut places = Vec::new();
    for (task, room) in &tasks {
        places.extend(before.places_of_task(*task).unwrap());
        let facts = Facts::from(events::TaskRedacted {
            task: *task,
            room: *room,
        });
        run.log.push(Entry {
            at: run.now,
            by: By {
                actor: Actor::Node,
                key: None,
            },
            facts,
            content: None,
        });
    }
    assert!(places.len() > tasks.len());
    let whole = tempfile::tempdir().unwrap();
    let whole = run.view(whole.path(), 100).dump().unwrap();
    for place in places {
        run.log[place.0 as usize - 1].content = None;
    }
    let erased = tempfile::tempdir().unwrap();
    let erased = run.view(erased.path(), 7).dump().unwrap();
    assert_eq!(whole, erased);
    let left = run.log.iter().filter(|entry| {
        let content = entry.content.as_deref();
        content.is_some_and(|text| text.contains(word))
    });
    let left: Vec<&Facts> = left.map(|entry| &entry.facts).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!whole.1.contains(word), "the view still says it");
}
