//! A task with its attempts, pieces and results.

use std::collections::BTreeMap;

use mesh_core::Task;
use mesh_model::api::{AttemptEnd, AttemptRecord, PieceKind, TaskBody, TaskOutput, TaskPiece};
use mesh_model::events::{Cost, FailureCause, GuardMark, Spend, TaskCreated, TaskFinished, Trust};
use mesh_model::{Millis, OutputHash, ParticipantId, Seq, TaskId};
use rusqlite::{OptionalExtension, Row, Transaction};
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::sql::{self, int};
use crate::view::{Numbers, View};

/// A task: what it was created with, as it stands, and its words.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRow {
    /// What it was created with.
    pub facts: TaskCreated,
    /// As it stands: links, assignments and attempts have changed it since.
    pub task: Task,
    /// When it was created.
    pub created_ms: Millis,
    /// Who has it or had it last.
    pub worker: Option<ParticipantId>,
    /// When it ended.
    pub ended_ms: Option<Millis>,
    /// Its title; absent if it was erased.
    pub title: Option<String>,
    /// Its words; absent in lists and where they were erased.
    pub body: Option<TaskBody>,
    /// Its result.
    pub result: Option<ResultRow>,
}

impl TaskRow {
    /// A task that nothing has come of, with the content of the event that created it: as it stands in the view.
    pub fn created(
        facts: TaskCreated,
        created_ms: Millis,
        content: Option<&str>,
        task: Task,
    ) -> TaskRow {
        let body: Option<TaskBody> = content.and_then(|json| serde_json::from_str(json).ok());
        TaskRow {
            facts,
            created_ms,
            worker: task.attempt.as_ref().map(|attempt| attempt.worker),
            ended_ms: None,
            title: body.as_ref().map(|body| body.title.clone()),
            body,
            result: None,
            task,
        }
    }

    /// Whether programs get its words in an envelope.
    pub fn is_marked(&self) -> bool {
        let guard = self.facts.guard.as_ref();
        self.task.trust < Trust::Local || guard.is_some_and(|mark| mark.marked)
    }
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultRow {
    /// Where it was handed in: its output is that event's content.
    pub seq: Seq,
    /// When it was handed in.
    pub at_ms: Millis,
    /// What the worker said and what it cost.
    pub facts: TaskFinished,
    /// The task whose result it is, if another's.
    #[serde(skip)]
    pub of: Option<TaskId>,
    /// Whether somebody else found it good.
    #[serde(skip)]
    pub verified: Option<bool>,
    /// The output; absent in lists and where it was erased.
    #[serde(skip)]
    pub output: Option<TaskOutput>,
}

/// An attempt at a task, under way or over. In what is shown of it, its worker is still to be named.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptRow {
    /// Who.
    pub worker: ParticipantId,
    /// Its words about it, as they are.
    pub reason: Option<String>,
    /// The rest; the cost of one that was lost is what was reserved for it.
    pub record: AttemptRecord,
}

/// A piece of what a task put out. In what is shown of it, whoever put it out is still to be named.
#[derive(Debug, Clone, PartialEq)]
pub struct PieceRow {
    /// Who.
    pub worker: Option<ParticipantId>,
    /// What the guard found in it.
    pub guard: Option<GuardMark>,
    /// The words as they are.
    pub output: Option<TaskOutput>,
    /// The rest.
    pub piece: TaskPiece,
}

/// In `kind` of `task_links`: it waits for the other.
pub(super) const NEEDS: i64 = 0;
/// In `kind` of `task_links`: it looks at the other's result.
pub(super) const ABOUT: i64 = 1;

/// The columns that [`row`] reads, from `tasks t`, and at the end either the words or nothing.
pub(in crate::view) const COLUMNS: &str =
    "t.facts, t.task, t.at, t.worker, t.ended_at, t.title, t.result";

/// The columns that [`piece`] reads.
const PIECE: &str = "seq, at, kind, fence, worker, output, guard";

