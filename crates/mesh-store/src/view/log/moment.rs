//! How things stood at a place of the log: tasks, who was in which room, who was here, and what waited for an answer.

use std::collections::BTreeMap;

use mesh_model::events::TaskState;
use mesh_model::{ParticipantId, RoomId, Seq};
use rusqlite::{Row, Transaction};

use crate::StoreError;
use crate::sql::{int, number};
use crate::view::approval::{ApprovalRow, waiting_then};
use crate::view::task::{COLUMNS, STOOD, Stood, TaskRow, row, state};
use crate::view::{Numbers, View, Visible};

/// Which moment, and how much of it.
#[derive(Debug, Clone, Default)]
pub struct MomentFilter {
    /// After the event at this place.
    pub place: Seq,
    /// Only in these rooms, and in each only what its reader may see.
    pub rooms: Vec<Visible>,
    /// Who asks: what it created or worked on it sees, however old.
    pub viewer: Option<ParticipantId>,
    /// At most so many open tasks, the newest.
    pub open: usize,
    /// At most so many ended ones, those that had ended last.
    pub ended: usize,
    /// At most so many approvals.
    pub approvals: usize,
    /// At most so many members, of all rooms together.
    pub members: usize,
}

/// How things stood.
#[derive(Debug, Clone, Default)]
pub struct MomentRows {
    /// How many tasks stood in each state.
    pub states: BTreeMap<TaskState, u64>,
    /// Tasks, in the order in which they were created.
    pub tasks: Vec<TaskThenRow>,
    /// Open tasks that are not told.
    pub tasks_cut: u64,
    /// The rooms that were there, with who was in them.
    pub rooms: Vec<(RoomId, Vec<ParticipantId>)>,
    /// Members that are not told.
    pub members_cut: u64,
    /// Who had a session.
    pub here: Vec<ParticipantId>,
    /// What waited for an answer, in the order in which it was asked for.
    pub approvals: Vec<ApprovalRow>,
}

/// A task at a moment.
#[derive(Debug, Clone)]
pub struct TaskThenRow {
    /// As it stands today, without prompt and output: what never changes of it is told from here.
    pub row: TaskRow,
    /// From which place on it stood as it did.
    pub since: Seq,
    /// How it stood.
    pub stood: Stood,
}

impl View {
    /// How things stood at a place.
    pub fn moment(&self, filter: &MomentFilter) -> Result<MomentRows, StoreError> {
        if filter.rooms.is_empty() {
            return Ok(MomentRows::default());
        }
        self.read_in(&filter.rooms, |db, numbers| {
            let ask = Ask {
                db,
                numbers,
                filter,
                place: int(filter.place.0),
                viewer: filter
                    .viewer
                    .and_then(|viewer| numbers.participant(viewer))
                    .unwrap_or(0),
            };
            let mut rows = MomentRows {
                here: ask.here()?,
                approvals: ask.approvals()?,
                ..MomentRows::default()
            };
            ask.tasks(&mut rows)?;
            ask.rooms(&mut rows)?;
            Ok(rows)
        })
    }
}

/// A task that is found, before more is read of it.
struct Found {
    task: i64,
    since: i64,
    state: TaskState,
    /// How it stood, if that is not how it stands.
    past: Option<Stood>,
}

/// What its reader may see of the task `t` in the room `a`.
const MINE: &str = "(t.seq >= a.first OR t.creator = ?2 OR t.worker = ?2)";

struct Ask<'a> {
    db: &'a Transaction<'a>,
    numbers: &'a Numbers,
    filter: &'a MomentFilter,
    place: i64,
    viewer: i64,
}

