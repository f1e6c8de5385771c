//! What was done, added up by participant, room and model.

use std::collections::BTreeMap;

use mesh_core::Access;
use mesh_model::api::{ModelReported, ParticipantReported, RoomReported, WorkReported};
use mesh_model::limits::REPORT_ROWS_MAX;
use mesh_model::{ParticipantId, RoomId};
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::{AnsweredSum, AttemptSum};

use crate::ops::present;

/// Somebody, or a room.
#[derive(Default)]
struct Part {
    messages: u64,
    created: u64,
    answered: u64,
    work: WorkReported,
}

impl Part {
    /// Who worked longest comes first; of those who took no time, who did most.
    fn weight(&self) -> (u64, u64, u64) {
        let work = &self.work;
        let attempts = work.finished + work.failed + work.handed_off + work.lost;
        (work.busy_ms, attempts, self.messages)
    }
}

/// The sums so far.
pub(super) struct Sums<'a> {
    access: &'a Access,
    reader: Reader<'a>,
    /// Whether messages are counted for this caller.
    reads: bool,
    people: BTreeMap<ParticipantId, Part>,
    rooms: BTreeMap<RoomId, Part>,
    models: BTreeMap<Option<String>, ModelReported>,
    work: WorkReported,
}

impl<'a> Sums<'a> {
    pub(super) fn new(access: &'a Access, reader: Reader<'a>, reads: bool) -> Sums<'a> {
        Sums {
            access,
            reader,
            reads,
            people: BTreeMap::new(),
            rooms: BTreeMap::new(),
            models: BTreeMap::new(),
            work: WorkReported::default(),
        }
    }

    pub(super) fn voice(&mut self, (room, author, count): &(RoomId, ParticipantId, u64)) {
        if self.reads {
            self.people.entry(*author).or_default().messages += count;
            self.rooms.entry(*room).or_default().messages += count;
        }
    }

    pub(super) fn created(&mut self, (creator, count): &(Option<ParticipantId>, u64)) {
        if let Some(creator) = creator {
            self.people.entry(*creator).or_default().created += count;
        }
    }

    pub(super) fn answered(&mut self, row: &AnsweredSum) {
        if let Some(by) = row.by {
            self.people.entry(by).or_default().answered += row.answers.iter().sum::<u64>();
        }
    }

    pub(super) fn attempts(&mut self, row: &AttemptSum) {
        let whose = Whose::of(self.access, row.worker, row.last).within(row.room);
        // A model's name is the worker's word; one that would need an envelope counts as not named.
        let model = row.model.clone();
        let model = model.filter(|_| !self.reader.seals(&whose));
        if model.is_some() {
            self.reader.note(row.room);
        }
        let person = self.people.entry(row.worker).or_default();
        let room = self.rooms.entry(row.room).or_default();
        let told = model.clone().map(|name| self.reader.glance(&whose, name));
        let model = self.models.entry(model).or_insert_with(|| ModelReported {
            model: told,
            work: WorkReported::default(),
        });
        for sum in [
            &mut person.work,
            &mut room.work,
            &mut model.work,
            &mut self.work,
        ] {
            let [finished, failed, handed_off, lost] = row.ends;
            sum.finished += finished;
            sum.failed += failed;
            sum.handed_off += handed_off;
            sum.lost += lost;
            sum.busy_ms = sum.busy_ms.saturating_add(row.busy_ms);
            sum.spend = sum.spend.plus(row.spend);
        }
    }

    pub(super) fn work(&self) -> WorkReported {
        self.work.clone()
    }

    pub(super) fn participants(&mut self) -> Vec<ParticipantReported> {
        let mut people: Vec<_> = std::mem::take(&mut self.people).into_iter().collect();
        people.sort_by_key(|(_, part)| std::cmp::Reverse(part.weight()));
        let told = people.into_iter().take(REPORT_ROWS_MAX);
        told.map(|(id, part)| ParticipantReported {
            participant: present::participant(self.access, id),
            messages: self.reads.then_some(part.messages),
            created: part.created,
            answered: part.answered,
            work: part.work,
        })
        .collect()
    }

    pub(super) fn rooms(&mut self) -> Vec<RoomReported> {
        let mut rooms: Vec<_> = std::mem::take(&mut self.rooms).into_iter().collect();
        rooms.sort_by_key(|(_, part)| std::cmp::Reverse(part.weight()));
        let told = rooms.into_iter().take(REPORT_ROWS_MAX);
        told.map(|(id, part)| RoomReported {
            room: id,
            name: self.access.room(id).and_then(|room| room.name.clone()),
            messages: self.reads.then_some(part.messages),
            work: part.work,
        })
        .collect()
    }

    pub(super) fn models(&mut self) -> Vec<ModelReported> {
        let mut models: Vec<_> = std::mem::take(&mut self.models).into_values().collect();
        models.sort_by_key(|one| std::cmp::Reverse((one.work.spend.micros, one.work.spend.tokens)));
        models.truncate(REPORT_ROWS_MAX);
        models
    }
}
