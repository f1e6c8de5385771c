//! On what claims stand: something of the room that the caller may read.

use mesh_model::api::EntitySourceInput;
use mesh_model::events::{EntitySource, Trust};
use mesh_model::{Effect, MessageId, Refusal, RoomId, TaskId, refuse};
use mesh_store::view::TaskRow;

use crate::door::{Call, Door};
use crate::evidence;
use crate::ops::{file, memory, task};

/// A source, how far it is trusted, and the rooms whose words are in it.
pub(super) struct Ground {
    pub source: EntitySource,
    pub trust: Trust,
    pub labels: Vec<RoomId>,
    /// The task, if it is one.
    pub task: Option<Box<TaskRow>>,
}

impl Ground {
    /// The word of whoever claims it.
    pub fn said() -> Ground {
        Ground {
            source: EntitySource::Said,
            trust: Trust::Owner,
            labels: Vec::new(),
            task: None,
        }
    }
}

pub(super) async fn ground(
    door: &Door,
    call: &Call,
    room: RoomId,
    input: &EntitySourceInput,
) -> Result<Ground, Refusal> {
    let EntitySourceInput {
        message,
        task,
        memory,
        file,
        version,
    } = input;
    let named = usize::from(message.is_some())
        + usize::from(task.is_some())
        + usize::from(memory.is_some())
        + usize::from(file.is_some());
    if named > 1 || (version.is_some() && file.is_none()) {
        return Err(refuse::invalid(
            "claims stand on one source",
            "name a message, a task, a memory, or a file with its version",
        )
        .so(Effect::NothingKept));
    }
    let found = if let Some(message) = message {
        of_message(door, call, room, *message).await
    } else if let Some(task) = task {
        of_task(door, call, room, *task).await
    } else if let Some(key) = memory {
        of_memory(door, call, room, key).await
    } else if let Some(path) = file {
        of_file(door, call, room, path, *version).await
    } else {
        Ok(Ground::said())
    };
    found.map_err(|refusal| refusal.so(Effect::NothingKept))
}

fn elsewhere() -> Refusal {
    refuse::invalid(
        "the source stands in another room",
        "note it in that room: what a room knows stands on what its members can read",
    )
}

async fn of_message(
    door: &Door,
    call: &Call,
    room: RoomId,
    message: MessageId,
) -> Result<Ground, Refusal> {
    let header = evidence::header(door, call, message).await?;
    if header.room != room {
        return Err(elsewhere());
    }
    if header.deleted {
        return Err(refuse::gone(
            "the message was deleted",
            "a claim stands on what can still be read",
        ));
    }
    let labels = door.view(call, move |view| view.labels(message)).await?;
    Ok(Ground {
        source: EntitySource::Message { message },
        trust: header.trust,
        labels,
        task: None,
    })
}

async fn of_task(door: &Door, call: &Call, room: RoomId, id: TaskId) -> Result<Ground, Refusal> {
    let row = task::readable(door, call, id).await?;
    if row.task.room != room {
        return Err(elsewhere());
    }
    if row.body.is_none() {
        return Err(refuse::gone(
            "the task's words were erased",
            "a claim stands on what can still be read",
        ));
    }
    let result = row.result.as_ref();
    let worker = result.map_or(Trust::Owner, |result| {
        call.access.trust_of(result.facts.worker, false)
    });
    let mut labels = row.task.labels.clone();
    labels.extend(result.into_iter().flat_map(|it| it.facts.labels.clone()));
    Ok(Ground {
        source: EntitySource::Task { task: id },
        trust: row.task.trust.min(worker),
        labels,
        task: Some(Box::new(row)),
    })
}

/// One's own memory, whose words may be told in this room.
async fn of_memory(door: &Door, call: &Call, room: RoomId, key: &str) -> Result<Ground, Refusal> {
    let owner = call.me()?;
    let found = memory::named(door, owner, key.to_owned()).await?;
    let known = found.ok_or_else(|| {
        refuse::not_found("memory", "memory.list shows what you remember, by name")
    })?;
    let rows = door.view(call, move |view| view.memories(owner)).await?;
    let row = rows.into_iter().find(|row| row.facts.memory == known);
    let row = row.ok_or_else(|| refuse::not_found("memory", "it was forgotten just now"))?;
    if !memory::is_at_home(&row, room) {
        return Err(elsewhere());
    }
    let from = match row.facts.task {
        Some(task) => of_task(door, call, room, task).await?.trust,
        None => Trust::Owner,
    };
    Ok(Ground {
        source: EntitySource::Memory { memory: known },
        trust: call.access.trust_of(row.author, false).min(from),
        labels: Vec::new(),
        task: None,
    })
}

async fn of_file(
    door: &Door,
    call: &Call,
    room: RoomId,
    path: &str,
    version: Option<u32>,
) -> Result<Ground, Refusal> {
    let row = file::version_at(door, call, room, path, version).await?;
    Ok(Ground {
        source: EntitySource::File {
            file: row.facts.file,
            version: row.facts.version,
            put: row.seq,
        },
        trust: row.facts.trust,
        labels: row.facts.labels,
        task: None,
    })
}
