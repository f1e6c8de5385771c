//! Who edits what, by leases, tasks, shared files and what they say; and who is in whose way.

use mesh_model::api::StreamItem;
use mesh_model::{MessageId, ParticipantId, RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};

use super::{ALERT, ROOMS_MAX};
use crate::claim::{Claim, Evidence, handle, short};
use crate::lately::Lately;
use crate::paths::meet;
use crate::words::hash;

/// Edits of one room that are remembered; the oldest is forgotten first.
const EDITS_MAX: usize = 512;
/// Claims that are remembered so that they are not made again.
const TOLD_MAX: usize = 1024;

/// By what it is known that somebody edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It leased the paths.
    Lease {
        /// Others may edit there too.
        shared: bool,
    },
    /// It works on a task that changes them.
    Task(TaskId),
    /// It says so.
    Said(MessageId),
    /// It put a shared file.
    Put,
}

/// Somebody edits paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    who: ParticipantId,
    handle: String,
    room: RoomId,
    paths: Vec<String>,
    /// Hashes of those paths that mean one file, as most do.
    files: Vec<u64>,
    lease: bool,
    pub task: Option<TaskId>,
    pub message: Option<MessageId>,
    pub seq: Seq,
    until: u64,
    did: String,
}

impl Edit {
    /// What an event says of edits; `None` if it names no path or nobody did it.
    pub fn of(item: &StreamItem, how: How, paths: Vec<String>, until: u64) -> Option<Edit> {
        let (room, from) = (item.room?, item.from.as_ref()?);
        if paths.is_empty() {
            return None;
        }
        let (lease, task, message, did) = match how {
            How::Lease { shared: true } => (true, None, None, "leased it shared"),
            How::Lease { shared: false } => (true, None, None, "leased it"),
            How::Task(task) => (false, Some(task), None, "works on a task that changes it"),
            How::Said(message) => (false, None, Some(message), "says that it edits it"),
            How::Put => (false, None, None, "put a version of it"),
        };
        Some(Edit {
            who: from.id,
            handle: from.handle.clone(),
            room,
            files: files(&paths),
            paths,
            lease,
            task,
            message,
            seq: item.seq,
            until,
            did: did.to_owned(),
        })
    }

    /// Whether two are at work: others, or the same one in two tasks.
    fn other_than(&self, other: &Edit) -> bool {
        let tasks = self.task.zip(other.task);
        self.who != other.who || tasks.is_some_and(|(one, two)| one != two)
    }

    /// The path that both mean, as the narrower of the two writes it.
    fn common<'a>(&'a self, other: &'a Edit) -> Option<&'a str> {
        // Two that mean files only have one in common or none: that is known without reading their paths.
        let files_only = |edit: &Edit| edit.files.len() == edit.paths.len();
        if files_only(self)
            && files_only(other)
            && !self.files.iter().any(|file| other.files.contains(file))
        {
            return None;
        }
        let pairs = self
            .paths
            .iter()
            .flat_map(|one| other.paths.iter().map(move |two| (one, two)));
        let (one, two) = pairs.into_iter().find(|(one, two)| meet(one, two))?;
        Some(if wide(one) { two } else { one })
    }

    fn named(&self) -> String {
        match self.task {
            Some(task) => format!("@{} (task {})", self.handle, short(task)),
            None => format!("@{}", self.handle),
        }
    }
}

fn files(paths: &[String]) -> Vec<u64> {
    let files = paths.iter().filter(|path| !wide(path));
    files.map(|path| hash(path)).collect()
}

fn wide(path: &str) -> bool {
    path.contains(['*', '?']) || path.ends_with('/')
}

/// Who edits what now.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Edits {
    rooms: Lately<RoomId, Vec<Edit>, ROOMS_MAX>,
    /// What was told and until when it is not told again.
    told: Vec<(u64, u64)>,
}

