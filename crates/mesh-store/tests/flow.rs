//! Approvals, templates, shared context, memories and journals as the view keeps them, and how memories are sealed.

use mesh_model::api::SealedBody;
use mesh_model::events::{
    ApprovalDecided, ApprovalExpired, ApprovalFacts, ApprovalRequested, By, Claimed, ContextFacts,
    ContextRemoved, ContextSet, EntityFacts, EntityForgotten, EntityGone, EntityNoted,
    EntitySource, Facts, JournalErased, JournalFacts, JournalLevel, JournalWritten, MemoryFacts,
    MemoryForgotten, MemoryKept, MemorySource, TemplateCreated, TemplateDeleted, TemplateFacts,
    Trust,
};
use mesh_model::{
    Actor, ApprovalId, MemoryId, Millis, ParticipantId, RoomId, Seq, TaskId, TemplateId, VaultId,
};
use mesh_store::view::{ApprovalAnswer, JournalAsk};
use mesh_store::{Projector, StoredEvent, Vault, View};
use serde_json::json;
use uuid::Uuid;

fn id(number: u64) -> Uuid {
    Uuid::from_u64_pair(7, number)
}

fn who(number: u64) -> ParticipantId {
    ParticipantId(id(number))
}

const ROOM: RoomId = RoomId(Uuid::from_u128(900));

struct Told {
    dir: tempfile::TempDir,
    projector: Projector,
    view: View,
    seq: u64,
    log: Vec<(Facts, Option<String>)>,
}

impl Told {
    fn new() -> Told {
        let dir = tempfile::tempdir().unwrap();
        let (projector, view) = View::open(dir.path(), "m").unwrap();
        Told {
            dir,
            projector,
            view,
            seq: 0,
            log: Vec::new(),
        }
    }

    /// The place of one more event.
    fn tell(&mut self, facts: Facts, content: Option<serde_json::Value>) -> Seq {
        let content = content.map(|it| it.to_string());
        self.log.push((facts, content));
        self.seq += 1;
        let (facts, content) = &self.log[self.log.len() - 1];
        project(&mut self.projector, self.seq, facts, content.as_deref());
        Seq(self.seq)
    }

    /// Another view of the same log says the same.
    fn check_rebuilt(&self) {
        let dir = tempfile::tempdir().unwrap();
        let (mut projector, view) = View::open(dir.path(), "m").unwrap();
        for (at, (facts, content)) in self.log.iter().enumerate() {
            project(&mut projector, at as u64 + 1, facts, content.as_deref());
        }
        assert_eq!(view.dump().unwrap(), self.view.dump().unwrap());
    }
}

fn project(projector: &mut Projector, seq: u64, facts: &Facts, content: Option<&str>) {
    let by = By {
        actor: Actor::Owner(who(1)),
        key: None,
    };
    let event = StoredEvent {
        seq: Seq(seq),
        at: Millis(1000 * seq),
        by: &by,
        facts,
        content,
    };
    projector.project(&[event]).unwrap();
}

fn asked(number: u64) -> Facts {
    Facts::Approval(ApprovalFacts::Requested(ApprovalRequested {
        approval: ApprovalId(id(number)),
        room: ROOM,
        from: who(2),
        to: None,
        holds: None,
        until: 60_000,
        guard: None,
        exchange: Vec::new(),
    }))
}

