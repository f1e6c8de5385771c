//! What was done in a stretch of time: sums over rooms, in one snapshot.

use std::collections::BTreeMap;

use mesh_model::api::AttemptEnd;
use mesh_model::events::{FailureCause, Spend, TaskState};
use mesh_model::{Millis, ParticipantId, RoomId, Seq, TaskId};
use rusqlite::{Row, Transaction};

use super::search::first_later_than;
use super::task::spend;
use super::{Numbers, View, Visible, approval};
use crate::StoreError;
use crate::sql::{int, millis, number, seq, uuid};

/// A stretch of time, and how many rows are told of what has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportSpan {
    /// From here on.
    pub since: Millis,
    /// Up to here and without it.
    pub until: Millis,
    /// At most so many kinds of failures.
    pub failures: u32,
    /// At most so many tasks that stand out, of each kind.
    pub tasks: u32,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReportRows {
    /// Who posted how many messages where.
    pub voices: Vec<(RoomId, ParticipantId, u64)>,
    /// How many tasks ended how, and how many are open now.
    pub states: BTreeMap<TaskState, u64>,
    /// Who created how many tasks; nobody where the node did.
    pub created: Vec<(Option<ParticipantId>, u64)>,
    /// The time from creation to the first attempt, and of how many tasks, milliseconds.
    pub waited: (u64, u64),
    /// Attempts that ended, by room, worker and model.
    pub attempts: Vec<AttemptSum>,
    /// Why attempts failed.
    pub failures: Vec<FailureRow>,
    /// Approvals that were asked for.
    pub asked: u64,
    /// Who answered how many approvals how, and how long they waited together, milliseconds; nobody where time did.
    pub answered: Vec<AnsweredSum>,
    /// Tasks that ended and took longest.
    pub slowest: Vec<StandsOut>,
    /// Tasks that ended and cost most.
    pub dearest: Vec<StandsOut>,
}

/// Attempts of one worker in one room with one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptSum {
    /// The room.
    pub room: RoomId,
    /// Who tried.
    pub worker: ParticipantId,
    /// With which model, as it said.
    pub model: Option<String>,
    /// The last attempt of them.
    pub last: Seq,
    /// How many ended with a result, failed, were handed on, lost their lease: in the order of [`AttemptEnd`].
    pub ends: [u64; 4],
    /// How long they took together, milliseconds.
    pub busy_ms: u64,
    /// What they cost together.
    pub spend: Spend,
}

/// Attempts of one worker that failed for one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureRow {
    /// Who tried.
    pub worker: ParticipantId,
    /// Why.
    pub cause: FailureCause,
    /// How many.
    pub count: u64,
    /// The last of them.
    pub fence: Seq,
    /// At which task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// When.
    pub at: Millis,
    /// The worker's words.
    pub reason: Option<String>,
}

/// Answers of one participant to approvals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredSum {
    /// Who.
    pub by: Option<ParticipantId>,
    /// Given, refused, expired.
    pub answers: [u64; 3],
    /// How long they had waited together, milliseconds.
    pub waited_ms: u64,
}

/// A task that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandsOut {
    /// The task.
    pub task: TaskId,
    /// What its attempts cost together.
    pub spend: Spend,
}

const SLOWEST: &str = "ORDER BY t.ended_at - t.at DESC, t.seq";
const DEAREST: &str = "HAVING sum(w.micros) + sum(w.tokens) > 0 ORDER BY sum(w.micros) DESC, sum(w.tokens) DESC, t.seq";

impl View {
    /// What was done in these rooms.
    pub fn report(&self, rooms: &[Visible], span: ReportSpan) -> Result<ReportRows, StoreError> {
        if rooms.is_empty() {
            return Ok(ReportRows::default());
        }
        self.read_in(rooms, |db, numbers| {
            Ok(ReportRows {
                voices: voices(db, numbers, span)?,
                states: states(db, span)?,
                created: created(db, numbers, span)?,
                waited: waited(db, span)?,
                attempts: attempts(db, numbers, span)?,
                failures: failures(db, numbers, span)?,
                asked: asked(db, span)?,
                answered: answered(db, numbers, span)?,
                slowest: stand_out(db, span, SLOWEST)?,
                dearest: stand_out(db, span, DEAREST)?,
            })
        })
    }
}

