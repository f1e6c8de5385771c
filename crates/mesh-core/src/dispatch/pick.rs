//! The choice: which of the queued tasks the asking worker gets.

use std::iter::Peekable;

use mesh_model::command::TakeTasks;
use mesh_model::events::{BudgetScope, Rival, Spend, TaskTaken};
use mesh_model::limits::{
    LEASE_MS_DEFAULT, LEASE_MS_MAX, LEASE_MS_MIN, OVERFLOW_GRACE_MS, TAKE_GRACE_MS, TAKE_PICKY_MAX,
    TAKE_RIVALS_MAX, TAKE_SCAN_MAX, TAKE_TASKS_MAX,
};
use mesh_model::{Effect, NewEvent, ParticipantId, RoomId, TaskId};

use crate::desk::Desk;
use crate::task::Rank;
use crate::work::Brief;
use crate::{Decision, Room, Task, Worker, link, refuse};

/// Gives the asking worker as many tasks as it wants, has slots for, and there are. None is no
/// refusal: it asks again when something has changed.
pub(crate) fn take(desk: &Desk<'_>, wanted: &TakeTasks) -> Decision {
    take_of(desk, wanted, None)
}

/// The same, of tasks of some kinds only.
pub(crate) fn take_of(desk: &Desk<'_>, wanted: &TakeTasks, kinds: Option<&[String]>) -> Decision {
    let me = desk.asker.me()?;
    let worker = desk.work.worker(me).filter(|worker| worker.online);
    let Some(worker) = worker else {
        return Err(refuse::conflict(
            "you are not enrolled as a worker",
            "enrol first: worker.enrol",
        )
        .so(Effect::NothingTaken));
    };
    let lease_ms = wanted.lease_ms.unwrap_or(LEASE_MS_DEFAULT);
    if !(LEASE_MS_MIN..=LEASE_MS_MAX).contains(&lease_ms) || wanted.count > TAKE_TASKS_MAX {
        return Err(refuse::invalid(
            format!(
                "a lease lasts {LEASE_MS_MIN} to {LEASE_MS_MAX} ms, and one call takes at most {TAKE_TASKS_MAX} tasks"
            ),
            "ask for another lease or for fewer tasks",
        ).so(Effect::NothingTaken));
    }
    if desk.work.stopped {
        return Ok(Vec::new());
    }
    let room_for = worker.room_for(desk.now()).min(usize::from(wanted.count));
    let picked = match room_for {
        0 => Vec::new(),
        count => pick(desk, worker, count, kinds),
    };
    let until = desk.now().plus(u64::from(lease_ms)).0;
    let taken = picked.into_iter().map(|(task, score, rival)| {
        NewEvent::new(TaskTaken {
            task: task.id,
            room: task.room,
            worker: me,
            lease_ms,
            until,
            reserved: task.plan.reserve,
            score,
            rival,
            started: wanted.start,
        })
    });
    Ok(taken.collect())
}

/// The choice under way.
struct Picker<'a> {
    desk: &'a Desk<'a>,
    worker: &'a Worker,
    /// What may still be reserved for the worker and on the whole mesh.
    left: Spend,
    /// What may still be reserved in each room.
    rooms: Vec<(RoomId, Spend)>,
    /// Only these are wanted.
    kinds: Option<&'a [String]>,
    /// Tasks that may still be looked at one by one.
    picky: usize,
    picked: Vec<Picked<'a>>,
}

/// A task, the worker's score and the best of the others.
type Picked<'a> = (&'a Task, u32, Option<Rival>);

type Entry<'a> = (&'a (Rank, TaskId), &'a Brief);

/// One lane's next task, and how the worker stands in it.
struct Cursor<'a, I: Iterator<Item = Entry<'a>>> {
    lane: Peekable<I>,
    /// Absent for the lane of tasks that are for this worker alone.
    standing: Option<Standing<'a>>,
}

/// How a worker stands among the free ones that could take the tasks of a lane.
pub(super) struct Standing<'a> {
    room: &'a Room,
    pub score: u32,
    /// The best of the others.
    rival: Option<Rival>,
    /// Slots that better workers have free: so many tasks are left to them.
    pub left_to_others: usize,
}