#[test]
fn an_approval_waits_until_it_is_answered_or_expires() {
    let mut told = Told::new();
    for number in 10..13 {
        told.tell(
            asked(number),
            Some(json!({"question": format!("May I {number}?")})),
        );
    }
    let decided = |number, approved| {
        Facts::Approval(ApprovalFacts::Decided(ApprovalDecided {
            approval: ApprovalId(id(number)),
            room: ROOM,
            approved,
        }))
    };
    told.tell(decided(10, true), Some(json!({"reason": "yes"})));
    told.tell(
        Facts::Approval(ApprovalFacts::Expired(ApprovalExpired {
            approval: ApprovalId(id(11)),
            room: ROOM,
        })),
        None,
    );
    let view = &told.view;
    let row = |number| view.approval(ApprovalId(id(number))).unwrap().unwrap();
    let answer = row(10).answered.unwrap();
    assert_eq!(
        (answer.answer, answer.seq, answer.by, answer.reason.as_str()),
        (ApprovalAnswer::Approved, Seq(4), Some(who(1)), "yes")
    );
    assert_eq!(row(11).answered.unwrap().answer, ApprovalAnswer::Expired);
    assert_eq!(row(12).body.unwrap().question, "May I 12?");
    let waiting = view.approvals_waiting(&[ROOM], 10).unwrap();
    assert_eq!(waiting.len(), 1);
    let answered = view.approvals_answered(ROOM, None, 10).unwrap();
    assert_eq!(
        answered.iter().map(|it| it.seq.0).collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(
        view.approvals_answered(ROOM, Some(Seq(2)), 10)
            .unwrap()
            .len(),
        1
    );
    told.check_rebuilt();
}

#[test]
fn templates_and_values_are_there_until_they_go() {
    let mut told = Told::new();
    let template = TemplateId(id(20));
    let made = TemplateCreated {
        template,
        name: "triage".to_owned(),
        variables: Vec::new(),
    };
    let words = json!({"about": "a", "title": "t", "prompt": "p"});
    told.tell(Facts::Template(TemplateFacts::Created(made)), Some(words));
    let set = |key: &str| {
        Facts::Context(ContextFacts::Set(ContextSet {
            room: ROOM,
            key: key.to_owned(),
        }))
    };
    told.tell(set("b"), Some(json!({"value": {"deep": [1]}})));
    told.tell(set("a"), Some(json!({"value": null})));
    let last = told.tell(set("b"), Some(json!({"value": "again"})));
    let found = told.view.context(ROOM).unwrap();
    assert_eq!(
        (found[0].key.as_str(), found[1].key.as_str(), found[1].seq),
        ("a", "b", last)
    );
    assert_eq!(
        (&found[1].value, found[1].at),
        (&json!("again"), Millis(4000))
    );
    assert_eq!(told.view.templates().unwrap()[0].author, who(1));
    assert_eq!(
        told.view
            .template(template)
            .unwrap()
            .unwrap()
            .body
            .unwrap()
            .prompt,
        "p"
    );
    told.tell(
        Facts::Context(ContextFacts::Removed(ContextRemoved {
            room: ROOM,
            key: "b".to_owned(),
        })),
        None,
    );
    told.tell(
        Facts::Template(TemplateFacts::Deleted(TemplateDeleted { template })),
        None,
    );
    assert_eq!(told.view.context(ROOM).unwrap().len(), 1);
    assert!(told.view.templates().unwrap().is_empty());
    told.check_rebuilt();
}

fn kept(number: u64, replaces: &[u64]) -> Facts {
    Facts::Memory(MemoryFacts::Kept(MemoryKept {
        read: None,
        memory: MemoryId(id(number)),
        owner: who(2),
        source: MemorySource::Said,
        task: None,
        replaces: replaces.iter().map(|old| MemoryId(id(*old))).collect(),
        labels: vec![ROOM],
        guard: None,
    }))
}

fn sealed(text: &str) -> Option<serde_json::Value> {
    serde_json::to_value(SealedBody {
        sealed: text.to_owned(),
    })
    .ok()
}

#[test]
fn a_memory_that_goes_leaves_its_place_and_nothing_else() {
    let mut told = Told::new();
    told.tell(kept(30, &[]), sealed("c2VhbGVkLW9uZQ"));
    told.tell(kept(31, &[]), sealed("c2VhbGVkLXR3bw"));
    let (came, gone, upto) = told.view.memories_since(Seq::ZERO, 1).unwrap();
    assert_eq!((came.len(), gone.len(), upto), (1, 0, Seq(1)));
    told.tell(kept(32, &[30]), sealed("c2VhbGVkLXRocmVl"));
    let forgotten = MemoryForgotten {
        memory: MemoryId(id(31)),
        owner: who(2),
    };
    told.tell(Facts::Memory(MemoryFacts::Forgotten(forgotten)), None);
    let view = &told.view;
    let rows = view.memories(who(2)).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].sealed.as_deref(), Some("c2VhbGVkLXRocmVl"));
    assert_eq!(rows[0].facts.labels, [ROOM]);
    for (number, place, end) in [(30, 1, Some(3)), (31, 2, Some(4)), (32, 3, None)] {
        let memory = MemoryId(id(number));
        assert_eq!(view.place_of_memory(memory).unwrap(), Some(Seq(place)));
        assert_eq!(view.end_of_memory(memory).unwrap(), end.map(Seq));
    }
    assert_eq!(view.place_of_memory(MemoryId(id(33))).unwrap(), None);
    let all = [30, 31, 32, 33].map(|number| MemoryId(id(number)));
    assert_eq!(view.places_of_memories(&all).unwrap(), [1, 2, 3].map(Seq));
    let before: Vec<_> = view.memories_as_of(who(2), Seq(3)).unwrap();
    assert_eq!(before.iter().map(|row| row.seq.0).collect::<Vec<_>>(), [2]);
    // Whoever knew everything up to 2 learns what came and what went.
    let (came, gone, upto) = view.memories_since(Seq(2), 10).unwrap();
    assert_eq!((came.len(), upto), (1, Seq(4)));
    assert_eq!(gone.len(), 2);
    told.check_rebuilt();
    for file in std::fs::read_dir(told.dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for words in ["c2VhbGVkLW9uZQ", "c2VhbGVkLXR3bw"] {
            let holds = bytes.windows(words.len()).any(|it| it == words.as_bytes());
            assert!(!holds, "{words}");
        }
    }
}