/// All rows of a question about the span, which stands in `?1` and `?2`.
fn rows<T>(
    db: &Transaction<'_>,
    span: ReportSpan,
    sql: &str,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([int(span.since.0), int(span.until.0)], &mut read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// An author's messages are numbered in each room, so that two rows tell how many stand between two places.
fn voices(
    db: &Transaction<'_>,
    numbers: &Numbers,
    span: ReportSpan,
) -> Result<Vec<(RoomId, ParticipantId, u64)>, StoreError> {
    let earlier = |at: Millis| first_later_than(db, "messages", Millis(at.0.saturating_sub(1)));
    let (first, end) = (earlier(span.since)?, earlier(span.until)?);
    let mut statement = db.prepare_cached(
        "SELECT v.room, v.author,
             coalesce((SELECT m.nth_own FROM messages m WHERE m.room = v.room AND m.author = v.author
                       AND m.seq < ?2 ORDER BY m.seq DESC LIMIT 1), 0)
             - coalesce((SELECT m.nth_own FROM messages m WHERE m.room = v.room AND m.author = v.author
                       AND m.seq < max(?1, a.first) ORDER BY m.seq DESC LIMIT 1), 0) AS said
         FROM temp.allowed a CROSS JOIN voices v ON v.room = a.room WHERE said > 0",
    )?;
    let rows = statement.query_map([first, end], |row| {
        Ok((
            numbers.room_id(row.get(0)?),
            numbers.participant_id(row.get(1)?),
            number(row.get(2)?),
        ))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn states(db: &Transaction<'_>, span: ReportSpan) -> Result<BTreeMap<TaskState, u64>, StoreError> {
    let states = rows(
        db,
        span,
        "SELECT t.state, count(*) FROM tasks t CROSS JOIN temp.allowed a ON a.room = t.room
         WHERE t.seq >= a.first AND t.ended_at >= ?1 AND t.ended_at < ?2 GROUP BY 1
         UNION ALL
         SELECT t.state, count(*) FROM tasks t CROSS JOIN temp.allowed a ON a.room = t.room
         WHERE t.seq >= a.first AND t.ended_at IS NULL GROUP BY 1",
        |row| {
            let at = usize::try_from(row.get::<_, i64>(0)?).unwrap_or_default();
            Ok((TaskState::ALL.get(at).copied(), number(row.get(1)?)))
        },
    )?;
    let known = states.into_iter();
    Ok(known
        .filter_map(|(state, count)| Some((state?, count)))
        .collect())
}

fn created(
    db: &Transaction<'_>,
    numbers: &Numbers,
    span: ReportSpan,
) -> Result<Vec<(Option<ParticipantId>, u64)>, StoreError> {
    let earlier = |at: Millis| first_later_than(db, "tasks", Millis(at.0.saturating_sub(1)));
    let (first, end) = (earlier(span.since)?, earlier(span.until)?);
    let mut statement = db.prepare_cached(
        "SELECT t.creator, count(*) FROM tasks t CROSS JOIN temp.allowed a ON a.room = t.room
         WHERE t.seq >= max(?1, a.first) AND t.seq < ?2 GROUP BY 1",
    )?;
    let rows = statement.query_map([first, end], |row| {
        Ok((person(numbers, row, 0)?, number(row.get(1)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn person(
    numbers: &Numbers,
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<ParticipantId>> {
    let found: Option<i64> = row.get(column)?;
    Ok(found.map(|number| numbers.participant_id(number)))
}

fn waited(db: &Transaction<'_>, span: ReportSpan) -> Result<(u64, u64), StoreError> {
    let sums = rows(
        db,
        span,
        "SELECT sum(began - at), count(began) FROM (
             SELECT t.at, (SELECT min(w.at) FROM task_attempts w WHERE w.task = t.seq) AS began
             FROM tasks t CROSS JOIN temp.allowed a ON a.room = t.room
             WHERE t.seq >= a.first AND t.ended_at >= ?1 AND t.ended_at < ?2) WHERE began >= at",
        |row| {
            let sum: Option<i64> = row.get(0)?;
            Ok((number(sum.unwrap_or_default()), number(row.get(1)?)))
        },
    )?;
    Ok(sums.first().copied().unwrap_or_default())
}

fn attempts(
    db: &Transaction<'_>,
    numbers: &Numbers,
    span: ReportSpan,
) -> Result<Vec<AttemptSum>, StoreError> {
    let ends = [
        AttemptEnd::Finished,
        AttemptEnd::Failed,
        AttemptEnd::HandedOff,
        AttemptEnd::Lost,
    ]
    .map(|how| format!("sum(w.how = {})", how as i64))
    .join(", ");
    rows(
        db,
        span,
        &format!(
            "SELECT w.room, w.worker, w.model, max(w.fence), {ends}, sum(w.ended_at - w.at), sum(w.tokens), sum(w.micros)
             FROM task_attempts w CROSS JOIN temp.allowed a ON a.room = w.room
             WHERE w.fence >= a.first AND w.ended_at >= ?1 AND w.ended_at < ?2 GROUP BY 1, 2, 3"
        ),
        |row| {
            let mut ends = [0; 4];
            for (column, end) in (4..).zip(&mut ends) {
                *end = number(row.get(column)?);
            }
            Ok(AttemptSum {
                room: numbers.room_id(row.get(0)?),
                worker: numbers.participant_id(row.get(1)?),
                model: row.get(2)?,
                last: seq(row, 3)?,
                ends,
                busy_ms: number(row.get(8)?),
                spend: spend(row, 9)?,
            })
        },
    )
}

fn failures(
    db: &Transaction<'_>,
    numbers: &Numbers,
    span: ReportSpan,
) -> Result<Vec<FailureRow>, StoreError> {
    const CAUSES: [FailureCause; 3] = [
        FailureCause::Reported,
        FailureCause::LeaseExpired,
        FailureCause::CheckFailed,
    ];
    // With a lone max() SQLite takes the other columns from the row that has it.
    let limit = span.failures;
    let found = rows(
        db,
        span,
        &format!(
            "SELECT w.worker, w.cause, count(*), max(w.fence), t.id, w.room, w.ended_at, w.reason
             FROM task_attempts w CROSS JOIN temp.allowed a ON a.room = w.room JOIN tasks t ON t.seq = w.task
             WHERE w.fence >= a.first AND w.cause IS NOT NULL AND w.ended_at >= ?1 AND w.ended_at < ?2
             GROUP BY 1, 2 ORDER BY 3 DESC, 4 DESC LIMIT {limit}"
        ),
        |row| {
            let cause: i64 = row.get(1)?;
            let cause = CAUSES.into_iter().find(|known| *known as i64 == cause);
            let Some(cause) = cause else {
                return Ok(None);
            };
            Ok(Some(FailureRow {
                worker: numbers.participant_id(row.get(0)?),
                cause,
                count: number(row.get(2)?),
                fence: seq(row, 3)?,
                task: TaskId(uuid(row, 4)?),
                room: numbers.room_id(row.get(5)?),
                at: millis(row, 6)?,
                reason: row.get(7)?,
            }))
        },
    )?;
    Ok(found.into_iter().flatten().collect())
}

fn asked(db: &Transaction<'_>, span: ReportSpan) -> Result<u64, StoreError> {
    let sums = rows(
        db,
        span,
        "SELECT count(*) FROM approvals p CROSS JOIN temp.allowed a ON a.room = p.room
         WHERE p.seq >= a.first AND p.at >= ?1 AND p.at < ?2",
        |row| Ok(number(row.get(0)?)),
    )?;
    Ok(sums.first().copied().unwrap_or_default())
}

fn answered(
    db: &Transaction<'_>,
    numbers: &Numbers,
    span: ReportSpan,
) -> Result<Vec<AnsweredSum>, StoreError> {
    let answers = [approval::APPROVED, approval::REJECTED, approval::EXPIRED]
        .map(|answer| format!("sum(p.state = {answer})"))
        .join(", ");
    rows(
        db,
        span,
        &format!(
            "SELECT p.answered_by, {answers}, sum(p.answered_at - p.at)
             FROM approvals p CROSS JOIN temp.allowed a ON a.room = p.room
             WHERE p.seq >= a.first AND p.answered_at >= ?1 AND p.answered_at < ?2 GROUP BY 1"
        ),
        |row| {
            Ok(AnsweredSum {
                by: person(numbers, row, 0)?,
                answers: [
                    number(row.get(1)?),
                    number(row.get(2)?),
                    number(row.get(3)?),
                ],
                waited_ms: number(row.get(4)?),
            })
        },
    )
}

/// The first tasks that ended, in an order.
fn stand_out(
    db: &Transaction<'_>,
    span: ReportSpan,
    order: &str,
) -> Result<Vec<StandsOut>, StoreError> {
    let limit = span.tasks;
    rows(
        db,
        span,
        &format!(
            "SELECT t.id, coalesce(sum(w.tokens), 0), coalesce(sum(w.micros), 0)
             FROM tasks t CROSS JOIN temp.allowed a ON a.room = t.room LEFT JOIN task_attempts w ON w.task = t.seq
             WHERE t.seq >= a.first AND t.ended_at >= ?1 AND t.ended_at < ?2
             GROUP BY t.seq {order} LIMIT {limit}"
        ),
        |row| {
            Ok(StandsOut {
                task: TaskId(uuid(row, 0)?),
                spend: spend(row, 1)?,
            })
        },
    )
}