impl Edits {
    /// Somebody begins to edit: whoever edits there already is in the way.
    pub fn begin(&mut self, edit: Edit, item: &StreamItem, again_ms: u64) -> Vec<Claim> {
        let now = item.at.0;
        let live = self.rooms.touch(edit.room, Vec::new);
        live.retain(|other| other.until > now);
        let mut claims = Vec::new();
        for other in live.iter().filter(|other| edit.other_than(other)) {
            let Some(path) = edit.common(other) else {
                continue;
            };
            // Leases were decided by the node: whoever holds two that meet agreed to share.
            if agreed(live, &edit, other, path) {
                continue;
            }
            let about = about(&edit, other, path);
            self.told.retain(|(_, until)| *until > now);
            if self.told.iter().any(|(known, _)| *known == about) {
                continue;
            }
            if self.told.len() == TOLD_MAX {
                self.told.remove(0);
            }
            self.told.push((about, now.saturating_add(again_ms)));
            claims.push(claim(&edit, other, path, item));
        }
        let replaced = |other: &Edit| {
            other.who == edit.who
                && other.task == edit.task
                && other.lease == edit.lease
                && other.paths == edit.paths
        };
        live.retain(|other| !replaced(other));
        if live.len() == EDITS_MAX {
            live.remove(0);
        }
        live.push(edit);
        claims
    }

    /// Edits that are over.
    pub fn end(&mut self, over: impl Fn(&Edit) -> bool) {
        self.rooms.retain(|_, live| {
            live.retain(|edit| !over(edit));
            !live.is_empty()
        });
    }

    /// Edits in a room that are over.
    pub fn end_in(&mut self, room: RoomId, over: impl Fn(&Edit) -> bool) {
        if let Some(live) = self.rooms.get_mut(&room) {
            live.retain(|edit| !over(edit));
        }
    }

    /// What a task edited is over.
    pub fn end_task(&mut self, room: RoomId, task: TaskId) {
        self.end_in(room, |edit| edit.task == Some(task));
    }

    /// Somebody says that it is done with paths.
    pub fn done(&mut self, item: &StreamItem, paths: &[String]) {
        let (Some(room), Some(who)) = (item.room, item.from.as_ref().map(|from| from.id)) else {
            return;
        };
        let meant = |edit: &Edit| {
            let mut pairs = edit
                .paths
                .iter()
                .flat_map(|one| paths.iter().map(move |two| (one, two)));
            pairs.any(|(one, two)| meet(one, two))
        };
        self.end_in(room, |edit| {
            edit.message.is_some() && edit.who == who && meant(edit)
        });
    }
}

fn agreed(live: &[Edit], one: &Edit, two: &Edit, path: &str) -> bool {
    let holds = |edit: &Edit| {
        let mut leases = live
            .iter()
            .chain([edit])
            .filter(|lease| lease.lease && lease.who == edit.who);
        leases.any(|lease| lease.paths.iter().any(|leased| meet(leased, path)))
    };
    one.who != two.who && holds(one) && holds(two)
}

/// The two and the file, whoever came first.
fn about(one: &Edit, two: &Edit, path: &str) -> u64 {
    let side = |edit: &Edit| format!("{}/{:?}", edit.who, edit.task);
    let mut sides = [side(one), side(two)];
    sides.sort();
    hash(&format!("{} {} {} {path}", one.room, sides[0], sides[1]))
}

fn claim(edit: &Edit, other: &Edit, path: &str, item: &StreamItem) -> Claim {
    let says = format!("{} and {} are both on {path}", other.named(), edit.named());
    let mut concerns = vec![other.handle.clone(), handle(item)];
    concerns.dedup();
    // What somebody says of itself is less sure than what it did.
    let said = [edit, other]
        .iter()
        .filter(|edit| edit.message.is_some())
        .count();
    Claim {
        kind: ALERT,
        rule: "one-file",
        room: edit.room,
        says,
        confidence: [95, 85, 75][said],
        concerns,
        evidence: vec![
            Evidence {
                seq: other.seq,
                by: other.handle.clone(),
                did: other.did.clone(),
                room: None,
            },
            Evidence::of(item, edit.did.clone()),
        ],
        figures: Default::default(),
        details: Default::default(),
        across: Vec::new(),
        about: format!("one-file:{}:{}", other.seq, item.seq),
    }
}
