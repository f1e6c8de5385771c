//! Tasks as their readers get them. Programs get words that they must not obey in an envelope.

mod assign;
mod cancel;
mod confirm;
pub(crate) mod create;
mod extend;
mod fail;
mod finish;
mod finish_many;
mod get;
mod hand_off;
pub(crate) mod handed_in;
pub(crate) mod holds;
mod link;
mod list;
pub(crate) mod many;
mod output;
mod pause;
mod progress;
mod progress_many;
mod provenance;
mod redact;
mod resolve;
mod resume;
mod retry;
mod start;
mod stats;
pub(crate) mod take;
pub(crate) mod taken;
mod why;

use mesh_core::Access;
use mesh_model::api::{AttemptView, ResultView, TaskDetail, TaskOutput, TaskOutputTold, TaskView};
use mesh_model::{Millis, Refusal, RoomId, TaskId, Told, ToldData, refuse};
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::{ResultRow, TaskRow};
use serde_json::{Map, Value};

use crate::door::{Call, Door};
use crate::ops::present;

/// A day.
pub(crate) const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Characters of a date.
const DAY_CHARS: usize = "2026-11-21".len();

/// A task whose room the caller reads: what was created while it may look, what it created itself and what it worked
/// on.
pub(crate) async fn readable(door: &Door, call: &Call, id: TaskId) -> Result<TaskRow, Refusal> {
    let row = door
        .view(call, move |view| view.task(id))
        .await?
        .ok_or_else(refuse::no_task)?;
    let (_, first) = call
        .readable(row.task.room)
        .map_err(|_| refuse::no_task())?;
    let me = Some(call.me()?);
    let own = row.task.creator == me || row.worker == me || row.task.assigned == me;
    if row.task.created >= first || own {
        Ok(row)
    } else {
        Err(refuse::no_task())
    }
}

/// A task as lists show it. The title of a task whose words come in an envelope is in there with them.
pub(crate) fn view(access: &Access, reader: Reader<'_>, row: &TaskRow) -> TaskView {
    reader.note(row.task.room);
    let whose = whose(row);
    let result = row.result.as_ref();
    TaskView {
        id: row.task.id,
        room: row.task.room,
        title: heading(reader, &whose, row),
        creator: row.task.creator.map(|id| present::participant(access, id)),
        state: row.task.state,
        priority: row.task.priority,
        urgency: row.task.urgency,
        capability: row.task.plan.capability.clone(),
        assigned: row.task.assigned.map(|id| present::participant(access, id)),
        deadline: row.task.plan.deadline,
        needs: row.task.plan.needs.clone(),
        about: row.task.plan.about,
        attempt: row.task.attempt.as_ref().map(|attempt| AttemptView {
            fence: attempt.fence,
            worker: attempt.worker,
            since: attempt.since(),
            until: attempt.until(),
            reserved: attempt.reserved,
        }),
        tries: row.task.tries,
        result: result.map(|found| self::result(access, reader, row.task.room, found, false).0),
        labels: row.task.labels.clone(),
        created_at: row.created_ms,
        seq: row.task.created,
        ended_at: row.ended_ms,
        relayed: present::relayed(reader, &whose, row.facts.relayed.as_deref().cloned()),
    }
}

/// Whose words a task is.
pub(crate) fn whose(row: &TaskRow) -> Whose<'_> {
    Whose {
        seq: row.task.created,
        room: Some(row.task.room),
        author: row.task.creator,
        trust: row.task.trust,
        relayed: row.facts.relayed.as_deref(),
        guard: row.facts.guard.as_ref(),
        data: false,
    }
}

/// The title of a task. That of one whose words come in an envelope is in there with them.
pub(crate) fn heading(reader: Reader<'_>, whose: &Whose<'_>, row: &TaskRow) -> Option<Told> {
    let title = row.title.clone().filter(|_| !reader.seals(whose));
    title.map(|title| reader.glance(whose, title))
}

