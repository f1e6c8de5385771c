//! `memory.set`

use crate::ops::memory;
use crate::ops::memory::{Keep, Words};
use crate::prelude::*;

use mesh_model::events::MemoryFacts;
use mesh_model::{MemoryId, TaskId};

impl Run for MemorySet {
    async fn run(door: &Door, call: &Call, input: MemorySetInput) -> Result<MemoryStored, Refusal> {
        let owner = memory::mind(call, input.participant.as_deref())?;
        let words = Words {
            key: input.key,
            text: input.text,
        };
        words.check()?;
        let mut labels = Vec::new();
        for room in &input.labels {
            labels.push(call.readable_room(room)?.0);
        }
        if let Some(task) = input.task {
            labels.extend(labels_of(door, call, task).await?);
        }
        let _turn = door.memories().turn(owner).await;
        let replaces = memory::named(door, owner, words.key.clone()).await?;
        let keep = Keep {
            memory: MemoryId(Uuid::now_v7()),
            owner,
            source: input.source,
            task: input.task,
            replaces: replaces.into_iter().collect(),
            labels,
            words,
        };
        let outcome = memory::keep(door, call, keep, true).await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<MemoryStored> {
        match facts.into_iter().next()? {
            Facts::Memory(MemoryFacts::Kept(kept)) => Some(MemoryStored {
                id: kept.memory,
                seq: outcome.first,
            }),
            _ => None,
        }
    }
}

/// The task's room, and the rooms whose words are in it or in its result.
async fn labels_of(door: &Door, call: &Call, task: TaskId) -> Result<Vec<RoomId>, Refusal> {
    let no_task = || refuse::no_task().so(Effect::NothingKept);
    let row = door
        .view(call, move |view| view.task(task))
        .await?
        .ok_or_else(no_task)?;
    call.readable(row.task.room).map_err(|_| no_task())?;
    let mut labels = row.task.labels;
    labels.extend(
        row.result
            .into_iter()
            .flat_map(|result| result.facts.labels),
    );
    labels.push(row.task.room);
    Ok(labels)
}
