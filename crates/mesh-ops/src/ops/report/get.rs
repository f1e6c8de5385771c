//! `report.get`

use super::sums::Sums;
use crate::ops::{journal, present, task};
use crate::prelude::*;

use mesh_model::events::TaskState;
use mesh_model::limits::{
    REPORT_ERRORS_MAX, REPORT_FAILURES_MAX, REPORT_SPAN_DEFAULT_MS, REPORT_SPAN_MAX_MS,
    REPORT_TASKS_MAX,
};
use mesh_model::{Permission, TaskId};
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::{
    AnsweredSum, FailureRow, JournalAsk, JournalSums, ReportRows, ReportSpan, StandsOut, TaskRow,
    View,
};

impl Run for ReportGet {
    async fn run(door: &Door, call: &Call, input: ReportGetInput) -> Result<Report, Refusal> {
        let rooms = match &input.room {
            Some(room) => vec![call.readable_room(room)?],
            None => call.rooms()?,
        };
        let span = span(&input, call.now)?;
        let reads = call.has(Permission::MessagesRead);
        let lines = reads.then(|| JournalAsk {
            room: input.room.as_ref().and(rooms.first().map(|(id, _)| *id)),
            since: Some(span.since),
            until: Some(span.until),
            ..journal::ask(call, rooms.clone())
        });
        let gathered = gather(door, call, rooms, span, lines).await?;
        Ok(told(call, present::reader(door, call), span, gathered))
    }
}

/// What a report is made of.
pub(super) struct Gathered {
    rows: ReportRows,
    titles: Vec<TaskRow>,
    /// Absent for whoever does not read messages.
    lines: Option<JournalSums>,
}

pub(super) async fn gather(
    door: &Door,
    call: &Call,
    rooms: Vec<(RoomId, Seq)>,
    span: ReportSpan,
    lines: Option<JournalAsk>,
) -> Result<Gathered, Refusal> {
    door.view(call, move |view| {
        let rows = view.report(&rooms, span)?;
        let titles = titles(view, &rows)?;
        let lines = lines.map(|ask| view.journal_sums(&ask, REPORT_ERRORS_MAX));
        Ok(Gathered {
            rows,
            titles,
            lines: lines.transpose()?,
        })
    })
    .await
}

/// The report as a reader gets it.
pub(super) fn told(
    call: &Call,
    reader: Reader<'_>,
    span: ReportSpan,
    gathered: Gathered,
) -> Report {
    let Gathered {
        rows,
        titles,
        lines,
    } = gathered;
    let reads = lines.is_some();
    let mut sums = Sums::new(&call.access, reader, reads);
    rows.voices.iter().for_each(|voice| sums.voice(voice));
    rows.created.iter().for_each(|one| sums.created(one));
    rows.answered.iter().for_each(|one| sums.answered(one));
    rows.attempts.iter().for_each(|one| sums.attempts(one));
    let outstanding = |list: &[StandsOut]| {
        let told = list
            .iter()
            .filter_map(|one| outstanding(reader, &titles, one));
        told.collect()
    };
    let failures = rows.failures.iter();
    Report {
        since: span.since,
        until: span.until,
        messages: reads.then(|| rows.voices.iter().map(|(_, _, count)| count).sum()),
        tasks: tasks(&rows),
        approvals: approvals(&rows),
        slowest: outstanding(&rows.slowest),
        dearest: outstanding(&rows.dearest),
        failures: failures
            .map(|row| failure(&call.access, reader, &titles, row))
            .collect(),
        work: sums.work(),
        participants: sums.participants(),
        rooms: sums.rooms(),
        models: sums.models(),
        journal: lines.map(|lines| journal::reported(call, reader, lines)),
    }
}

fn span(input: &ReportGetInput, now: Millis) -> Result<ReportSpan, Refusal> {
    let until = input.until.unwrap_or(now);
    let since = input
        .since
        .unwrap_or(Millis(until.0.saturating_sub(REPORT_SPAN_DEFAULT_MS)));
    let wrong = if since >= until {
        "the stretch of time ends before it begins"
    } else if until.0 - since.0 > REPORT_SPAN_MAX_MS {
        "the stretch of time is longer than 366 days"
    } else {
        return Ok(ReportSpan {
            since,
            until,
            failures: REPORT_FAILURES_MAX,
            tasks: REPORT_TASKS_MAX,
        });
    };
    Err(Refusal::new(
        ErrorCode::InvalidInput,
        wrong,
        Effect::NothingChanged,
        "name moments of which the second is the later one, at most a year apart",
    ))
}

