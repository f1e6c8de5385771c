//! A report that goes along with a task: of the task's room alone, for programs, and short.

use super::get;
use crate::prelude::*;

use mesh_model::limits::{
    REPORT_FAILURES_MAX, REPORT_TASK_ROWS_MAX, REPORT_TASK_TEXT_CHARS_MAX, REPORT_TASKS_MAX,
};
use mesh_model::{Permission, Told};
use mesh_node::machine::Reader;
use mesh_store::view::{JournalAsk, ReportSpan};
use serde_json::{Map, Value};

const DAY_MS: u64 = 86_400_000;

/// Puts the report of so many days into a task's input. A task without a schema of its own proposes what could be better.
///
/// It says what every member of the room may know: what others noted in their own journals is left out, also if whoever
/// creates the task reads it.
pub(crate) async fn goes_along(
    door: &Door,
    call: &Call,
    room: RoomId,
    days: u32,
    spec: &mut TaskSpec,
) -> Result<(), Refusal> {
    let readable = call.readable(room)?;
    let since = Millis(call.now.0.saturating_sub(u64::from(days) * DAY_MS));
    let span = ReportSpan {
        since,
        until: call.now,
        failures: REPORT_FAILURES_MAX,
        tasks: REPORT_TASKS_MAX,
    };
    let reads = call.has(Permission::MessagesRead);
    let lines = reads.then(|| JournalAsk {
        whole: Some(Vec::new()),
        rooms: vec![readable],
        room: Some(room),
        since: Some(since),
        until: Some(call.now),
        ..JournalAsk::default()
    });
    let gathered = get::gather(door, call, vec![readable], span, lines).await?;
    // Whoever takes the task is a program; what it reads is noted when it takes it.
    let reader = Reader::Program(door.node().envelopes(), None);
    let mut report = get::told(call, reader, span, gathered);
    shorten(&mut report);
    let report = serde_json::to_value(&report);
    let report = report.map_err(|_| refuse::internal("the report could not be written as JSON"))?;
    let input = spec.input.get_or_insert_default();
    input.insert("report".to_owned(), report);
    if spec.check.is_none() {
        spec.check = Some(schema());
    }
    Ok(())
}

/// What stands in an envelope cannot be cut, and says nothing that a figure does not.
fn shorten(report: &mut Report) {
    report.participants.truncate(REPORT_TASK_ROWS_MAX);
    report.models.truncate(REPORT_TASK_ROWS_MAX);
    report.failures.truncate(REPORT_TASK_ROWS_MAX);
    report.rooms.clear();
    for failure in &mut report.failures {
        failure.reason = failure.reason.take().and_then(short);
        failure.title = failure.title.take().and_then(short);
    }
    for task in report.slowest.iter_mut().chain(&mut report.dearest) {
        task.title = task.title.take().and_then(short);
    }
    if let Some(journal) = &mut report.journal {
        journal.errors.truncate(REPORT_TASK_ROWS_MAX);
        for error in &mut journal.errors {
            error.text = short(std::mem::take(&mut error.text)).unwrap_or_default();
        }
    }
}

fn short(text: Told) -> Option<Told> {
    if text.is_enveloped() {
        return None;
    }
    let cut: String = text.chars().take(REPORT_TASK_TEXT_CHARS_MAX).collect();
    Some(Told::composed(cut))
}

/// The JSON Schema of [`ReportProposals`].
fn schema() -> Map<String, Value> {
    match schemars::schema_for!(ReportProposals).to_value() {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}