impl<'a> Standing<'a> {
    pub fn of(desk: &Desk<'_>, worker: &Worker, room: &'a Room, lane: &str) -> Standing<'a> {
        let verified = desk.work.index.verified.get(lane).copied();
        let score = worker
            .record(lane)
            .score(verified.unwrap_or_default())
            .score;
        let mut standing = Standing {
            room,
            score,
            rival: None,
            left_to_others: 0,
        };
        let free = desk.work.index.free.get(lane);
        let others = free
            .into_iter()
            .flatten()
            .filter(|(_, id)| *id != worker.id);
        for (rivals_score, id) in others.take(TAKE_RIVALS_MAX) {
            let better = rivals_score.0 > score;
            if !better && standing.rival.is_some() {
                break;
            }
            if !desk.executes(room, *id) {
                continue;
            }
            let rival = Rival {
                worker: *id,
                score: rivals_score.0,
            };
            standing.rival.get_or_insert(rival);
            if better {
                standing.left_to_others += desk.work.worker(*id).map_or(0, Worker::free_slots);
            }
        }
        standing
    }

    /// The next task of the lane is the worker's, with the best of the others; or it is left to them.
    fn next(&mut self, young: bool) -> Option<Option<Rival>> {
        if young && self.left_to_others > 0 {
            self.left_to_others -= 1;
            return None;
        }
        Some(self.rival)
    }
}

fn pick<'a>(
    desk: &'a Desk<'a>,
    worker: &'a Worker,
    count: usize,
    kinds: Option<&'a [String]>,
) -> Vec<Picked<'a>> {
    let common = [BudgetScope::Agent(worker.id), BudgetScope::Mesh];
    let Some(left) = desk.work.left(&common, desk.now()) else {
        return Vec::new();
    };
    let mut picker = Picker {
        desk,
        worker,
        left,
        rooms: Vec::new(),
        kinds,
        picky: TAKE_PICKY_MAX,
        picked: Vec::new(),
    };
    let mut cursors = picker.lanes();
    for _ in 0..TAKE_SCAN_MAX {
        let first = cursors
            .iter_mut()
            .enumerate()
            .filter_map(|(at, cursor)| Some((cursor.lane.peek()?.0.0, at)))
            .min();
        let Some((_, at)) = first else { break };
        let cursor = &mut cursors[at];
        let Some(((_, id), brief)) = cursor.lane.next() else {
            break;
        };
        picker.look_at(*id, *brief, cursor.standing.as_mut());
        if picker.picked.len() == count {
            break;
        }
    }
    picker.picked
}