impl Ask<'_> {
    fn all<T>(
        &self,
        sql: &str,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map((self.place, self.viewer), read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn tasks(&self, rows: &mut MomentRows) -> Result<(), StoreError> {
        let mut found = self.still_so()?;
        found.extend(self.otherwise()?);
        for one in &found {
            *rows.states.entry(one.state).or_default() += 1;
        }
        for (state, count) in self.ended_still()? {
            *rows.states.entry(state).or_default() += count;
        }
        found.extend(self.last_ended()?);
        let (mut ended, mut open): (Vec<Found>, Vec<Found>) =
            found.into_iter().partition(|one| one.state.is_ended());
        open.sort_unstable_by_key(|one| std::cmp::Reverse(one.task));
        ended.sort_unstable_by_key(|one| std::cmp::Reverse(one.since));
        rows.tasks_cut = open.len().saturating_sub(self.filter.open) as u64;
        open.truncate(self.filter.open);
        ended.truncate(self.filter.ended);
        open.append(&mut ended);
        open.sort_unstable_by_key(|one| one.task);
        for one in open {
            rows.tasks.extend(self.read(one)?);
        }
        Ok(())
    }

    /// Tasks that are open and have stood as they do since then or before.
    fn still_so(&self) -> Result<Vec<Found>, StoreError> {
        let open = TaskState::ALL.into_iter().filter(|state| !state.is_ended());
        let open: Vec<String> = open.map(|state| (state as i64).to_string()).collect();
        let open = open.join(", ");
        self.all(
            &format!(
                "SELECT t.seq, t.since, t.state FROM tasks t CROSS JOIN temp.allowed a ON a.room = t.room
                 WHERE t.state IN ({open}) AND t.since <= ?1 AND {MINE}"
            ),
            |row| found(row, None),
        )
    }

    /// Tasks that stood otherwise then.
    fn otherwise(&self) -> Result<Vec<Found>, StoreError> {
        self.all(
            &format!(
                "SELECT p.task, p.since, {STOOD} FROM task_past p CROSS JOIN temp.allowed a ON a.room = p.room
                 WHERE p.until > ?1 AND p.since <= ?1 AND (p.task >= a.first
                     OR EXISTS (SELECT 1 FROM tasks t WHERE t.seq = p.task AND (t.creator = ?2 OR t.worker = ?2)))"
            ),
            |row| {
                let stood = Stood::read(self.numbers, row, 2)?;
                found(row, Some(stood))
            },
        )
    }

    /// How many had ended by then and have not begun again.
    fn ended_still(&self) -> Result<Vec<(TaskState, u64)>, StoreError> {
        self.all(
            &format!(
                "SELECT t.state, count(*) FROM temp.allowed a CROSS JOIN tasks t INDEXED BY tasks_ended ON t.room = a.room
                 WHERE t.ended_at IS NOT NULL AND t.since <= ?1 AND {MINE} GROUP BY t.state"
            ),
            |row| Ok((state(row.get(0)?), number(row.get(1)?))),
        )
    }

    /// Those of them that had ended last.
    fn last_ended(&self) -> Result<Vec<Found>, StoreError> {
        let mut last = Vec::new();
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT t.seq, t.since, t.state FROM temp.allowed a CROSS JOIN tasks t INDEXED BY tasks_ended ON t.room = a.room
             WHERE a.room = ?3 AND t.state = ?4 AND t.ended_at IS NOT NULL AND t.since <= ?1 AND {MINE}
             ORDER BY t.since DESC LIMIT ?5"
        ))?;
        for room in self.rooms_numbered() {
            for state in TaskState::ALL.into_iter().filter(|state| state.is_ended()) {
                let limit = int(self.filter.ended as u64);
                let rows = statement.query_map(
                    (self.place, self.viewer, room, state as i64, limit),
                    |row| found(row, None),
                )?;
                for row in rows {
                    last.push(row?);
                }
            }
        }
        Ok(last)
    }

    fn rooms_numbered(&self) -> impl Iterator<Item = i64> {
        let rooms = self.filter.rooms.iter();
        rooms.filter_map(|(room, _)| self.numbers.room(*room))
    }

    /// The rest of a task.
    fn read(&self, one: Found) -> Result<Option<TaskThenRow>, StoreError> {
        let mut statement = self.db.prepare_cached(&format!(
            "SELECT {COLUMNS}, NULL FROM tasks t WHERE t.seq = ?1"
        ))?;
        let row = statement.query_row([one.task], |found| row(self.numbers, found))?;
        Ok(row.map(|row| TaskThenRow {
            since: Seq(number(one.since)),
            stood: one.past.unwrap_or_else(|| Stood::of(&row.task, row.worker)),
            row,
        }))
    }

    fn rooms(&self, rows: &mut MomentRows) -> Result<(), StoreError> {
        let mut there = self
            .db
            .prepare_cached("SELECT 1 FROM rooms WHERE no = ?1 AND created <= ?2")?;
        let mut members = self.db.prepare_cached(
            "SELECT participant FROM stays
             WHERE room = ?1 AND joined <= ?2 AND (left IS NULL OR left > ?2) ORDER BY participant",
        )?;
        let mut left = self.filter.members;
        for room in self.rooms_numbered() {
            if !there.exists((room, self.place))? {
                continue;
            }
            let found = members.query_map((room, self.place), |row| row.get(0))?;
            let mut inside = Vec::new();
            for member in found {
                match left.checked_sub(1) {
                    Some(fewer) => {
                        left = fewer;
                        inside.push(self.numbers.participant_id(member?));
                    }
                    None => rows.members_cut += 1,
                }
            }
            rows.rooms.push((self.numbers.room_id(room), inside));
        }
        Ok(())
    }

    fn here(&self) -> Result<Vec<ParticipantId>, StoreError> {
        let mut statement = self.db.prepare_cached(
            "SELECT participant FROM sessions WHERE closed IS NULL AND closed_at IS NULL AND opened <= ?1
             UNION SELECT participant FROM sessions WHERE closed > ?1 AND opened <= ?1",
        )?;
        let rows = statement.query_map([self.place], |row| {
            Ok(self.numbers.participant_id(row.get(0)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn approvals(&self) -> Result<Vec<ApprovalRow>, StoreError> {
        waiting_then(self.db, self.numbers, self.place, self.filter.approvals)
    }
}

fn found(row: &Row<'_>, past: Option<Stood>) -> rusqlite::Result<Found> {
    Ok(Found {
        task: row.get(0)?,
        since: row.get(1)?,
        state: state(row.get(2)?),
        past,
    })
}
