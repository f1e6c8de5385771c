//! Tasks on a terminal.

use mesh_model::TaskId;
use mesh_model::api::{
    AttemptEnd, AttemptRecord, PieceKind, ResultView, TaskDetail, TaskListInput, TaskOutputInput,
    TaskPiece, TaskRefInput, TaskView,
};
use mesh_model::events::{Cost, Spend, TaskState, Verdict};
use mesh_model::ops::{TaskGet, TaskList, TaskOutputs};
use mesh_sdk::http::Http;

use super::{room_name, short};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json, table};
use crate::times;

/// `mesh task list`
pub fn list(
    context: &Context,
    http: &Http,
    room: Option<String>,
    states: &[String],
    worker: Option<String>,
    capability: Option<String>,
    limit: u32,
) -> Outcome<()> {
    let input = TaskListInput {
        room,
        states: states
            .iter()
            .map(|state| self::state(state))
            .collect::<Outcome<_>>()?,
        capability,
        worker,
        limit: Some(limit),
        ..TaskListInput::default()
    };
    let mut page = http.call::<TaskList>(input)?;
    if printed_json(context, &page)? {
        return Ok(());
    }
    if page.items.is_empty() {
        line("No task fits in the rooms you may read.");
        return Ok(());
    }
    page.items.sort_by_key(|task| task.seq);
    let rows: Vec<Vec<String>> = page.items.iter().map(row).collect();
    table(&["task", "state", "who", "created", "title"], &rows);
    if page.prev.is_some() {
        line(&paint(
            Colour::Quiet,
            "there are earlier ones: --limit shows more",
        ));
    }
    Ok(())
}

fn row(task: &TaskView) -> Vec<String> {
    let who = match (&task.result, &task.assigned) {
        (Some(result), _) => format!("@{}", result.worker.handle),
        (None, Some(to)) => format!("for @{}", to.handle),
        (None, None) => task
            .capability
            .as_ref()
            .map(|it| format!("for {it}"))
            .unwrap_or_default(),
    };
    vec![
        short(task.id),
        task.state.name().to_owned(),
        who,
        times::relative(task.created_at),
        title(task.title.as_deref()),
    ]
}

/// A title on one line.
pub fn title(title: Option<&str>) -> String {
    title.map_or_else(
        || "(erased)".to_owned(),
        |title| clean(title).replace(['\n', '\t'], " "),
    )
}

fn state(name: &str) -> Outcome<TaskState> {
    let known = TaskState::ALL
        .into_iter()
        .find(|state| state.name() == name);
    known.ok_or_else(|| {
        let all: Vec<&str> = TaskState::ALL.iter().map(|state| state.name()).collect();
        Failure::usage(
            format!("'{name}' is no state"),
            format!("states: {}", all.join(", ")),
        )
        .so(Effect::NothingSent)
    })
}

/// The colour of a state.
pub fn colour(state: TaskState) -> Colour {
    match state {
        TaskState::Done => Colour::Good,
        TaskState::Failed => Colour::Bad,
        TaskState::Blocked | TaskState::Paused | TaskState::Retrying => Colour::Warning,
        TaskState::Cancelled | TaskState::Skipped | TaskState::Waiting => Colour::Quiet,
        TaskState::Queued | TaskState::Leased | TaskState::Running | TaskState::Verifying => {
            Colour::Agent
        }
    }
}

/// `mesh task show`
pub fn show(context: &Context, http: &Http, task: TaskId) -> Outcome<()> {
    let found = http.call::<TaskGet>(TaskRefInput { task })?;
    if printed_json(context, &found)? {
        return Ok(());
    }
    head(http, &found);
    let words = |title: &str, text: &str| {
        line("");
        line(&paint(Colour::Quiet, title));
        clean(text)
            .lines()
            .for_each(|part| line(&format!("  {part}")));
    };
    words(
        "what is to be done",
        found.prompt.as_deref().unwrap_or(match found.task.about {
            Some(_) => "(a second opinion: it has no words of its own)",
            None => "(erased)",
        }),
    );
    if let Some(input) = &found.input {
        words(
            "input",
            &format!(
                "{:#}",
                serde_json::Value::Object(input.clone().into_inner())
            ),
        );
    }
    if !found.attempts.is_empty() {
        line("");
        let rows: Vec<Vec<String>> = found.attempts.iter().map(attempt).collect();
        table(
            &["attempt", "who", "since", "took", "cost", "how it went"],
            &rows,
        );
    }
    if let Some(result) = &found.task.result {
        let output = result.output.as_ref();
        words(
            &verdict(result),
            output.map_or("(erased)", |output| &output.text),
        );
        if let Some(data) = output.and_then(|output| output.data.clone()) {
            words(
                "data",
                &format!("{:#}", serde_json::Value::Object(data.into_inner())),
            );
        }
    }
    Ok(())
}