#[test]
fn a_memory_opens_for_its_owner_under_its_own_id_with_its_vault() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::create(&dir.path().join("a"), VaultId(id(9))).unwrap();
    let memory = MemoryId(id(30));
    let sealed = vault.seal_memory(who(1), memory, b"words").unwrap();
    assert!(sealed != vault.seal_memory(who(1), memory, b"words").unwrap());
    assert_eq!(
        vault.open_memory(who(1), memory, &sealed).unwrap(),
        b"words"
    );
    assert!(vault.open_memory(who(2), memory, &sealed).is_err());
    assert!(
        vault
            .open_memory(who(1), MemoryId(id(31)), &sealed)
            .is_err()
    );
    assert!(vault.open_memory(who(1), memory, &sealed[1..]).is_err());
    assert!(vault.open_memory(who(1), memory, "").is_err());
    drop(vault);
    let vault = Vault::open(&dir.path().join("a")).unwrap();
    assert_eq!(
        vault.open_memory(who(1), memory, &sealed).unwrap(),
        b"words"
    );
    let other = Vault::create(&dir.path().join("b"), VaultId(id(9))).unwrap();
    assert!(other.open_memory(who(1), memory, &sealed).is_err());
}

fn line(author: u64, level: JournalLevel, task: Option<u64>) -> Facts {
    Facts::Journal(JournalFacts::Written(JournalWritten {
        author: who(author),
        level,
        room: task.map(|_| ROOM),
        task: task.map(|number| TaskId(id(number))),
        read: None,
        guard: None,
    }))
}

fn says(text: &str) -> Option<serde_json::Value> {
    Some(json!({ "text": text }))
}

