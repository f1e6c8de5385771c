//! `log.moment`: how things stood at a place of the log

use crate::ops::{approval, message, present, task};
use crate::prelude::*;

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::Permission;
use mesh_model::events::{LinkFacts, MessageFacts};
use mesh_model::limits::{
    MOMENT_APPROVALS_MAX, MOMENT_ENDED_MAX, MOMENT_MEMBERS_MAX, MOMENT_MESSAGES_MAX,
    MOMENT_TASKS_MAX,
};
use mesh_node::machine::Reader;
use mesh_store::view::{MessageRow, MessageThen, MomentFilter, MomentRows, Near, TaskThenRow};

use super::density::kinds;
use super::list::{first_at, unread};
use crate::evidence;

impl Run for LogMoment {
    async fn run(door: &Door, call: &Call, input: LogMomentInput) -> Result<Moment, Refusal> {
        let limit = messages_wanted(call, &input)?;
        let (seq, at) = place(door, call, &input).await?;
        let mut rooms = match &input.room {
            Some(room) => vec![call.readable_room(room)?],
            None => call.rooms()?,
        };
        let known = rooms.clone();
        // What came before somebody may read a room is not its to know.
        rooms.retain(|(_, first)| *first <= seq);
        let filter = MomentFilter {
            place: seq,
            rooms: rooms.clone(),
            viewer: Some(call.me()?),
            open: MOMENT_TASKS_MAX,
            ended: MOMENT_ENDED_MAX,
            approvals: MOMENT_APPROVALS_MAX,
            members: MOMENT_MEMBERS_MAX,
        };
        let kinds = kinds(call);
        let (rows, near, said) = door
            .view(call, move |view| {
                let said = match (limit, rooms.first()) {
                    (1.., Some(room)) => view.messages_then(*room, seq, limit)?,
                    _ => Vec::new(),
                };
                Ok((view.moment(&filter)?, view.near(&known, &kinds, seq)?, said))
            })
            .await?;
        let ended = ends(door, &rows).await?;
        let mut read = Vec::with_capacity(said.len());
        for message in said {
            read.push(as_it_read(door, message).await?);
        }
        let reader = present::reader(door, call);
        let messages = read
            .into_iter()
            .map(|row| message::view(call, reader, row))
            .collect();
        let mut told = tell(call, reader, (seq, at), rows, near);
        for task in &mut told.tasks {
            task.ended_at = ended.get(&task.since).copied().or(task.ended_at);
        }
        Ok(Moment { messages, ..told })
    }
}

/// How many messages are wanted.
fn messages_wanted(call: &Call, input: &LogMomentInput) -> Result<usize, Refusal> {
    match input.messages {
        None | Some(0) => Ok(0),
        Some(_) if input.room.is_none() => Err(refuse::invalid(
            "messages are told of one room",
            "name the room",
        )),
        Some(more) if more > MOMENT_MESSAGES_MAX => Err(refuse::invalid(
            format!("the field 'messages' is not between 0 and {MOMENT_MESSAGES_MAX}"),
            "read the rest of a room with message.list",
        )),
        Some(_) if !call.has(Permission::MessagesRead) => Ok(0),
        Some(count) => Ok(count as usize),
    }
}

/// Which place is meant, and when it was.
async fn place(door: &Door, call: &Call, input: &LogMomentInput) -> Result<(Seq, Millis), Refusal> {
    door.check_cursor(input.place)?;
    let (place, at) = match (input.place, input.at) {
        (Some(_), Some(_)) => {
            return Err(refuse::invalid(
                "a place and a time are named",
                "name one of them",
            ));
        }
        (place, at) => (place, at),
    };
    let reader = door.node().log_reader();
    let head = call.head;
    let read = door.blocking(move || {
        let seq = match (place, at) {
            (Some(place), _) => place,
            (None, Some(at)) => Seq(first_at(&reader, at.plus(1), head)?.0 - 1),
            (None, None) => head,
        };
        let stored = reader.get(seq.0, |record| record.at)?;
        Ok((seq, stored.map(Millis)))
    });
    let (seq, stored) = read
        .await?
        .map_err(|why: mesh_log::ReadError| unread(&why))?;
    let at = match (place, at) {
        (Some(_), _) => stored.unwrap_or(call.now),
        (None, at) => at.unwrap_or(call.now).min(call.now),
    };
    Ok((seq, at))
}