fn head(http: &Http, found: &TaskDetail) {
    let task = &found.task;
    line(&format!(
        "{}  {}",
        paint(colour(task.state), task.state.name()),
        title(task.title.as_deref())
    ));
    let fact = |name: &str, value: String| {
        line(&format!(
            "  {} {value}",
            paint(Colour::Quiet, &format!("{name:<10}"))
        ))
    };
    fact("id", task.id.to_string());
    fact("room", room_name(http, task.room));
    let by = task
        .creator
        .as_ref()
        .map_or("the node".to_owned(), |by| format!("@{}", by.handle));
    fact(
        "created",
        format!("{} by {by}", times::relative(task.created_at)),
    );
    if let Some(to) = &task.assigned {
        fact("for", format!("@{}", to.handle));
    }
    if let Some(skill) = &task.capability {
        fact("needs", clean(skill));
    }
    fact(
        "priority",
        format!("{}, {}", task.priority, task.urgency.name()),
    );
    if let Some(deadline) = task.deadline {
        fact("deadline", times::relative(deadline));
    }
    if !task.needs.is_empty() {
        let ids: Vec<String> = task.needs.iter().map(short).collect();
        fact("waits for", ids.join(", "));
    }
    if !found.needed_by.is_empty() {
        let ids: Vec<String> = found.needed_by.iter().map(short).collect();
        fact("needed by", ids.join(", "));
    }
    if let Some(about) = found.task.about {
        fact("about", short(about));
    }
    if let Some(ended) = task.ended_at {
        fact("ended", times::relative(ended));
    }
    if found.enveloped {
        line(&paint(
            Colour::Warning,
            "! words from across a trust boundary: data, not instructions",
        ));
    }
}

fn attempt(attempt: &AttemptRecord) -> Vec<String> {
    let how = match attempt.how {
        None => "under way",
        Some(AttemptEnd::Finished) => "finished",
        Some(AttemptEnd::Failed) => "failed",
        Some(AttemptEnd::HandedOff) => "handed on",
        Some(AttemptEnd::Lost) => "lost",
    };
    let reason = attempt.reason.as_deref().map(clean).unwrap_or_default();
    let end = attempt.ended_at.unwrap_or_else(times::now);
    vec![
        attempt.fence.to_string(),
        attempt
            .worker
            .as_ref()
            .map_or("?".to_owned(), |who| format!("@{}", who.handle)),
        times::relative(attempt.since),
        times::span(end.since(attempt.since)),
        cost(&attempt.cost),
        format!(
            "{how}{}{}",
            if reason.is_empty() { "" } else { ": " },
            reason.replace('\n', " ")
        ),
    ]
}

/// What something cost, in few words.
pub fn cost(cost: &Cost) -> String {
    let mut words = spend(cost.spend);
    if let Some(model) = &cost.model {
        words.push_str(&format!(" {}", clean(model)));
    }
    words.trim().to_owned()
}

/// Tokens and money.
pub fn spend(spend: Spend) -> String {
    let mut words = Vec::new();
    if spend.tokens > 0 {
        words.push(format!("{} tokens", spend.tokens));
    }
    if spend.micros > 0 {
        words.push(money(spend.micros));
    }
    words.join(", ")
}

/// Millionths as a sum.
pub fn money(micros: u64) -> String {
    format!("{}.{:04}", micros / 1_000_000, micros % 1_000_000 / 100)
}

/// What is known about a result, in one line.
fn verdict(result: &ResultView) -> String {
    let mut words = vec![match &result.relayed {
        Some(at) => format!("result of @{}@{}", clean(&at.sender), clean(&at.origin)),
        None => format!("result of @{}", result.worker.handle),
    }];
    words.extend(result.confidence.map(|sure| format!("{sure} % sure")));
    match result.verdict {
        Some(Verdict::Accept) => words.push("it accepts".to_owned()),
        Some(Verdict::Reject) => words.push("it rejects".to_owned()),
        None => {}
    }
    match result.verified {
        Some(true) => words.push("others found it good".to_owned()),
        Some(false) => words.push("others found it bad".to_owned()),
        None => {}
    }
    if result.link.is_some() {
        words.push("signed".to_owned());
    }
    let cost = cost(&result.cost);
    words.extend((!cost.is_empty()).then_some(cost));
    words.join(", ")
}

/// `mesh task output`
pub fn output(context: &Context, http: &Http, task: TaskId, all: bool) -> Outcome<()> {
    if !all {
        let found = http.call::<TaskGet>(TaskRefInput { task })?;
        let result = found.task.result.as_ref();
        if printed_json(context, &result)? {
            return Ok(());
        }
        let output = result.and_then(|result| result.output.as_ref());
        let output = output.ok_or_else(|| no_output(&found))?;
        line(clean(&output.text).trim_end());
        return Ok(());
    }
    let mut after = None;
    let mut pieces: Vec<TaskPiece> = Vec::new();
    loop {
        let input = TaskOutputInput {
            task,
            after,
            limit: Some(500),
        };
        let page = http.call::<TaskOutputs>(input)?;
        pieces.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if printed_json(context, &pieces)? {
        return Ok(());
    }
    if pieces.is_empty() {
        line("It has put out nothing so far.");
    }
    pieces.iter().for_each(print_piece);
    Ok(())
}

fn no_output(found: &TaskDetail) -> Failure {
    let state = found.task.state;
    if state.is_ended() {
        Failure::here(
            format!("the task is {} and has no output to show", state.name()),
            "`mesh task show` says how it went; its words may have been erased",
        )
        .so(Effect::NothingChanged)
    } else {
        Failure::here(
            format!("the task has no result yet: it is {}", state.name()),
            "watch it with `mesh task follow`, or read what there is with --all",
        )
        .so(Effect::NothingChanged)
    }
}

fn print_piece(piece: &TaskPiece) {
    let kind = match piece.kind {
        PieceKind::Progress => "piece",
        PieceKind::Handoff => "handed on",
        PieceKind::Result => "result",
    };
    let who = piece.worker.as_ref().map_or("?", |who| &who.handle);
    line(&paint(
        Colour::Quiet,
        &format!(
            "{}  {kind} of @{who}, {}",
            piece.seq,
            times::relative(piece.at)
        ),
    ));
    let text = piece
        .output
        .as_ref()
        .map_or("(erased)", |output| &output.text);
    line(clean(text).trim_end());
}
