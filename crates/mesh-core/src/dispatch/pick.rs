//! The choice: which of the queued tasks the asking worker gets.

use std::iter::Peekable;

use mesh_model::events::{BudgetScope, Rival, Spend, TaskTaken};
use mesh_model::limits::{
    LEASE_MS_DEFAULT, LEASE_MS_MAX, LEASE_MS_MIN, TAKE_GRACE_MS, TAKE_RIVALS_MAX, TAKE_SCAN_MAX,
    TAKE_TASKS_MAX,
};
use mesh_model::{NewEvent, ParticipantId, RoomId, TaskId};

use super::Worker;
use super::budget::scopes;
use crate::record::Room;
use crate::refuse;
use crate::task::{Rank, Task};
use crate::work::{Decision, Desk};

/// Gives the asking worker as many tasks as it wants, has slots for, and there are. None is no
/// refusal: it asks again when something has changed.
pub(crate) fn take(desk: &Desk<'_>, count: u8, lease_ms: Option<u32>) -> Decision {
    let me = desk.asker.me()?;
    let worker = desk.work.worker(me).filter(|worker| worker.online);
    let Some(worker) = worker else {
        return Err(refuse::conflict(
            "you are not enrolled as a worker; nothing was taken",
            "enrol first: worker.enrol",
        ));
    };
    let lease_ms = lease_ms.unwrap_or(LEASE_MS_DEFAULT);
    if !(LEASE_MS_MIN..=LEASE_MS_MAX).contains(&lease_ms) || count > TAKE_TASKS_MAX {
        return Err(refuse::invalid(
            format!(
                "a lease lasts {LEASE_MS_MIN} to {LEASE_MS_MAX} ms, and one call takes at most {TAKE_TASKS_MAX} tasks; nothing was taken"
            ),
            "ask for another lease or for fewer tasks",
        ));
    }
    if desk.work.stopped {
        return Ok(Vec::new());
    }
    let room_for = worker.room_for(desk.now()).min(usize::from(count));
    let mut picker = Picker {
        desk,
        worker,
        extra: Vec::new(),
    };
    let picked = picker.pick(room_for);
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
        })
    });
    Ok(taken.collect())
}

struct Picker<'a> {
    desk: &'a Desk<'a>,
    worker: &'a Worker,
    /// Reserved by what was picked before in this call.
    extra: Vec<(BudgetScope, Spend)>,
}

/// One lane's next task, and how the worker stands in it.
struct Cursor<'a, I: Iterator<Item = &'a (Rank, TaskId)>> {
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
}

impl<'a> Picker<'a> {
    fn pick(&mut self, count: usize) -> Vec<(&'a Task, u32, Option<Rival>)> {
        let mut picked: Vec<(&Task, u32, Option<Rival>)> = Vec::new();
        if count == 0 {
            return picked;
        }
        if self.is_spent(&[BudgetScope::Agent(self.worker.id), BudgetScope::Mesh]) {
            return picked;
        }
        let mut cursors: Vec<_> = self.lanes();
        for _ in 0..TAKE_SCAN_MAX {
            let first = cursors
                .iter_mut()
                .enumerate()
                .filter_map(|(at, cursor)| Some((cursor.lane.peek()?.0, at)))
                .min();
            let Some((_, at)) = first else { break };
            let cursor = &mut cursors[at];
            let Some((_, id)) = cursor.lane.next() else {
                break;
            };
            let Some(task) = self.desk.work.task(*id) else {
                continue;
            };
            let Some((score, rival)) = self.fits(task, cursor.standing.as_mut()) else {
                continue;
            };
            // Two that are to be kept apart do not go to one worker in one call either.
            let apart = |other: &(&Task, u32, Option<Rival>)| {
                task.plan.apart.contains(&other.0.id) || other.0.plan.apart.contains(id)
            };
            if picked.iter().any(apart) {
                continue;
            }
            if !task.plan.reserve.is_zero() {
                for scope in scopes(self.worker.id, task.room) {
                    match self.extra.iter_mut().find(|(known, _)| *known == scope) {
                        Some((_, sum)) => *sum = sum.plus(task.plan.reserve),
                        None => self.extra.push((scope, task.plan.reserve)),
                    }
                }
            }
            picked.push((task, score, rival));
            if picked.len() == count {
                break;
            }
        }
        picked
    }