/// A result, and whether its output is in an envelope.
pub(crate) fn result(
    access: &Access,
    reader: Reader<'_>,
    room: RoomId,
    row: &ResultRow,
    data: bool,
) -> (ResultView, bool) {
    reader.note(room);
    let whose = Whose {
        data,
        relayed: row.facts.relayed.as_deref(),
        ..Whose::of(access, row.facts.worker, row.seq)
            .within(room)
            .doubted(row.facts.guard.as_ref())
    };
    let output = row.output.clone();
    let output = output.map(|output| said(access, reader, &whose, output));
    let enveloped = output.as_ref().is_some_and(|(_, enveloped)| *enveloped);
    let view = ResultView {
        of: row.of,
        worker: present::participant(access, row.facts.worker),
        output: output.map(|(output, _)| output),
        confidence: row.facts.confidence,
        verdict: row.facts.verdict,
        verified: row.verified,
        cost: present::cost(reader, &whose, row.facts.cost.clone()),
        link: row.facts.provenance.as_ref().map(|signed| signed.link),
        relayed: present::relayed(reader, &whose, row.facts.relayed.as_deref().cloned()),
    };
    (view, enveloped)
}

/// What somebody put out, and whether it is in an envelope.
pub(crate) fn said(
    access: &Access,
    reader: Reader<'_>,
    whose: &Whose<'_>,
    output: TaskOutput,
) -> (TaskOutputTold, bool) {
    whose.room.iter().for_each(|room| reader.note(*room));
    let heard = reader.hear(access, whose, output.text, output.data);
    let output = TaskOutputTold {
        text: heard.text,
        data: heard.data,
    };
    (output, heard.enveloped)
}

/// A task's own words: its prompt, what goes with it, and whether they are in an envelope.
#[derive(Default)]
pub(crate) struct Prompt {
    pub prompt: Option<Told>,
    pub input: Option<ToldData>,
    pub check: Option<ToldData>,
    pub model: Option<Told>,
    pub enveloped: bool,
}

/// The words of a task, with title, data and schema in the same envelope if they need one.
pub(crate) fn prompt(access: &Access, reader: Reader<'_>, row: &TaskRow) -> Prompt {
    reader.note(row.task.room);
    let Some(body) = row.body.clone() else {
        return Prompt::default();
    };
    let whose = whose(row);
    let data = |object| {
        reader
            .hear(access, &whose, String::new(), Some(object))
            .data
    };
    if !reader.seals(&whose) {
        return Prompt {
            prompt: Some(reader.tell(access, &whose, body.prompt)),
            input: body.input.and_then(data),
            check: body.check.and_then(data),
            model: body.model.map(|model| reader.tell(access, &whose, model)),
            enveloped: false,
        };
    }
    let mut rest = Map::new();
    for (name, value) in [("input", body.input), ("check", body.check)] {
        rest.extend(value.map(|value| (name.to_owned(), Value::Object(value))));
    }
    let rest = Some(rest).filter(|rest| !rest.is_empty());
    let text = if body.title.is_empty() {
        body.prompt
    } else {
        format!("{}\n\n{}", body.title, body.prompt)
    };
    let heard = reader.hear(access, &whose, text, rest);
    Prompt {
        prompt: Some(heard.text),
        model: body.model.map(|model| reader.glance(&whose, model)),
        enveloped: heard.enveloped,
        ..Prompt::default()
    }
}

/// A task with its words; attempts and those that wait for it are filled in by the caller.
pub(crate) fn detail(access: &Access, reader: Reader<'_>, row: &TaskRow) -> TaskDetail {
    let words = prompt(access, reader, row);
    let sealed = row
        .result
        .as_ref()
        .is_some_and(|found| result(access, reader, row.task.room, found, false).1);
    TaskDetail {
        task: view(access, reader, row),
        prompt: words.prompt,
        enveloped: words.enveloped || sealed,
        input: words.input,
        model: words.model,
        check: words.check,
        needed_by: Vec::new(),
        attempts: Vec::new(),
    }
}

/// A number of days that somebody asks for.
pub(crate) fn days(given: Option<u32>, unless_named: u32, most: u32) -> Result<u32, Refusal> {
    match given.unwrap_or(unless_named) {
        days if (1..=most).contains(&days) => Ok(days),
        _ => Err(refuse::invalid(
            format!("the field 'days' is not between 1 and {most}"),
            "today counts as one",
        )),
    }
}

/// A day as `2026-11-21`; it is given in days since 1970.
pub(crate) fn day_name(day: u64) -> String {
    let mut name = Millis(day * DAY_MS).to_string();
    name.truncate(DAY_CHARS);
    name
}