/// The tasks that the report names, each once.
fn titles(view: &View, rows: &ReportRows) -> Result<Vec<TaskRow>, mesh_store::StoreError> {
    let failed = rows.failures.iter().map(|row| row.task);
    let outstanding = rows.slowest.iter().chain(&rows.dearest);
    let mut ids: Vec<TaskId> = failed.chain(outstanding.map(|one| one.task)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(view.task(id)?);
    }
    Ok(found)
}

fn heading(reader: Reader<'_>, row: &TaskRow) -> Option<mesh_model::Told> {
    reader.note(row.task.room);
    task::heading(reader, &task::whose(row), row)
}

fn outstanding(reader: Reader<'_>, titles: &[TaskRow], one: &StandsOut) -> Option<TaskReported> {
    let row = titles.iter().find(|row| row.task.id == one.task)?;
    let ended = row.ended_ms.unwrap_or(row.created_ms);
    Some(TaskReported {
        task: one.task,
        room: row.task.room,
        title: heading(reader, row),
        state: row.task.state,
        took_ms: ended.0.saturating_sub(row.created_ms.0),
        spend: one.spend,
    })
}

fn failure(
    access: &Access,
    reader: Reader<'_>,
    titles: &[TaskRow],
    row: &FailureRow,
) -> FailureReported {
    let task = titles.iter().find(|task| task.task.id == row.task);
    let whose = Whose::of(access, row.worker, row.fence).within(row.room);
    let reason = row.reason.as_ref();
    FailureReported {
        worker: present::participant(access, row.worker),
        cause: row.cause,
        count: row.count,
        last: row.task,
        at: row.at,
        title: task.and_then(|task| heading(reader, task)),
        reason: reason.map(|text| reader.tell(access, &whose, text.clone())),
    }
}

fn tasks(rows: &ReportRows) -> TasksReported {
    let of = |state| rows.states.get(&state).copied().unwrap_or_default();
    let (waited, begun) = rows.waited;
    let open = rows.states.iter().filter(|(state, _)| !state.is_ended());
    TasksReported {
        created: rows.created.iter().map(|(_, count)| count).sum(),
        done: of(TaskState::Done),
        failed: of(TaskState::Failed),
        cancelled: of(TaskState::Cancelled),
        open: open.map(|(_, count)| count).sum(),
        mean_wait_ms: waited.checked_div(begun),
    }
}

fn approvals(rows: &ReportRows) -> ApprovalsReported {
    let sum = |at: usize| rows.answered.iter().map(|row| row.answers[at]).sum();
    // What ran out says how long nobody answered, not how long an answer took.
    let people: Vec<&AnsweredSum> = rows
        .answered
        .iter()
        .filter(|row| row.by.is_some())
        .collect();
    let answers: u64 = people.iter().flat_map(|row| row.answers).sum();
    let waited: u64 = people.iter().map(|row| row.waited_ms).sum();
    ApprovalsReported {
        asked: rows.asked,
        approved: sum(0),
        rejected: sum(1),
        expired: sum(2),
        mean_wait_ms: waited.checked_div(answers),
    }
}

#[cfg(test)]
mod tests {
    use super::span;
    use crate::prelude::*;

    fn between(since: Option<u64>, until: Option<u64>) -> Result<(u64, u64), Refusal> {
        let input = ReportGetInput {
            room: None,
            since: since.map(Millis),
            until: until.map(Millis),
        };
        let now = Millis(500 * 86_400_000);
        span(&input, now).map(|span| (span.since.0, span.until.0))
    }

    #[test]
    fn a_stretch_is_a_day_unless_named_and_at_most_a_year() {
        const DAY: u64 = 86_400_000;
        assert_eq!(between(None, None).unwrap(), (499 * DAY, 500 * DAY));
        assert_eq!(between(None, Some(7 * DAY)).unwrap(), (6 * DAY, 7 * DAY));
        assert_eq!(
            between(Some(134 * DAY), None).unwrap(),
            (134 * DAY, 500 * DAY)
        );
        for wrong in [
            between(Some(134 * DAY - 1), None),
            between(Some(DAY), Some(DAY)),
            between(Some(501 * DAY), None),
        ] {
            assert_eq!(wrong.unwrap_err().code, ErrorCode::InvalidInput);
        }
    }
}