/// A row without the output of its result.
pub(in crate::view) fn row(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<Option<TaskRow>> {
    let (facts, task): (String, String) = (row.get(0)?, row.get(1)?);
    // Our own words: a row that cannot be read was written by another version, and is then rebuilt.
    let (Ok(facts), Ok(task)) = (
        serde_json::from_str(&facts),
        serde_json::from_str::<Task>(&task),
    ) else {
        return Ok(None);
    };
    let stored: Option<String> = row.get(6)?;
    // A task that began again has none, whatever it had.
    let outcome = task.result.as_ref();
    let result = outcome.and_then(|outcome| {
        Some(ResultRow {
            of: outcome.chosen,
            verified: outcome.verified,
            ..sql::words(stored)?
        })
    });
    Ok(Some(TaskRow {
        facts,
        task,
        created_ms: sql::millis(row, 2)?,
        worker: row
            .get::<_, Option<i64>>(3)?
            .map(|number| numbers.participant_id(number)),
        ended_ms: sql::millis_option(row, 4)?,
        title: row.get(5)?,
        body: sql::words(row.get(7)?),
        result,
    }))
}

fn whole(
    db: &Transaction<'_>,
    numbers: &Numbers,
    id: TaskId,
) -> Result<Option<TaskRow>, StoreError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, t.body FROM tasks t WHERE t.id = ?1"
    ))?;
    let found = statement
        .query_row([id.0.as_bytes()], |found| row(numbers, found))
        .optional()?;
    let Some(mut found) = found.flatten() else {
        return Ok(None);
    };
    if let Some(result) = &mut found.result {
        result.output = output(db, result.seq)?;
    }
    Ok(Some(found))
}

fn output(db: &Transaction<'_>, seq: Seq) -> Result<Option<TaskOutput>, StoreError> {
    let mut statement = db.prepare_cached("SELECT output FROM task_pieces WHERE seq = ?1")?;
    let json: Option<Option<String>> = statement
        .query_row([int(seq.0)], |row| row.get(0))
        .optional()?;
    Ok(sql::words(json.flatten()))
}

/// The row's number of a task.
fn place(db: &Transaction<'_>, id: TaskId) -> Result<Option<i64>, StoreError> {
    let mut statement = db.prepare_cached("SELECT seq FROM tasks WHERE id = ?1")?;
    Ok(statement
        .query_row([id.0.as_bytes()], |row| row.get(0))
        .optional()?)
}

impl View {
    /// A task with its words. The caller checks whether it may be seen.
    pub fn task(&self, id: TaskId) -> Result<Option<TaskRow>, StoreError> {
        self.read(|db, numbers| whole(db, numbers, id))
    }

    /// Where tasks begin in the log; unknown ones are left out.
    pub fn task_places(&self, ids: &[TaskId]) -> Result<BTreeMap<TaskId, Seq>, StoreError> {
        self.read(|db, _| {
            let mut places = BTreeMap::new();
            for id in ids {
                let place = place(db, *id)?;
                places.extend(place.map(|place| (*id, Seq(sql::number(place)))));
            }
            Ok(places)
        })
    }