impl<'a> Picker<'a> {
    /// The lanes with tasks for this worker: of each room that lets it execute, those of its
    /// capabilities; and the one of tasks that are for it alone.
    fn lanes(&mut self) -> Vec<Cursor<'a, impl Iterator<Item = Entry<'a>> + use<'a>>> {
        let (desk, worker) = (self.desk, self.worker);
        let index = &desk.work.index;
        let mut cursors = Vec::new();
        if let Some(lane) = index.assigned.get(&worker.id) {
            cursors.push(Cursor {
                lane: lane.iter().peekable(),
                standing: None,
            });
        }
        for room in desk.asker.access.rooms_of(worker.id) {
            let Some(lanes) = index.lanes.get(&room.id) else {
                continue;
            };
            if self.open_room(room.id).is_none() {
                continue;
            }
            let names = std::iter::once("").chain(worker.capabilities().iter().map(|it| &**it));
            let kinds = self.kinds;
            let names = names.filter(|name| is_wanted(kinds, name));
            for (name, lane) in names.filter_map(|name| Some((name, lanes.get(name)?))) {
                cursors.push(Cursor {
                    lane: lane.iter().peekable(),
                    standing: Some(Standing::of(desk, worker, room, name)),
                });
            }
        }
        cursors
    }

    /// A room that is in use, lets the worker execute and has something left of its budget.
    fn open_room(&mut self, id: RoomId) -> Option<&'a Room> {
        let desk = self.desk;
        let room = desk.asker.access.room(id)?;
        if room.archived || !desk.executes(room, self.worker.id) {
            return None;
        }
        if !self.rooms.iter().any(|(known, _)| *known == id) {
            let left = desk.work.left(&[BudgetScope::Room(id)], desk.now())?;
            self.rooms.push((id, left));
        }
        Some(room)
    }

    /// Takes the task if it fits.
    fn look_at(&mut self, id: TaskId, brief: Brief, standing: Option<&mut Standing<'a>>) {
        let desk = self.desk;
        if self.worker.abroad && !self.overflows(id) {
            return;
        }
        let (score, rival) = match standing {
            None => {
                let Some(task) = desk.work.task(id) else {
                    return;
                };
                let Some(room) = self.open_room(task.room) else {
                    return;
                };
                (
                    Standing::of(desk, self.worker, room, task.lane()).score,
                    None,
                )
            }
            Some(standing) => {
                let young = desk.now().0 < brief.ready_ms.saturating_add(TAKE_GRACE_MS);
                if !self.affords(standing.room.id, brief.reserve) {
                    return;
                }
                let rival = if brief.picky {
                    self.picky(id, young, standing)
                } else {
                    standing.next(young)
                };
                match rival {
                    Some(rival) => (standing.score, rival),
                    None => return,
                }
            }
        };
        let Some(task) = desk.work.task(id) else {
            return;
        };
        let together = |other: &Picked<'_>| {
            task.plan.apart.contains(&other.0.id) || other.0.plan.apart.contains(&id)
        };
        // Two that are to be kept apart do not go to one worker in one call either.
        let apart = self.picked.iter().any(together) || is_apart(desk, task, self.worker.id);
        if apart || !self.affords(task.room, brief.reserve) {
            return;
        }
        self.left = self.left.minus(brief.reserve);
        for (room, left) in &mut self.rooms {
            if *room == task.room {
                *left = left.minus(brief.reserve);
            }
        }
        self.picked.push((task, score, rival));
    }

    /// Whether so much may be reserved. What is left is nothing for those that need nothing, too.
    fn affords(&self, room: RoomId, reserve: Spend) -> bool {
        let own = self.rooms.iter().find(|(known, _)| *known == room);
        let fits = |left: Spend| {
            left.tokens > 0
                && left.micros > 0
                && reserve.tokens <= left.tokens
                && reserve.micros <= left.micros
        };
        fits(self.left) && own.is_some_and(|(_, left)| fits(*left))
    }

    /// Whether a task goes to the peer mesh for which the worker speaks: it may, and nobody here does it.
    fn overflows(&mut self, id: TaskId) -> bool {
        let Some(left) = self.picky.checked_sub(1) else {
            return false;
        };
        self.picky = left;
        let task = self.desk.work.task(id);
        task.is_some_and(|task| {
            is_wanted(self.kinds, task.lane())
                && link::reaches(self.desk, task, self.worker.id)
                && !is_for_here(self.desk, task, self.worker)
        })
    }

    /// A task from which some are kept, or at which somebody failed: the others are looked at one by
    /// one. Whoever failed at it last comes after everybody else.
    fn picky(&mut self, id: TaskId, young: bool, standing: &Standing<'a>) -> Option<Option<Rival>> {
        self.picky = self.picky.checked_sub(1)?;
        let task = self.desk.work.task(id)?;
        if is_apart(self.desk, task, self.worker.id) {
            return None;
        }
        let rival = rival(self.desk, task, self.worker.id, standing.room);
        let last = task.last_failed == Some(self.worker.id);
        let first = |rival: Rival| rival.score > standing.score || last;
        match rival {
            Some(rival) if young && first(rival) => None,
            rival => Some(rival),
        }
    }
}

/// Whether the worker, or a relative of it, is or was at something that this task is kept apart from.
/// Relatives work on what their own side asked for, to whom alone they owe it.
pub(super) fn is_apart(desk: &Desk<'_>, task: &Task, worker: ParticipantId) -> bool {
    let own = || desk.is_own_matter(task, worker);
    let same = |other: ParticipantId| {
        other == worker || (desk.asker.access.kindred(other, worker) && !own())
    };
    task.plan.apart.iter().any(|id| {
        desk.work.task(*id).is_some_and(|other| {
            let at_it = other.attempt.as_ref().map(|attempt| attempt.worker);
            let did_it = other.result.as_ref().map(|result| result.worker);
            at_it.is_some_and(same) || did_it.is_some_and(same)
        })
    })
}

/// The best of the other free workers that could take the task.
pub(super) fn rival(desk: &Desk<'_>, task: &Task, me: ParticipantId, room: &Room) -> Option<Rival> {
    let free = desk.work.index.free.get(task.lane())?;
    free.iter()
        .filter(|(_, id)| *id != me)
        .take(TAKE_RIVALS_MAX)
        .find(|(_, id)| desk.executes(room, *id) && !is_apart(desk, task, *id))
        .map(|(score, worker)| Rival {
            worker: *worker,
            score: score.0,
        })
}

fn is_wanted(kinds: Option<&[String]>, lane: &str) -> bool {
    kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind == lane))
}

/// Whether a worker of this mesh is free for the task and has the first word, before it goes to a peer.
pub(super) fn is_for_here(desk: &Desk<'_>, task: &Task, abroad: &Worker) -> bool {
    let young = desk.now().0 < task.ready_ms.saturating_add(OVERFLOW_GRACE_MS);
    let room = desk.asker.access.room(task.room);
    young
        && task.assigned.is_none()
        && room.is_some_and(|room| rival(desk, task, abroad.id, room).is_some())
}