#[test]
fn lines_of_journals_are_found_by_those_who_may_and_go_part_by_part() {
    let mut told = Told::new();
    told.tell(line(2, JournalLevel::Debug, None), says("begun"));
    told.tell(
        line(2, JournalLevel::Error, None),
        says("cannot reach 10.0.0.7"),
    );
    told.tell(line(3, JournalLevel::Error, Some(40)), says("a test fails"));
    told.tell(
        line(2, JournalLevel::Error, None),
        says("cannot reach 10.0.0.12"),
    );
    let found = |view: &View, ask: &JournalAsk| -> Vec<u64> {
        let page = view.journal(ask).unwrap();
        page.items.iter().map(|row| row.seq.0).collect()
    };
    let all = JournalAsk {
        limit: 10,
        ..JournalAsk::default()
    };
    assert_eq!(found(&told.view, &all), [1, 2, 3, 4]);
    let of = |whole: Vec<ParticipantId>, rooms: Vec<(RoomId, Seq)>| JournalAsk {
        whole: Some(whole),
        rooms,
        ..all.clone()
    };
    assert_eq!(found(&told.view, &of(vec![who(2)], vec![])), [1, 2, 4]);
    assert_eq!(found(&told.view, &of(vec![], vec![(ROOM, Seq(0))])), [3]);
    assert_eq!(found(&told.view, &of(vec![], vec![(ROOM, Seq(4))])), [0; 0]);
    assert_eq!(found(&told.view, &of(vec![], vec![])), [0; 0]);
    // What was allowed to the question before is not allowed to the next one.
    assert_eq!(found(&told.view, &of(vec![who(9)], vec![])), [0; 0]);
    let sought = JournalAsk {
        words: vec!["reach".to_owned()],
        level: Some(JournalLevel::Warn),
        since: Some(Millis(3000)),
        until: Some(Millis(4001)),
        ..all.clone()
    };
    assert_eq!(found(&told.view, &sought), [4]);
    let sums = told.view.journal_sums(&all, 20).unwrap();
    assert_eq!(sums.levels, [1, 0, 0, 3]);
    let counts = sums.errors.iter().map(|row| (row.count, row.last.seq.0));
    let counts: Vec<_> = counts.collect();
    assert_eq!(counts, [(2, 4), (1, 3)]);
    assert_eq!(
        told.view.places_of_journal(who(2), Seq(1), Seq(3)).unwrap(),
        [Seq(1), Seq(2)]
    );
    let erased = JournalErased {
        author: who(2),
        from: Seq(1),
        upto: Seq(3),
    };
    told.tell(Facts::Journal(JournalFacts::Erased(erased)), None);
    assert_eq!(found(&told.view, &all), [3, 4]);
    let sums = told.view.journal_sums(&all, 20).unwrap();
    assert_eq!(sums.levels, [1, 0, 0, 3]);
    assert_eq!(sums.errors.len(), 2);
    assert_eq!(
        told.view.places_of_journal(who(2), Seq(1), Seq(3)).unwrap(),
        [Seq(1), Seq(2)]
    );
    told.check_rebuilt();
}

#[test]
fn a_claim_is_there_until_it_is_forgotten_and_leaves_no_word() {
    let mut told = Told::new();
    let noted = |room: RoomId| {
        Facts::Entity(EntityFacts::Noted(EntityNoted {
            room,
            about: Claimed::Entity,
            source: EntitySource::Said,
            confidence: 80,
            since: Some(1000),
            until: None,
            bytes: 30,
            trust: Trust::Untrusted,
            labels: Vec::new(),
            guard: None,
        }))
    };
    let words = |name: &str| Some(json!({"subject": {"name": name}, "aliases": ["other"]}));
    told.tell(noted(ROOM), words("yxcvbnm-one"));
    told.tell(noted(ROOM), words("two"));
    told.tell(noted(RoomId(id(901))), words("elsewhere"));
    // Its words were erased before the view came to it.
    told.tell(noted(ROOM), None);
    let claims = told.view.claims((ROOM, Seq::ZERO)).unwrap();
    assert_eq!(claims.len(), 2);
    assert_eq!(claims[0].body.subject.name, "yxcvbnm-one");
    assert_eq!(claims[0].facts.trust, Trust::Untrusted);
    assert_eq!((claims[0].seq, claims[0].author), (Seq(1), who(1)));
    // A newcomer sees what was noted since it came.
    assert_eq!(told.view.claims((ROOM, Seq(2))).unwrap().len(), 1);
    let forgotten = EntityForgotten {
        room: ROOM,
        erased: vec![Seq(1), Seq(3)],
        why: EntityGone::Source,
    };
    told.tell(Facts::Entity(EntityFacts::Forgotten(forgotten)), None);
    let left = told.view.claims((ROOM, Seq::ZERO)).unwrap();
    assert_eq!(left.len(), 1);
    // The place of another room's claim means nothing here.
    let elsewhere = (RoomId(id(901)), Seq::ZERO);
    assert_eq!(told.view.claims(elsewhere).unwrap().len(), 1);
    told.check_rebuilt();
    for file in std::fs::read_dir(told.dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let words = b"yxcvbnm-one";
        assert!(!bytes.windows(words.len()).any(|it| it == words));
    }
}
