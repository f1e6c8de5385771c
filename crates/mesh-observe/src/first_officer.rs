//! The first officer of each session: does it drift from its goal, go in circles, fail in the same way again, or leave waiting
//! who asks it?
//!
//! It sees what is in the log. That somebody reads is not, so what waits counts as unread until it is answered; and a goal is
//! left only where it names paths and the work is on others.

use mesh_model::api::{Message, StreamItem};
use mesh_model::{Millis, ParticipantId, RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::acts::{What, act};
use crate::claim::{Claim, Evidence, handle, short};
use crate::conflicts::{changed_by_task, declared_paths};
use crate::lately::Lately;
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, Published};
use crate::paths;
use crate::thresholds::{Threshold, Thresholds};
use crate::words::Words;

const INSIGHT: &str = "fo-insight";

/// Participants that are watched in all rooms.
const WATCHED_MAX: usize = 1024;
/// Tasks whose goals are remembered.
const GOALS_MAX: usize = 2048;
/// Paths of one goal.
const PATHS_MAX: usize = 16;
/// Of one participant's: what it told of its work, and what waits for it.
const EACH_MAX: usize = 16;

const DRIFT_ACTS: Threshold = Threshold {
    name: "drift-acts",
    about: "after how many acts in a row on other paths than its goal names somebody drifts",
    unit: "acts",
    why: "one or two are a look around or what the goal needs first",
    default: 4,
    least: 2,
    most: 64,
};
const CIRCLES: Threshold = Threshold {
    name: "circles",
    about: "how often nearly the same is told of one task, or one file gets back a content that it had",
    unit: "times",
    why: "twice may be a repetition for somebody else",
    default: 3,
    least: 2,
    most: 16,
};
const ALIKE: Threshold = Threshold {
    name: "alike",
    about: "from which nearness in percent two texts tell the same",
    unit: "percent",
    why: "what was done next has other words for what it is about",
    default: 75,
    least: 30,
    most: 100,
};
const FAILURES: Threshold = Threshold {
    name: "failures",
    about: "how often attempts at a task, or of one worker, fail for nearly the same reason",
    unit: "attempts",
    why: "the second time nothing was learned from the first",
    default: 2,
    least: 2,
    most: 16,
};
const UNREAD_MINUTES: Threshold = Threshold {
    name: "unread-minutes",
    about: "how long somebody who goes on working has left unanswered what names it",
    unit: "minutes",
    why: "inboxes are read at the next pause, and there is one within half an hour",
    default: 30,
    least: 1,
    most: 1440,
};
const UNREAD: Threshold = Threshold {
    name: "unread",
    about: "how many such messages there are",
    unit: "messages",
    why: "one may need no answer",
    default: 2,
    least: 1,
    most: 16,
};

/// What it declares.
pub const ABOUT: About = About {
    name: "first-officer",
    says: "a session that drifts from its goal, goes in circles, fails in the same way again, or answers nobody",
    inputs: &[
        "file.put",
        "lease.taken",
        "message.posted",
        "task.attempt_failed",
        "task.cancelled",
        "task.created",
        "task.finished",
        "task.handed_off",
        "task.progressed",
        "task.taken",
    ],
    published: &[Published {
        kind: INSIGHT,
        about: "Somebody at work drifts from its goal, goes in circles, fails in the same way again, or leaves waiting who asks it.",
        details: None,
    }],
    thresholds: &[
        DRIFT_ACTS,
        CIRCLES,
        ALIKE,
        FAILURES,
        UNREAD_MINUTES,
        UNREAD,
        CLAIMS_PER_HOUR,
    ],
    start,
};

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory = memory.map(serde_json::from_value).transpose()?;
    Ok(Box::new(FirstOfficer {
        thresholds,
        memory: memory.unwrap_or_default(),
    }))
}

struct FirstOfficer {
    thresholds: Thresholds,
    memory: Memory,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    goals: Lately<TaskId, Vec<String>, GOALS_MAX>,
    watched: Lately<(RoomId, ParticipantId), Watch, WATCHED_MAX>,
    /// Why attempts at a task failed.
    failed: Lately<TaskId, Vec<Told>, GOALS_MAX>,
}

/// One participant in one room.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Watch {
    handle: String,
    tasks: Lately<TaskId, Seq, EACH_MAX>,
    /// Acts in a row on other paths than the goal's.
    astray: Vec<Seq>,
    told: Vec<Told>,
    restored: Lately<String, Vec<Seq>, EACH_MAX>,
    failed: Vec<Told>,
    waiting: Lately<Seq, (Millis, String), EACH_MAX>,
}

/// A text, by its words.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Told {
    seq: Seq,
    task: Option<TaskId>,
    words: Words,
}

