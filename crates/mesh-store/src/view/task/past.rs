//! How tasks stood before: kept when they come to stand differently.

use mesh_core::Task;
use mesh_model::events::{TaskState, Urgency};
use mesh_model::{ParticipantId, RoomId, Seq};
use rusqlite::Row;

use crate::StoreError;
use crate::sql::{int, seq_option};
use crate::view::Numbers;
use crate::view::project::Batch;

/// How a task stands, as far as its past is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stood {
    /// Its state.
    pub state: TaskState,
    /// Who has it or had it last.
    pub worker: Option<ParticipantId>,
    /// The attempt that is under way.
    pub fence: Option<Seq>,
    /// Who is to do it.
    pub assigned: Option<ParticipantId>,
    /// Its priority.
    pub priority: u8,
    /// How pressing it is.
    pub urgency: Urgency,
}

/// The columns that [`Stood::read`] reads, from `task_past p`.
pub(in crate::view) const STOOD: &str =
    "p.state, p.worker, p.fence, p.assigned, p.priority, p.urgency";

const URGENCIES: [Urgency; 4] = [
    Urgency::Low,
    Urgency::Medium,
    Urgency::High,
    Urgency::Critical,
];

impl Stood {
    /// How this task stands.
    pub(in crate::view) fn of(task: &Task, worker: Option<ParticipantId>) -> Stood {
        Stood {
            state: task.state,
            worker,
            fence: task.attempt.as_ref().map(|attempt| attempt.fence),
            assigned: task.assigned,
            priority: task.priority,
            urgency: task.urgency,
        }
    }

    /// Reads the columns [`STOOD`] from `at` on.
    pub(in crate::view) fn read(
        numbers: &Numbers,
        row: &Row<'_>,
        at: usize,
    ) -> rusqlite::Result<Stood> {
        let person = |column| -> rusqlite::Result<Option<ParticipantId>> {
            let number: Option<i64> = row.get(column)?;
            Ok(number.map(|number| numbers.participant_id(number)))
        };
        let urgency: i64 = row.get(at + 5)?;
        Ok(Stood {
            state: state(row.get(at)?),
            worker: person(at + 1)?,
            fence: seq_option(row, at + 2)?,
            assigned: person(at + 3)?,
            priority: row.get(at + 4)?,
            urgency: usize::try_from(urgency)
                .ok()
                .and_then(|at| URGENCIES.get(at))
                .copied()
                .unwrap_or_default(),
        })
    }
}

/// A state as it is stored.
pub(in crate::view) fn state(stored: i64) -> TaskState {
    let at = usize::try_from(stored).unwrap_or_default();
    TaskState::ALL
        .get(at)
        .copied()
        .unwrap_or(TaskState::Waiting)
}

impl Batch<'_> {
    /// The task at `place` stood like this from `since` up to and without `until`.
    pub(super) fn stood(
        &mut self,
        place: i64,
        room: RoomId,
        (since, until): (i64, i64),
        stood: Stood,
    ) -> Result<(), StoreError> {
        let room = self.room(room)?;
        let mut number = |id: Option<ParticipantId>| id.map(|id| self.participant(id)).transpose();
        let (worker, assigned) = (number(stood.worker)?, number(stood.assigned)?);
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO task_past VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                until,
                place,
                since,
                room,
                stood.state as i64,
                worker,
                stood.fence.map(|fence| int(fence.0)),
                assigned,
                stood.priority,
                stood.urgency as i64,
            ))?;
        Ok(())
    }
}
