//! Open tasks: what they change, and which of them are the same work.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::api::{StreamItem, TaskBody};
use mesh_model::events::TaskCreated;
use mesh_model::stream::ReceivedContent;
use mesh_model::{Millis, RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};

use super::sentences::changed_by_task;
use super::{ALERT, ROOMS_MAX};
use crate::claim::{Claim, Evidence, handle, short};
use crate::lately::Lately;
use crate::words::Words;

/// Open tasks of one room that are remembered; the oldest is forgotten first.
const OPEN_MAX: usize = 512;

/// A task that has not ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Open {
    task: TaskId,
    seq: Seq,
    at: Millis,
    by: String,
    words: Words,
    edits: Vec<String>,
    /// Tasks that it is meant to be alike or apart from.
    kin: Vec<TaskId>,
}

/// The open tasks of each room.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Tasks {
    rooms: Lately<RoomId, Room, ROOMS_MAX>,
}

/// The open tasks of a room, by their places, and which of them have a telling word: two without a common one are not alike.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
struct Room {
    open: BTreeMap<Seq, Open>,
    places: BTreeMap<TaskId, Seq>,
    index: BTreeMap<u64, BTreeSet<Seq>>,
}

/// What is kept of it: the rest follows.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Kept(Vec<Open>);

impl From<Kept> for Room {
    fn from(kept: Kept) -> Room {
        let mut room = Room::default();
        kept.0.into_iter().for_each(|open| room.put(open));
        room
    }
}

impl From<Room> for Kept {
    fn from(room: Room) -> Kept {
        Kept(room.open.into_values().collect())
    }
}

impl Room {
    fn put(&mut self, open: Open) {
        let oldest = self.open.first_key_value().map(|(_, one)| one.task);
        if let Some(oldest) = oldest.filter(|_| self.open.len() == OPEN_MAX) {
            self.remove(oldest);
        }
        for (word, _) in open.words.telling() {
            self.index.entry(word).or_default().insert(open.seq);
        }
        self.places.insert(open.task, open.seq);
        self.open.insert(open.seq, open);
    }

    fn remove(&mut self, task: TaskId) {
        let seq = self.places.remove(&task);
        let open = seq.and_then(|seq| self.open.remove(&seq));
        for (word, _) in open.iter().flat_map(|open| open.words.telling()) {
            if let Some(having) = self.index.get_mut(&word) {
                having.remove(&open.as_ref().map_or(Seq::ZERO, |open| open.seq));
                if having.is_empty() {
                    self.index.remove(&word);
                }
            }
        }
    }

    /// The open task that is nearest to a new one, if it is near enough.
    fn nearest(&self, fresh: &Open, similar: u64) -> Option<(u8, &Open)> {
        let words = fresh.words.telling();
        let having = words.filter_map(|(word, _)| self.index.get(&word));
        let candidates: BTreeSet<Seq> = having.flatten().copied().collect();
        let others = candidates.iter().filter_map(|seq| self.open.get(seq));
        others
            .filter(|other| !fresh.is_kin_of(other))
            .map(|other| (fresh.words.nearness(&other.words), other))
            .filter(|(near, _)| u64::from(*near) >= similar)
            .max_by_key(|(near, other)| (*near, other.seq))
    }
}

impl Tasks {
    /// A task is there: is somebody asked for that already?
    pub fn create(&mut self, item: &StreamItem, created: &TaskCreated, similar: u64) -> Vec<Claim> {
        let ReceivedContent::Plain(TaskBody { title, prompt, .. }) = item.said(created) else {
            return Vec::new();
        };
        let plan = &created.plan;
        // Second opinions and joins repeat what they are about.
        if plan.about.is_some() || plan.join.is_some() {
            return Vec::new();
        }
        let text = if prompt.starts_with(title.as_str()) {
            prompt
        } else {
            format!("{title}\n{prompt}")
        };
        let kin = plan.apart.iter().chain(&plan.needs).chain(&plan.same);
        let fresh = Open {
            task: created.task,
            seq: item.seq,
            at: item.at,
            by: handle(item),
            words: Words::of(&text),
            edits: changed_by_task(&text),
            kin: kin.copied().collect(),
        };
        let room = self.rooms.touch(created.room, Room::default);
        let nearest = room.nearest(&fresh, similar);
        let claim = nearest.map(|(near, other)| claim(item, created, near, other));
        room.put(fresh);
        claim.into_iter().collect()
    }

    /// The paths that an open task changes.
    pub fn edits(&self, room: RoomId, task: TaskId) -> Vec<String> {
        let found = self.rooms.get(&room).and_then(|room| {
            let seq = room.places.get(&task)?;
            room.open.get(seq)
        });
        found.map(|open| open.edits.clone()).unwrap_or_default()
    }

    /// A task is over.
    pub fn end(&mut self, room: RoomId, task: TaskId) {
        if let Some(known) = self.rooms.get_mut(&room) {
            known.remove(task);
            if known.open.is_empty() {
                self.rooms.remove(&room);
            }
        }
    }
}

impl Open {
    /// Made side by side on purpose: by one call, or linked to one another.
    fn is_kin_of(&self, other: &Open) -> bool {
        let one_call = self.at == other.at && self.by == other.by;
        one_call || self.kin.contains(&other.task) || other.kin.contains(&self.task)
    }
}

fn claim(item: &StreamItem, created: &TaskCreated, near: u8, other: &Open) -> Claim {
    let mut concerns = vec![other.by.clone(), handle(item)];
    concerns.retain(|handle| !handle.is_empty());
    concerns.dedup();
    Claim {
        kind: ALERT,
        rule: "doubled-work",
        room: created.room,
        says: format!(
            "task {} asks for what the open task {} asks for already: {near} % the same",
            short(created.task),
            short(other.task)
        ),
        confidence: near,
        concerns,
        evidence: vec![
            Evidence {
                seq: other.seq,
                by: other.by.clone(),
                did: "created the first task".to_owned(),
                room: None,
            },
            Evidence::of(item, "created the second task"),
        ],
        figures: Default::default(),
        details: Default::default(),
        across: Vec::new(),
        about: format!("doubled-work:{}:{}", other.seq, item.seq),
    }
}
