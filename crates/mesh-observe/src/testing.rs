//! Stories: streams that are made up event by event, for tests and for the benchmark that counts what observers find.

use mesh_model::api::StreamItem;
use mesh_model::{RoomId, Seq};
use serde_json::{Value, json};

use crate::claim::Claim;
use crate::observer::About;
use crate::thresholds::Thresholds;

/// When every story begins, unix milliseconds.
const BEGINS_MS: u64 = 1_795_900_000_000;

/// A stream that is made up.
#[derive(Debug, Default)]
pub struct Story {
    items: Vec<StreamItem>,
    now_ms: u64,
    ids: u64,
}

/// The id of a person, room, task or session of a story.
fn id(kind: u8, number: u64) -> String {
    format!("01a22545-9a00-7{kind:03}-8000-{number:012x}")
}

/// A room of every story.
pub fn room(number: u64) -> RoomId {
    let id = id(1, number).parse();
    id.unwrap_or_else(|why| unreachable!("{why}"))
}

impl Story {
    /// Lets time go by.
    pub fn wait_minutes(&mut self, minutes: u64) {
        self.now_ms += 60_000 * minutes;
    }

    /// All that has happened.
    pub fn items(&self) -> &[StreamItem] {
        &self.items
    }

    /// A fresh number for a task or a session.
    fn fresh(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    /// An event of whatever kind, a second after the one before.
    pub fn event(&mut self, who: u64, kind: &str, place: Option<RoomId>, data: Value) -> Seq {
        self.now_ms += 1000;
        let seq = Seq(self.items.len() as u64 + 1);
        let item = json!({
            "seq": seq,
            "at": mesh_model::Millis(BEGINS_MS + self.now_ms),
            "type": kind,
            "room": place,
            "from": {"id": id(0, who), "handle": handle(who), "kind": "agent", "trust": "local"},
            "data": data,
        });
        let item = serde_json::from_value(item);
        self.items
            .push(item.unwrap_or_else(|why| unreachable!("{why}")));
        seq
    }

    /// Somebody says something.
    pub fn says(&mut self, who: u64, place: RoomId, text: &str) -> Seq {
        let next = self.items.len() + 1;
        let data = json!({"id": format!("m{next}"), "text": text, "mentions": [], "priority": "next", "trust": "local"});
        self.event(who, "message.posted", Some(place), data)
    }

    /// Somebody says something in the thread of an earlier message, as an answer to it.
    pub fn says_in(&mut self, who: u64, place: RoomId, thread: Seq, text: &str) -> Seq {
        let next = self.items.len() + 1;
        let data = json!({
            "id": format!("m{next}"), "text": text, "mentions": [], "priority": "next", "trust": "local",
            "thread": format!("m{thread}"), "reply_to": format!("m{thread}"),
        });
        self.event(who, "message.posted", Some(place), data)
    }

    /// Somebody says something that names others.
    pub fn names(&mut self, who: u64, place: RoomId, whom: &[u64], text: &str) -> Seq {
        let next = self.items.len() + 1;
        let whom: Vec<String> = whom.iter().map(|who| id(0, *who)).collect();
        let data = json!({"id": format!("m{next}"), "text": text, "mentions": whom, "priority": "next", "trust": "local"});
        self.event(who, "message.posted", Some(place), data)
    }

    /// An attempt at a task fails for a reason.
    pub fn fails(&mut self, who: u64, place: RoomId, task: &str, why: &str) -> Seq {
        let data = json!({
            "task": task, "room": place, "fence": 1, "worker": id(0, who), "cause": "reported",
            "cost": {"spend": {"tokens": 1000, "micros": 20_000}}, "next": "person", "reason": why,
        });
        self.event(who, "task.attempt_failed", Some(place), data)
    }

    /// A person says whether a result is good.
    pub fn confirms(&mut self, who: u64, place: RoomId, task: &str, good: bool) -> Seq {
        let data = json!({"task": task, "room": place, "good": good});
        self.event(who, "task.confirmed", Some(place), data)
    }

    /// Somebody asks for approval; its id.
    pub fn requests(&mut self, who: u64, place: RoomId) -> String {
        let approval = id(6, self.fresh());
        let until = BEGINS_MS + self.now_ms + 3_600_000;
        let data = json!({"approval": approval, "room": place, "from": id(0, who), "until": until, "question": "May I?"});
        self.event(who, "approval.requested", Some(place), data);
        approval
    }

    /// A person answers.
    pub fn answers(&mut self, who: u64, place: RoomId, approval: &str, approved: bool) -> Seq {
        let data = json!({"approval": approval, "room": place, "approved": approved, "reason": ""});
        self.event(who, "approval.decided", Some(place), data)
    }

    /// An observer's claim stands in a room.
    pub fn claims(&mut self, who: u64, place: RoomId, kind: &str) -> Seq {
        let data = json!({"room": place, "name": kind, "version": 1, "payload": {"rule": "x", "says": "Editing src/a.rs."}});
        self.event(who, "event.published", Some(place), data)
    }

    /// A stranger says something: it reaches programs in an envelope.
    pub fn stranger_says(&mut self, who: u64, place: RoomId, text: &str) -> Seq {
        let next = self.items.len() + 1;
        let text = format!("{}m{next} -----\n{text}\n", mesh_model::told::ENVELOPE);
        let data = json!({"id": format!("m{next}"), "text": text, "mentions": [], "priority": "next", "trust": "untrusted", "enveloped": true});
        self.event(who, "message.posted", Some(place), data)
    }

    /// Somebody leases paths.
    pub fn leases(&mut self, who: u64, place: RoomId, paths: &[&str], shared: bool) -> Seq {
        let until = BEGINS_MS + self.now_ms + 30 * 60_000;
        let mode = if shared { "shared" } else { "exclusive" };
        let data = json!({"room": place, "holder": id(0, who), "paths": paths, "mode": mode, "until": until});
        self.event(who, "lease.taken", Some(place), data)
    }

    /// Somebody releases a lease.
    pub fn releases(&mut self, who: u64, place: RoomId, lease: Seq) -> Seq {
        self.event(
            who,
            "lease.released",
            Some(place),
            json!({"room": place, "lease": lease}),
        )
    }

    /// Somebody creates a task; its id.
    pub fn creates(&mut self, who: u64, place: RoomId, title: &str, prompt: &str) -> String {
        self.creates_by(who, place, title, prompt, json!({}))
    }

    /// Somebody creates a task by a plan; its id.
    pub fn creates_by(
        &mut self,
        who: u64,
        place: RoomId,
        title: &str,
        prompt: &str,
        plan: Value,
    ) -> String {
        let task = id(2, self.fresh());
        let mut whole =
            json!({"attempts": 3, "backoff_ms": 1000, "escalate": true, "verify_below": 70});
        if let (Some(whole), Some(plan)) = (whole.as_object_mut(), plan.as_object()) {
            whole.extend(plan.clone());
        }
        let data = json!({"task": task, "room": place, "plan": whole, "trust": "local", "title": title, "prompt": prompt});
        self.event(who, "task.created", Some(place), data);
        task
    }

    /// Somebody takes a task.
    pub fn takes(&mut self, who: u64, place: RoomId, task: &str) -> Seq {
        let until = BEGINS_MS + self.now_ms + 60_000;
        let data = json!({"task": task, "room": place, "worker": id(0, who), "lease_ms": 60_000, "until": until, "score": 500_000});
        self.event(who, "task.taken", Some(place), data)
    }

    /// Somebody tells how far a task is.
    pub fn progresses(&mut self, who: u64, place: RoomId, task: &str, text: &str) -> Seq {
        let data = json!({"task": task, "room": place, "fence": 1, "part": 1, "text": text});
        self.event(who, "task.progressed", Some(place), data)
    }

    /// Somebody finishes a task.
    pub fn finishes(&mut self, who: u64, place: RoomId, task: &str) -> Seq {
        let data = json!({"task": task, "room": place, "fence": 1, "worker": id(0, who), "next": "done", "text": "Done.",
            "cost": {"spend": {"tokens": 2000, "micros": 40_000}}});
        self.event(who, "task.finished", Some(place), data)
    }

    /// Somebody sets a value of shared context.
    pub fn sets(&mut self, who: u64, place: RoomId, key: &str, value: &str) -> Seq {
        let data = json!({"room": place, "key": key, "value": value});
        self.event(who, "context.set", Some(place), data)
    }

    /// Somebody puts a shared file.
    pub fn puts(&mut self, who: u64, place: RoomId, path: &str) -> Seq {
        let data = json!({
            "room": place, "file": id(3, crate::words::hash(path) & 0xffff_ffff), "key": id(4, 1), "version": 1, "bytes": 1,
            "path": path, "sha256": "0".repeat(64), "media": "text/plain",
        });
        self.event(who, "file.put", Some(place), data)
    }

    /// Somebody's session begins; its id.
    pub fn opens(&mut self, who: u64) -> String {
        let session = id(5, self.fresh());
        let data = json!({"session": session, "participant": id(0, who)});
        self.event(who, "session.opened", None, data);
        session
    }

    /// A session ends: `closed`, `lost`, `restart` or `revoked`.
    pub fn closes(&mut self, who: u64, session: &str, reason: &str) -> Seq {
        let data = json!({"session": session, "participant": id(0, who), "reason": reason});
        self.event(who, "session.closed", None, data)
    }

    /// What an observer makes of it, with thresholds as given; with the place at which it said so. It is stopped and begun
    /// again from what it remembers after each `stop_every` events, if that is not 0.
    pub fn observed(&self, about: &About, set: &[String], stop_every: usize) -> Vec<(Seq, Claim)> {
        let thresholds = Thresholds::read(about.thresholds, set);
        let thresholds = thresholds.unwrap_or_else(|why| unreachable!("{why}"));
        let start = |memory| {
            let started = (about.start)(thresholds.clone(), memory);
            started.unwrap_or_else(|why| unreachable!("{why}"))
        };
        let mut observer = start(None);
        let mut claims = Vec::new();
        let heard = self
            .items
            .iter()
            .filter(|item| about.inputs.contains(&item.kind.as_str()));
        for (number, item) in heard.enumerate() {
            if stop_every > 0 && number % stop_every == stop_every - 1 {
                observer = start(observer.memory().ok());
            }
            claims.extend(
                observer
                    .observe(item)
                    .into_iter()
                    .map(|claim| (item.seq, claim)),
            );
        }
        claims
    }
}

/// The handle of somebody in a story.
pub fn handle(who: u64) -> String {
    format!("agent-{who}")
}
