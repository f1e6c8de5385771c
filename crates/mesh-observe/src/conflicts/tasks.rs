//! Open tasks: what they change, and which of them are the same work.

use std::collections::BTreeMap;

use mesh_model::api::{StreamItem, TaskBody};
use mesh_model::events::TaskCreated;
use mesh_model::stream::ReceivedContent;
use mesh_model::{Millis, RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};

use super::ALERT;
use super::sentences::changed_by_task;
use crate::claim::{Claim, Evidence, handle, short};
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
    rooms: BTreeMap<RoomId, Vec<Open>>,
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
        let open = self.rooms.entry(created.room).or_default();
        let nearest = open
            .iter()
            .filter(|other| !fresh.is_kin_of(other))
            .map(|other| (fresh.words.nearness(&other.words), other))
            .filter(|(near, _)| u64::from(*near) >= similar)
            .max_by_key(|(near, other)| (*near, other.seq));
        let claim = nearest.map(|(near, other)| claim(item, created, near, other));
        if open.len() == OPEN_MAX {
            open.remove(0);
        }
        open.push(fresh);
        claim.into_iter().collect()
    }

    /// The paths that an open task changes.
    pub fn edits(&self, room: RoomId, task: TaskId) -> Vec<String> {
        let open = self.rooms.get(&room).into_iter().flatten();
        let found = open.rev().find(|open| open.task == task);
        found.map(|open| open.edits.clone()).unwrap_or_default()
    }

    /// A task is over.
    pub fn end(&mut self, room: RoomId, task: TaskId) {
        if let Some(open) = self.rooms.get_mut(&room) {
            open.retain(|open| open.task != task);
            if open.is_empty() {
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
            },
            Evidence::of(item, "created the second task"),
        ],
        figures: Default::default(),
        about: format!("doubled-work:{}:{}", other.seq, item.seq),
    }
}
