//! Journals: everybody writes into its own and into nobody else's.

use std::collections::BTreeMap;

use mesh_model::command::{JournalCommand, NewLine};
use mesh_model::events::{JournalErased, JournalWritten};
use mesh_model::limits::{
    JOURNAL_DATA_BYTES_MAX, JOURNAL_ENTRIES_MAX, JOURNAL_TASK_LINES_MAX, JOURNAL_TEXT_BYTES_MAX,
};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Capability, Effect, ErrorCode, NewEvent, ParticipantId, Refusal, TaskId};

use crate::desk::Desk;
use crate::policy::{Form, marked_outside_rooms};
use crate::room::check_in_use;
use crate::{Decision, Room, Task, check, refuse};

/// In JSON a control character takes six bytes.
const BODY_BYTES_MAX: usize = 6 * JOURNAL_TEXT_BYTES_MAX + JOURNAL_DATA_BYTES_MAX + 64;

pub(crate) fn decide(desk: &Desk<'_>, command: &JournalCommand) -> Decision {
    match command {
        JournalCommand::Write { lines } => write(desk, lines),
        JournalCommand::Erase { author } => erase(desk, *author),
    }
}

fn write(desk: &Desk<'_>, lines: &[NewLine]) -> Decision {
    let me = desk.asker.me()?;
    if lines.is_empty() || lines.len() > JOURNAL_ENTRIES_MAX {
        return Err(refuse::invalid(
            format!("one call writes 1 to {JOURNAL_ENTRIES_MAX} lines"),
            "write the others by another call",
        )
        .so(Effect::NothingKept));
    }
    let mut at_tasks: BTreeMap<TaskId, u32> = BTreeMap::new();
    let mut events = Vec::with_capacity(lines.len() + 1);
    for (at, line) in lines.iter().enumerate() {
        let here = |refusal: Refusal| {
            let refusal = refusal.within(format_args!("entries[{at}]"));
            refusal.so(Effect::NothingKept)
        };
        if let Some(task) = line.task {
            let more = at_tasks.entry(task).or_default();
            *more += 1;
            check_few(desk, task, *more).map_err(here)?;
        }
        events.push(written(desk, me, line).map_err(here)?);
    }
    let own = lines.iter().filter(|line| line.task.is_none()).count();
    let own = u32::try_from(own).unwrap_or(u32::MAX);
    if let Some((from, upto)) = desk.recent.journals.over(me, own).filter(|_| own > 0) {
        let author = me;
        events.push(NewEvent::new(JournalErased { author, from, upto }));
    }
    Ok(events)
}

fn check_few(desk: &Desk<'_>, task: TaskId, more: u32) -> Result<(), Refusal> {
    let known = desk.recent.journals.of_task(task);
    if known.saturating_add(more) <= JOURNAL_TASK_LINES_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::TooLarge,
        format!("a task has at most {JOURNAL_TASK_LINES_MAX} lines in journals"),
        Effect::NothingKept,
        "leave out what nobody will read, or write without naming the task",
    ))
}

fn written(desk: &Desk<'_>, me: ParticipantId, line: &NewLine) -> Result<NewEvent, Refusal> {
    check::some_content("line", &line.body)?;
    check::content_within("line", &line.body, BODY_BYTES_MAX)?;
    let (room, guard) = match line.task {
        Some(task) => {
            let (task, room) = desk.task(task)?;
            if line.room.is_some_and(|named| named != room.id) {
                return Err(refuse::invalid(
                    "the line names a room in which its task is not",
                    "name the task alone",
                ));
            }
            check_own_work(desk, me, task, room)?;
            check_in_use(room)?;
            let verdict = desk.judged(room, Form::Given, &line.evidence)?;
            (Some(room.id), verdict.now_or(|_| suspicious())?)
        }
        None => {
            let access = desk.asker.access;
            let room = match line.room {
                Some(room) => {
                    let found = desk.asker.room(room)?;
                    access
                        .member_of(found, me)
                        .ok_or_else(mesh_model::refuse::no_room)?;
                    Some(room)
                }
                None => None,
            };
            let mark = marked_outside_rooms(access, line.evidence.guard.as_ref())?;
            (room, Some(mark))
        }
    };
    let written = JournalWritten {
        author: me,
        level: line.level,
        room,
        task: line.task,
        read: None,
        guard,
    };
    Ok(NewEvent::with(written, line.body.clone()))
}

/// A line about a task stands at the task, where all read it who are in its room: whoever works at it or wants it writes there,
/// and nobody else.
fn check_own_work(
    desk: &Desk<'_>,
    me: ParticipantId,
    task: &Task,
    room: &Room,
) -> Result<(), Refusal> {
    let holds = task.attempt.as_ref().is_some_and(|it| it.worker == me);
    let did = task.result.as_ref().is_some_and(|it| it.worker == me);
    if holds || did {
        return desk.asker.check_capability(room, Capability::Execute);
    }
    if task.creator == Some(me) {
        return desk.asker.check_capability(room, Capability::Speak);
    }
    Err(Refusal::new(
        ErrorCode::PermissionDenied,
        "only whoever works at a task or made it writes a line about it",
        Effect::NothingKept,
        "leave out the task: the line then stands in your own journal",
    ))
}

/// Everybody in the room may be given the line, and nobody looks at it before.
fn suspicious() -> Refusal {
    Refusal::new(
        ErrorCode::ContentRefused,
        "the guard takes this line for an attack on agents",
        Effect::NothingKept,
        "leave out the task: a line of your own journal is kept with a mark",
    )
    .ruled(Ruling::by(RulingBy::Guard))
}

/// By those above whoever wrote it and by the mesh's owner. A person erases its own as well; a program does not, since those who
/// answer for it are to see what it noted.
fn erase(desk: &Desk<'_>, author: ParticipantId) -> Decision {
    let me = desk.asker.me()?;
    let access = desk.asker.access;
    access
        .participant(author)
        .ok_or_else(refuse::no_participant)?;
    let own = me == author && access.is_person(me);
    if !own && !access.descends(author, me) && !access.is_owner(me) {
        return Err(Refusal::new(
            ErrorCode::PermissionDenied,
            "a journal is erased by a person whose it is, by those above its author, or by the mesh's owner",
            Effect::NothingErased,
            "ask whoever answers for it",
        ));
    }
    let upto = desk.recent.head;
    let begin = desk.recent.journals.begin(author);
    Ok(begin
        .map(|from| NewEvent::new(JournalErased { author, from, upto }))
        .into_iter()
        .collect())
}
