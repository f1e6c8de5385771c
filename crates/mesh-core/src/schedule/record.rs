//! What the state remembers of a schedule. Its words are in the view.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use mesh_model::events::{ScheduleHalt, SchedulePlan};
use mesh_model::limits::CLOCK_SCHEDULE_REAL_MS_MIN;
use mesh_model::{Actor, Millis, ParticipantId, RoomId, ScheduleId, Seq};
use serde::{Deserialize, Serialize};

use crate::Work;
use crate::work::Due;

/// A schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Its id.
    pub id: ScheduleId,
    /// Who made it.
    pub owner: ParticipantId,
    /// By what it was made or changed last: it acts by that, as far as that goes then.
    pub by: Actor,
    /// All but its words.
    pub plan: SchedulePlan,
    /// Where its words stand.
    pub words: Seq,
    /// When it is due next, by the clock that it follows; so are `after` and `due`.
    pub next: Option<u64>,
    /// The moment after which `next` is the first.
    pub after: u64,
    /// The last moment at which a time of it was over, by the node's clock; absent before the first.
    pub ran: Option<u64>,
    /// The time that has come, until it ran.
    pub due: Option<u64>,
    /// Why it waits.
    pub paused: Option<ScheduleHalt>,
    /// How often in a row it was refused.
    pub refused: u8,
}

impl Schedule {
    /// When it is due next, unless it waits for somebody.
    pub fn next(&self) -> Option<Millis> {
        self.next.filter(|_| self.paused.is_none()).map(Millis)
    }

    /// When the node has to look at it, by the clock that it follows.
    fn alarm(&self) -> Option<u64> {
        self.next
            .filter(|_| self.paused.is_none() && self.due.is_none())
    }
}

/// All schedules. What they are looked up by is computed from them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Arc<Schedule>>", into = "Vec<Arc<Schedule>>")]
pub struct Schedules {
    all: OrdMap<ScheduleId, Arc<Schedule>>,
    /// Those whose time has come.
    due: OrdSet<ScheduleId>,
    /// Those that follow a simulation clock, by its room.
    following: OrdMap<RoomId, OrdSet<ScheduleId>>,
}

impl From<Vec<Arc<Schedule>>> for Schedules {
    fn from(list: Vec<Arc<Schedule>>) -> Schedules {
        let due = list.iter().filter(|it| it.due.is_some()).map(|it| it.id);
        let mut following = OrdMap::<RoomId, OrdSet<ScheduleId>>::new();
        for (room, id) in list.iter().filter_map(|it| Some((it.plan.clock?, it.id))) {
            following.entry(room).or_default().insert(id);
        }
        Schedules {
            due: due.collect(),
            following,
            all: list.into_iter().map(|it| (it.id, it)).collect(),
        }
    }
}

impl From<Schedules> for Vec<Arc<Schedule>> {
    fn from(schedules: Schedules) -> Vec<Arc<Schedule>> {
        schedules.all.values().cloned().collect()
    }
}

impl Schedules {
    /// One of them.
    pub fn get(&self, id: ScheduleId) -> Option<&Schedule> {
        self.all.get(&id).map(|found| &**found)
    }

    /// All, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Schedule> {
        self.all.values().map(|found| &**found)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those of one participant.
    pub fn of(&self, owner: ParticipantId) -> impl Iterator<Item = &Schedule> {
        self.iter().filter(move |found| found.owner == owner)
    }

    /// Those that follow a room's simulation clock.
    pub(crate) fn followers(&self, room: RoomId) -> Vec<ScheduleId> {
        let all = self.following.get(&room).into_iter().flatten();
        all.copied().collect()
    }

    /// Those whose time has come and that did not run yet.
    pub fn due(&self) -> impl Iterator<Item = &Schedule> {
        self.due.iter().filter_map(|id| self.get(*id))
    }
}

impl Work {
    /// The schedules.
    pub fn schedules(&self) -> &Schedules {
        &self.schedules
    }

    pub(crate) fn put_schedule(&mut self, schedule: Schedule) {
        self.remove_schedule(schedule.id);
        let id = schedule.id;
        if schedule.due.is_some() {
            self.schedules.due.insert(id);
        }
        if let Some(room) = schedule.plan.clock {
            let following = &mut self.schedules.following;
            following.entry(room).or_default().insert(id);
        }
        self.schedules.all.insert(id, Arc::new(schedule));
        self.set_alarm(id);
    }

    pub(crate) fn remove_schedule(&mut self, id: ScheduleId) {
        self.unset_alarm(id);
        let Some(old) = self.schedules.all.remove(&id) else {
            return;
        };
        if let Some(room) = old.plan.clock {
            let following = &mut self.schedules.following;
            if let Some(all) = following.get_mut(&room) {
                all.remove(&id);
                if all.is_empty() {
                    following.remove(&room);
                }
            }
        }
        self.schedules.due.remove(&id);
    }

    /// When the node has to look at a schedule, by the node's own clock. One whose room has no clock, or a clock that stands
    /// still, waits.
    fn alarm_of(&self, found: &Schedule) -> Option<u64> {
        let at = found.alarm()?;
        let Some(room) = found.plan.clock else {
            return Some(at);
        };
        let comes = self.clock(room)?.comes(at)?;
        // However fast the clock runs, what it leads to stays bounded.
        let before = found
            .ran
            .map(|ran| ran.saturating_add(CLOCK_SCHEDULE_REAL_MS_MIN));
        Some(comes.max(before.unwrap_or_default()))
    }

    pub(crate) fn set_alarm(&mut self, id: ScheduleId) {
        if let Some(at) = self.schedules.get(id).and_then(|it| self.alarm_of(it)) {
            self.index.due.insert((at, Due::Schedule(id)));
        }
    }

    pub(crate) fn unset_alarm(&mut self, id: ScheduleId) {
        if let Some(at) = self.schedules.get(id).and_then(|it| self.alarm_of(it)) {
            self.index.due.remove(&(at, Due::Schedule(id)));
        }
    }

    /// What the clock that a plan follows shows at a moment: the node's, or its room's. `None` if the room has none.
    pub fn time_of(&self, plan: &SchedulePlan, moment: Millis) -> Option<Millis> {
        match plan.clock {
            None => Some(moment),
            Some(room) => Some(self.clock(room)?.shows(moment)),
        }
    }

    pub(crate) fn change_schedule(&mut self, id: ScheduleId, change: impl FnOnce(&mut Schedule)) {
        if let Some(found) = self.schedules.get(id) {
            let mut found = found.clone();
            change(&mut found);
            self.put_schedule(found);
        }
    }

    /// The alarms of all, when a snapshot was read.
    pub(crate) fn set_alarms(&mut self) {
        let alarms = self
            .schedules
            .iter()
            .filter_map(|it| Some((self.alarm_of(it)?, it.id)));
        let alarms: Vec<_> = alarms.map(|(at, id)| (at, Due::Schedule(id))).collect();
        self.index.due.extend(alarms);
    }
}