    /// The lanes with tasks for this worker: of each room that lets it execute, those of its
    /// capabilities; and the one of tasks that are for it alone.
    fn lanes(&self) -> Vec<Cursor<'a, impl Iterator<Item = &'a (Rank, TaskId)> + use<'a>>> {
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
            let spent = self.is_spent(&[BudgetScope::Room(room.id)]);
            if room.archived || spent || !desk.executes(room, worker.id) {
                continue;
            }
            let names = std::iter::once("").chain(worker.capabilities().iter().map(|it| &**it));
            for (name, lane) in names.filter_map(|name| Some((name, lanes.get(name)?))) {
                cursors.push(Cursor {
                    lane: lane.iter().peekable(),
                    standing: Some(Standing::of(desk, worker, room, name)),
                });
            }
        }
        cursors
    }

    /// Whether the worker gets the task now: its score, and the best of the others.
    fn fits(
        &self,
        task: &Task,
        standing: Option<&mut Standing<'a>>,
    ) -> Option<(u32, Option<Rival>)> {
        let (desk, worker) = (self.desk, self.worker);
        if is_apart(desk, task, worker.id) || self.is_short(task) {
            return None;
        }
        let Some(standing) = standing else {
            let room = self.open_room(task.room)?;
            let own = Standing::of(desk, worker, room, task.lane());
            return Some((own.score, None));
        };
        let young = desk.now().0 < task.ready_ms.saturating_add(TAKE_GRACE_MS);
        // Whoever failed at it last comes after everybody else; and some of the others may be those
        // from whom this task is kept apart.
        let special = task.last_failed == Some(worker.id) || !task.plan.apart.is_empty();
        if special {
            let rival = rival(desk, task, worker.id, standing.room);
            let first =
                |rival: Rival| rival.score > standing.score || task.last_failed == Some(worker.id);
            return match rival {
                Some(rival) if young && first(rival) => None,
                rival => Some((standing.score, rival)),
            };
        }
        if young && standing.left_to_others > 0 {
            standing.left_to_others -= 1;
            return None;
        }
        Some((standing.score, standing.rival))
    }

    fn open_room(&self, id: RoomId) -> Option<&'a Room> {
        let room = self.desk.asker.access.room(id)?;
        (!room.archived && self.desk.executes(room, self.worker.id)).then_some(room)
    }

    /// Whether nothing at all is given out against one of these budgets.
    fn is_spent(&self, scopes: &[BudgetScope]) -> bool {
        let (work, now) = (self.desk.work, self.desk.now());
        work.short(scopes, Spend::default(), now).is_some()
    }

    fn is_short(&self, task: &Task) -> bool {
        let scopes = scopes(self.worker.id, task.room);
        let mut more = task.plan.reserve;
        for (_, extra) in self.extra.iter().filter(|(it, _)| scopes.contains(it)) {
            more.tokens = more.tokens.max(task.plan.reserve.tokens + extra.tokens);
            more.micros = more.micros.max(task.plan.reserve.micros + extra.micros);
        }
        let work = self.desk.work;
        work.short(&scopes, more, self.desk.now()).is_some()
    }
}

/// Whether the worker is or was at something that this task is kept apart from.
pub(super) fn is_apart(desk: &Desk<'_>, task: &Task, worker: ParticipantId) -> bool {
    task.plan.apart.iter().any(|id| {
        desk.work.task(*id).is_some_and(|other| {
            let at_it = other.attempt.as_ref().map(|attempt| attempt.worker);
            let did_it = other.result.as_ref().map(|result| result.worker);
            at_it == Some(worker) || did_it == Some(worker)
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