impl Observer for FirstOfficer {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        let (Some(what), Some(room)) = (act(item), item.room) else {
            return Vec::new();
        };
        let claims = match &what {
            What::Asked { task, text } => {
                let mut paths = changed_by_task(text);
                paths.truncate(PATHS_MAX);
                self.memory.goals.put(*task, paths);
                [None, None]
            }
            What::Taken { task, worker } => {
                let watch = self.watch(room, *worker, item);
                watch.astray.clear();
                watch.tasks.put(*task, item.seq);
                [None, None]
            }
            What::Progressed { task, text } => {
                let circles = self.circles(item, room, *task, text);
                [circles, self.drift(item, room, declared_paths(text))]
            }
            What::Said(message) => {
                self.waits(item, room, message);
                [self.drift(item, room, declared_paths(&message.text)), None]
            }
            What::Leased { paths, .. } => [self.drift(item, room, paths.clone()), None],
            What::Put { path, again } => {
                let back = again.then(|| self.back(item, room, path)).flatten();
                [back, self.drift(item, room, vec![path.clone()])]
            }
            What::Failed {
                task, worker, why, ..
            } => {
                self.watch(room, *worker, item).tasks.remove(task);
                [self.failed(item, room, (*task, *worker), why), None]
            }
            What::Finished { task, worker, .. } | What::HandedOff { task, worker, .. } => {
                let watch = self.watch(room, *worker, item);
                watch.tasks.remove(task);
                watch.told.retain(|told| told.task != Some(*task));
                watch.failed.clear();
                self.memory.failed.remove(task);
                [None, None]
            }
            _ => [None, None],
        };
        let mut claims: Vec<Claim> = claims.into_iter().flatten().collect();
        if !matches!(what, What::Said(_)) {
            claims.extend(self.unread(item, room));
        }
        claims
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl FirstOfficer {
    fn watch(&mut self, room: RoomId, who: ParticipantId, item: &StreamItem) -> &mut Watch {
        let watch = self.memory.watched.touch((room, who), Watch::default);
        if item.from.as_ref().is_some_and(|from| from.id == who) {
            watch.handle = handle(item);
        }
        watch
    }

    fn own(&mut self, room: RoomId, item: &StreamItem) -> Option<&mut Watch> {
        let who = item.from.as_ref()?.id;
        self.memory.watched.get_mut(&(room, who))
    }

    /// Work on paths of which none is near one that its goals name.
    fn drift(&mut self, item: &StreamItem, room: RoomId, paths: Vec<String>) -> Option<Claim> {
        let needed = self.thresholds.get(&DRIFT_ACTS) as usize;
        if paths.is_empty() {
            return None;
        }
        let who = item.from.as_ref()?.id;
        let watch = self.memory.watched.get(&(room, who))?;
        let mut goals = Vec::new();
        for (task, _) in watch.tasks.iter() {
            match self.memory.goals.get(task) {
                Some(named) if !named.is_empty() => goals.extend(named.clone()),
                // A goal that names no path cannot be left by paths.
                _ => return None,
            }
        }
        if goals.is_empty() {
            return None;
        }
        let near = |path: &String| goals.iter().any(|goal| beside(goal, path));
        let on_goal = paths.iter().any(near);
        let watch = self.own(room, item)?;
        if on_goal {
            watch.astray.clear();
            return None;
        }
        watch.astray.push(item.seq);
        if watch.astray.len() < needed {
            return None;
        }
        let astray = std::mem::take(&mut watch.astray);
        let (task, taken) = watch.tasks.iter().max_by_key(|(_, taken)| **taken)?;
        let says = format!(
            "@{} has worked on other paths than its task {} names, {} times in a row; last on {}",
            watch.handle,
            short(*task),
            astray.len(),
            paths[0]
        );
        let by = &watch.handle;
        let acts = astray
            .iter()
            .map(|seq| Evidence::at(*seq, by, "worked on another path"));
        let evidence = acts
            .chain([Evidence::at(*taken, by, "took the task")])
            .collect();
        let claim = Claim::new((INSIGHT, "drift"), room, says, evidence);
        Some(claim.sure(70).concerning([by.clone()]))
    }

    /// The same is told of a task again and again.
    fn circles(
        &mut self,
        item: &StreamItem,
        room: RoomId,
        task: TaskId,
        text: &str,
    ) -> Option<Claim> {
        // Who edits one file for long says so in the same words each time. Whether that goes in circles the file's contents tell.
        if !declared_paths(text).is_empty() {
            return None;
        }
        let (alike, needed) = (
            self.thresholds.get(&ALIKE),
            self.thresholds.get(&CIRCLES) as usize,
        );
        let told = Told {
            seq: item.seq,
            task: Some(task),
            words: Words::of(text),
        };
        let watch = self.own(room, item)?;
        let same = gather(&mut watch.told, told, alike, |one| one.task == Some(task));
        if same.len() < needed {
            return None;
        }
        let by = watch.handle.clone();
        watch.told.retain(|told| !same.contains(&told.seq));
        let says = format!(
            "@{by} has told nearly the same of task {} {} times",
            short(task),
            same.len()
        );
        let evidence = same.iter().map(|seq| Evidence::at(*seq, &by, "told it"));
        let claim = Claim::new((INSIGHT, "circles"), room, says, evidence.collect());
        Some(claim.sure(75).concerning([by]))
    }

    /// A file has a content again that it had before.
    fn back(&mut self, item: &StreamItem, room: RoomId, path: &str) -> Option<Claim> {
        let needed = self.thresholds.get(&CIRCLES) as usize;
        let watch = self.own(room, item)?;
        let back = watch.restored.touch(path.to_owned(), Vec::new);
        back.push(item.seq);
        if back.len() < needed {
            return None;
        }
        let back = std::mem::take(back);
        let by = watch.handle.clone();
        let says = format!(
            "@{by} has given {path} a content that it had before, {} times",
            back.len()
        );
        let evidence = back
            .iter()
            .map(|seq| Evidence::at(*seq, &by, "put a former version"));
        let claim = Claim::new((INSIGHT, "circles"), room, says, evidence.collect());
        Some(claim.sure(85).concerning([by]))
    }

    /// An attempt failed for a reason for which one failed before: of this task, or of this worker.
    fn failed(
        &mut self,
        item: &StreamItem,
        room: RoomId,
        (task, worker): (TaskId, ParticipantId),
        why: &str,
    ) -> Option<Claim> {
        let (alike, needed) = (
            self.thresholds.get(&ALIKE),
            self.thresholds.get(&FAILURES) as usize,
        );
        let told = Told {
            seq: item.seq,
            task: Some(task),
            words: Words::of(why),
        };
        let of_task = self.memory.failed.touch(task, Vec::new);
        let same_task = gather(of_task, told.clone(), alike, |_| true);
        let watch = self.memory.watched.get_mut(&(room, worker))?;
        let same_worker = gather(&mut watch.failed, told, alike, |_| true);
        let (same, whose) = if same_task.len() >= needed {
            (same_task, format!("task {}", short(task)))
        } else {
            (same_worker, format!("@{}", watch.handle))
        };
        if same.len() < needed {
            return None;
        }
        let by = watch.handle.clone();
        watch.failed.retain(|told| !same.contains(&told.seq));
        of_task.retain(|told| !same.contains(&told.seq));
        let says = format!(
            "{} attempts of {whose} failed for nearly the same reason",
            same.len()
        );
        let evidence = same.iter().map(|seq| Evidence::at(*seq, "", "failed"));
        let claim = Claim::new((INSIGHT, "same-failure"), room, says, evidence.collect());
        Some(claim.sure(85).concerning([by]))
    }

    /// Whoever is named has something to read; whoever speaks has read.
    fn waits(&mut self, item: &StreamItem, room: RoomId, message: &Message) {
        if let Some(watch) = self.own(room, item) {
            watch.waiting = Lately::default();
        }
        for who in &message.mentions {
            if let Some(watch) = self.memory.watched.get_mut(&(room, *who)) {
                watch.waiting.put(item.seq, (item.at, handle(item)));
            }
        }
    }

    /// It goes on working, and what names it stays without an answer.
    fn unread(&mut self, item: &StreamItem, room: RoomId) -> Option<Claim> {
        let longest = 60_000 * self.thresholds.get(&UNREAD_MINUTES);
        let needed = self.thresholds.get(&UNREAD) as usize;
        let watch = self.own(room, item)?;
        let late = watch
            .waiting
            .iter()
            .filter(|(_, (at, _))| item.at.since(*at) >= longest);
        let late: Vec<(Seq, String)> = late.map(|(seq, (_, by))| (*seq, by.clone())).collect();
        if late.len() < needed {
            return None;
        }
        watch.waiting = Lately::default();
        let by = watch.handle.clone();
        let says = format!(
            "@{by} goes on working and has answered none of {} messages that name it",
            late.len()
        );
        let asked = late
            .iter()
            .map(|(seq, who)| Evidence::at(*seq, who, "named it"));
        let evidence = asked
            .chain([Evidence::of(item, "went on working")])
            .collect();
        let claim = Claim::new((INSIGHT, "unread"), room, says, evidence);
        let who = late.into_iter().map(|(_, who)| who).chain([by]);
        Some(claim.sure(60).concerning(who))
    }
}

/// Remembers a text, and gives the places of all that tell the same.
fn gather(all: &mut Vec<Told>, told: Told, alike: u64, of: impl Fn(&Told) -> bool) -> Vec<Seq> {
    let near = |one: &&Told| of(one) && u64::from(one.words.nearness(&told.words)) >= alike;
    let mut same: Vec<Seq> = all.iter().filter(near).map(|one| one.seq).collect();
    same.push(told.seq);
    if all.len() == EACH_MAX {
        all.remove(0);
    }
    all.push(told);
    same
}

/// Whether a path is what a goal names, or in the same folder.
fn beside(goal: &str, path: &str) -> bool {
    let folder = |path: &str| {
        let (folder, _) = path.trim_end_matches('/').rsplit_once('/')?;
        Some(folder.to_owned())
    };
    paths::meet(goal, path) || (folder(goal).is_some() && folder(goal) == folder(path))
}