    /// The task that begins at this place. The caller checks whether it may be seen.
    pub fn task_at(&self, place: Seq) -> Result<Option<TaskId>, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached("SELECT id FROM tasks WHERE seq = ?1")?;
            Ok(statement
                .query_row([int(place.0)], |row| Ok(TaskId(sql::uuid(row, 0)?)))
                .optional()?)
        })
    }

    /// The same for several, in the order that was asked for; unknown ones are left out.
    pub fn tasks(&self, ids: &[TaskId]) -> Result<Vec<TaskRow>, StoreError> {
        self.read(|db, numbers| {
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids {
                rows.extend(whole(db, numbers, *id)?);
            }
            Ok(rows)
        })
    }

    /// What the last attempt that gave a task back handed on; without output if that was erased.
    pub fn last_handoff(&self, task: TaskId) -> Result<Option<PieceRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(place) = place(db, task)? else {
                return Ok(None);
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {PIECE} FROM task_pieces WHERE task = ?1 AND kind = ?2 ORDER BY seq DESC LIMIT 1"
            ))?;
            let found = statement.query_row((place, PieceKind::Handoff as i64), |row| {
                piece(numbers, row)
            });
            Ok(found.optional()?)
        })
    }

    /// A task's attempts, the oldest first, at most the last `limit`.
    pub fn attempts(&self, task: TaskId, limit: usize) -> Result<Vec<AttemptRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(place) = place(db, task)? else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(
                "SELECT fence, worker, at, ended_at, how, cause, tokens, micros, model, reason FROM task_attempts
                 WHERE task = ?1 ORDER BY fence DESC LIMIT ?2",
            )?;
            let rows =
                statement.query_map((place, int(limit as u64)), |row| attempt(numbers, row))?;
            let mut attempts: Vec<AttemptRow> = rows.collect::<Result<_, _>>()?;
            attempts.reverse();
            Ok(attempts)
        })
    }

    /// What a task put out later than `after`, ascending, at most `limit`.
    pub fn pieces(
        &self,
        task: TaskId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<PieceRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(place) = place(db, task)? else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {PIECE} FROM task_pieces WHERE task = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"
            ))?;
            let rows = statement.query_map((place, int(after.0), int(limit as u64)), |row| {
                piece(numbers, row)
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Where the signed result was handed in that later ones name by this link.
    pub fn result_linked(&self, link: OutputHash) -> Result<Option<Seq>, StoreError> {
        self.read(|db, _| {
            let mut statement =
                db.prepare_cached("SELECT min(seq) FROM task_pieces WHERE link = ?1")?;
            Ok(statement.query_row([link.0], |row| sql::seq_option(row, 0))?)
        })
    }

    /// The tasks that wait for this one, in the order in which they were created.
    pub fn needed_by(&self, task: TaskId) -> Result<Vec<TaskId>, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached(
                "SELECT l.task FROM task_links l JOIN tasks t ON t.id = l.task
                 WHERE l.other = ?1 AND l.kind = ?2 ORDER BY t.seq",
            )?;
            let rows = statement.query_map((task.0.as_bytes(), NEEDS), |row| {
                Ok(TaskId(sql::uuid(row, 0)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The places whose content belongs to a task: prompt, pieces, handoffs, results, reasons, the questions that it
    /// asked, and all of these of second opinions about it. Ascending; empty if there is no such task.
    pub fn places_of_task(&self, task: TaskId) -> Result<Vec<Seq>, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached(
                "SELECT seq FROM word_places WHERE owner = ?1
                 UNION SELECT p.seq FROM task_links l CROSS JOIN word_places p ON p.owner = l.task
                     WHERE l.other = ?1 AND l.kind = ?2
                 ORDER BY 1",
            )?;
            let rows = statement.query_map((task.0.as_bytes(), ABOUT), |row| sql::seq(row, 0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn attempt(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<AttemptRow> {
    let how: Option<i64> = row.get(4)?;
    let cause: Option<i64> = row.get(5)?;
    Ok(AttemptRow {
        worker: numbers.participant_id(row.get(1)?),
        reason: row.get(9)?,
        record: AttemptRecord {
            fence: sql::seq(row, 0)?,
            worker: None,
            since: sql::millis(row, 2)?,
            ended_at: sql::millis_option(row, 3)?,
            how: how.map(|how| match how {
                0 => AttemptEnd::Finished,
                1 => AttemptEnd::Failed,
                2 => AttemptEnd::HandedOff,
                _ => AttemptEnd::Lost,
            }),
            cause: cause.map(|cause| match cause {
                0 => FailureCause::Reported,
                1 => FailureCause::LeaseExpired,
                _ => FailureCause::CheckFailed,
            }),
            reason: None,
            cost: Cost {
                spend: spend(row, 6)?,
                model: row.get(8)?,
            },
        },
    })
}

/// Two columns: tokens and millionths.
pub(in crate::view) fn spend(row: &Row<'_>, column: usize) -> rusqlite::Result<Spend> {
    Ok(Spend {
        tokens: sql::number(row.get(column)?),
        micros: sql::number(row.get(column + 1)?),
    })
}

fn piece(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<PieceRow> {
    let worker: Option<i64> = row.get(4)?;
    Ok(PieceRow {
        worker: worker.map(|number| numbers.participant_id(number)),
        guard: sql::words(row.get(6)?),
        output: sql::words(row.get(5)?),
        piece: TaskPiece {
            seq: sql::seq(row, 0)?,
            at: sql::millis(row, 1)?,
            kind: match row.get::<_, i64>(2)? {
                0 => PieceKind::Progress,
                1 => PieceKind::Handoff,
                _ => PieceKind::Result,
            },
            fence: sql::seq(row, 3)?,
            worker: None,
            output: None,
            enveloped: false,
        },
    })
}
