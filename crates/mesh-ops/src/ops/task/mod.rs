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
use mesh_model::api::{AttemptView, ResultView, TaskDetail, TaskOutput, TaskView};
use mesh_model::events::{GuardMark, Trust};
use mesh_model::{Millis, ParticipantId, Refusal, RoomId, Seq, TaskId, refuse};
use mesh_node::machine::{Reader, Sealed};
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
    let hidden = row.is_marked() && matches!(reader, Reader::Program(..));
    let result = row.result.as_ref();
    TaskView {
        id: row.task.id,
        room: row.task.room,
        title: row.title.clone().filter(|_| !hidden),
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
        result: result.map(|found| self::result(access, reader, row.task.room, found).0),
        labels: row.task.labels.clone(),
        created_at: row.created_ms,
        seq: row.task.created,
        ended_at: row.ended_ms,
    }
}

/// A result, and whether its output is in an envelope.
pub(crate) fn result(
    access: &Access,
    reader: Reader<'_>,
    room: RoomId,
    row: &ResultRow,
) -> (ResultView, bool) {
    reader.note(room);
    let (output, enveloped) = match row.output.clone() {
        Some(output) => {
            let (output, enveloped) = said(
                access,
                reader,
                &OutputPlace {
                    seq: row.seq,
                    room,
                    author: row.facts.worker,
                    guard: row.facts.guard.as_ref(),
                },
                output,
            );
            (Some(output), enveloped)
        }
        None => (None, false),
    };
    let view = ResultView {
        of: row.of,
        worker: present::participant(access, row.facts.worker),
        output,
        confidence: row.facts.confidence,
        verdict: row.facts.verdict,
        verified: row.verified,
        cost: row.facts.cost.clone(),
        link: row.facts.provenance.as_ref().map(|signed| signed.link),
    };
    (view, enveloped)
}

/// Where an output stands and whose it is.
pub(crate) struct OutputPlace<'a> {
    /// The place in the log.
    pub seq: Seq,
    pub room: RoomId,
    pub author: ParticipantId,
    pub guard: Option<&'a GuardMark>,
}

/// What somebody put out, and whether it is in an envelope.
pub(crate) fn said(
    access: &Access,
    reader: Reader<'_>,
    place: &OutputPlace<'_>,
    output: TaskOutput,
) -> (TaskOutput, bool) {
    reader.note(place.room);
    let trust = trust_of(access, place.author);
    let marked = trust < Trust::Local || place.guard.is_some_and(|mark| mark.marked);
    let Reader::Program(envelopes, _) = reader else {
        return (output, false);
    };
    if !marked {
        return (output, false);
    }
    let data = output.data.as_ref().map(json);
    let sealed = Sealed {
        seq: place.seq,
        room: Some(place.room),
        author: Some(place.author),
        trust,
        relayed: None,
        guard: place.guard,
        text: &output.text,
        payload: data.as_deref(),
    };
    let text = envelopes.wrap(access, &sealed);
    (TaskOutput { text, data: None }, true)
}

/// A task's own words: its prompt, what goes with it, and whether they are in an envelope.
pub(crate) struct Prompt {
    pub prompt: Option<String>,
    pub input: Option<Map<String, Value>>,
    pub check: Option<Map<String, Value>>,
    pub model: Option<String>,
    pub enveloped: bool,
}

/// The words of a task, with title, data and schema in the same envelope if they need one.
pub(crate) fn prompt(access: &Access, reader: Reader<'_>, row: &TaskRow) -> Prompt {
    reader.note(row.task.room);
    let Some(body) = row.body.clone() else {
        return Prompt {
            prompt: None,
            input: None,
            check: None,
            model: None,
            enveloped: false,
        };
    };
    let Reader::Program(envelopes, _) = reader else {
        return plain(body);
    };
    if !row.is_marked() {
        return plain(body);
    }
    let mut rest = Map::new();
    let fields = [("input", &body.input), ("check", &body.check)];
    for (name, value) in fields {
        if let Some(value) = value {
            rest.insert(name.to_owned(), Value::Object(value.clone()));
        }
    }
    let rest = (!rest.is_empty()).then(|| json(&rest));
    let text = if body.title.is_empty() {
        body.prompt
    } else {
        format!("{}\n\n{}", body.title, body.prompt)
    };
    let sealed = Sealed {
        seq: row.task.created,
        room: Some(row.task.room),
        author: row.task.creator,
        trust: row.task.trust,
        relayed: None,
        guard: row.facts.guard.as_ref(),
        text: &text,
        payload: rest.as_deref(),
    };
    Prompt {
        prompt: Some(envelopes.wrap(access, &sealed)),
        input: None,
        check: None,
        model: body.model,
        enveloped: true,
    }
}

fn plain(body: mesh_model::api::TaskBody) -> Prompt {
    Prompt {
        prompt: Some(body.prompt),
        input: body.input,
        check: body.check,
        model: body.model,
        enveloped: false,
    }
}

/// A task with its words; attempts and those that wait for it are filled in by the caller.
pub(crate) fn detail(access: &Access, reader: Reader<'_>, row: &TaskRow) -> TaskDetail {
    let words = prompt(access, reader, row);
    let sealed = row
        .result
        .as_ref()
        .is_some_and(|found| result(access, reader, row.task.room, found).1);
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

/// How far somebody's words are trusted today.
pub(crate) fn trust_of(access: &Access, author: ParticipantId) -> Trust {
    access.trust_of(author, false)
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

/// Our own plain types: writing them as JSON cannot fail.
fn json(value: &Map<String, Value>) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