/// A message with the words that it had then. The words of before an edit are in the log alone.
async fn as_it_read(door: &Door, then: MessageThen) -> Result<MessageRow, Refusal> {
    let MessageThen { mut row, said } = then;
    for (seq, at) in said.into_iter().flatten() {
        let Some(stored) = evidence::stored(door, MessageId(seq)).await? else {
            continue;
        };
        // New words that their room's home has not taken are no version.
        let (mentions, guard) = match stored.facts {
            Facts::Link(LinkFacts::EditWaits(_)) => continue,
            Facts::Message(MessageFacts::Posted(facts)) => (facts.mentions, facts.guard),
            Facts::Message(MessageFacts::Edited(facts)) => (facts.mentions, facts.guard),
            _ => continue,
        };
        let body: Option<MessageBody> = stored
            .content
            .and_then(|content| serde_json::from_str(content.get()).ok());
        // Words that were erased stay so.
        let body = body.unwrap_or_else(|| MessageBody {
            text: String::new(),
            payload: None,
            files: Vec::new(),
        });
        row.text = body.text;
        row.payload = body
            .payload
            .and_then(|payload| serde_json::value::to_raw_value(&payload).ok());
        row.files.retain(|file| body.files.contains(&file.named));
        row.facts.mentions = mentions;
        row.facts.guard = guard;
        row.edited_at = (seq != row.seq).then_some(at);
        return Ok(row);
    }
    Ok(row)
}

/// When tasks had ended that have begun again since: that alone stands in no row.
async fn ends(door: &Door, rows: &MomentRows) -> Result<BTreeMap<Seq, Millis>, Refusal> {
    let again = rows
        .tasks
        .iter()
        .filter(|task| task.stood.state.is_ended() && task.row.task.ended != Some(task.since));
    let places: Vec<Seq> = again.map(|task| task.since).collect();
    let reader = door.node().log_reader();
    let read = door.blocking(move || {
        let mut ends = BTreeMap::new();
        for seq in places {
            let at = reader.get(seq.0, |record| Millis(record.at))?;
            ends.extend(at.map(|at| (seq, at)));
        }
        Ok(ends)
    });
    read.await?.map_err(|why: mesh_log::ReadError| unread(&why))
}

fn tell(
    call: &Call,
    reader: Reader<'_>,
    (seq, at): (Seq, Millis),
    rows: MomentRows,
    near: Vec<Near>,
) -> Moment {
    let access = &call.access;
    let rooms: Vec<RoomThen> = rows
        .rooms
        .into_iter()
        .filter_map(|(id, members)| {
            let room = access.room(id)?;
            // Who is in a room is known to those who are in it; who was there once and hides now, to few.
            let known = |who: &ParticipantId| call.sees(*who) || access.member(id, *who).is_some();
            Some(RoomThen {
                id,
                name: room.name.clone(),
                members: members.into_iter().filter(known).collect(),
            })
        })
        .collect();
    let here: Vec<_> = rows.here.into_iter().filter(|id| call.sees(*id)).collect();
    let tasks: Vec<_> = rows.tasks.iter().map(|row| then(reader, row)).collect();
    let mut named: BTreeSet<ParticipantId> = here.iter().copied().collect();
    named.extend(rooms.iter().flat_map(|room| &room.members));
    named.extend(
        tasks
            .iter()
            .flat_map(|task| [task.creator, task.worker, task.assigned])
            .flatten(),
    );
    let counted = rows.states.into_iter().map(|(state, count)| StateCount {
        state,
        count: u32::try_from(count).unwrap_or(u32::MAX),
    });
    Moment {
        seq,
        at,
        people: named
            .into_iter()
            .map(|id| present::participant(access, id))
            .collect(),
        here,
        rooms,
        states: counted.collect(),
        tasks,
        approvals: rows
            .approvals
            .iter()
            .map(|row| approval::view(access, reader, row))
            .collect(),
        messages: Vec::new(),
        steps: near
            .into_iter()
            .map(|(kind, prev, next)| StepOf { kind, prev, next })
            .collect(),
        cut: MomentCut {
            tasks: rows.tasks_cut,
            members: rows.members_cut,
        },
    }
}

/// A task as it stood.
fn then(reader: Reader<'_>, found: &TaskThenRow) -> TaskThen {
    let TaskThenRow { row, since, stood } = found;
    reader.note(row.task.room);
    let plan = &row.facts.plan;
    TaskThen {
        id: row.task.id,
        room: row.task.room,
        title: task::heading(reader, &task::whose(row), row),
        creator: row.task.creator,
        state: stood.state,
        since: *since,
        priority: stood.priority,
        urgency: stood.urgency,
        capability: plan.capability.clone(),
        assigned: stood.assigned,
        worker: stood.worker,
        fence: stood.fence,
        needs: plan.needs.clone(),
        about: plan.about,
        deadline: plan.deadline,
        created_at: row.created_ms,
        seq: row.task.created,
        ended_at: row.ended_ms.filter(|_| stood.state.is_ended()),
    }
}
