//! `task.provenance`: the signed results that a task's result is built on, first those others are built on

use crate::evidence;
use crate::ops::log::signatures;
use crate::ops::{present, task};
use crate::prelude::*;

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::events::{Provenance, TaskFacts};
use mesh_model::{MeshId, OutputHash, TaskId};
use mesh_proof::provenance::{BrokenAt, Signed, verify};
use mesh_store::StoreError;
use mesh_store::view::{TaskRow, View};

impl Run for TaskProvenance {
    async fn run(door: &Door, call: &Call, input: TaskRefInput) -> Result<ProvenanceView, Refusal> {
        let row = task::readable(door, call, input.task).await?;
        let mesh = call.mesh()?;
        let mut found = door
            .view(call, move |view| ResultChain::of(view, row))
            .await?;
        found.add_older(door, call).await?;
        let ResultChain {
            results, unsigned, ..
        } = found;
        let access = std::sync::Arc::clone(&call.access);
        let (holds, broken) = door
            .blocking({
                let results = results.clone();
                move || check_all(&access, mesh, &results)
            })
            .await?;
        let reader = present::reader(door, call);
        let links = results.into_values().zip(holds).map(|(result, holds)| {
            let title = result.row.as_ref().map(|row| {
                let shown = task::view(&call.access, reader, row);
                shown.title
            });
            SignedLink {
                task: result.task,
                room: result.room,
                title: title.flatten(),
                agent: result.worker,
                handle: Some(present::participant(&call.access, result.worker).handle),
                at: Millis(result.signed.at),
                previous: result.signed.previous.clone(),
                output: result.signed.output,
                key: result.signed.key,
                sig: result.signed.sig,
                link: result.signed.link,
                holds,
            }
        });
        Ok(ProvenanceView {
            mesh,
            task: input.task,
            holds: broken.is_none(),
            broken,
            results: links.collect(),
            unsigned: unsigned.into_iter().collect(),
        })
    }
}

/// A signed result.
#[derive(Clone)]
struct Signature {
    task: TaskId,
    room: RoomId,
    worker: ParticipantId,
    signed: Box<Provenance>,
    row: Option<Box<TaskRow>>,
}

/// Everything that a task is built on, as far as it has results.
struct ResultChain {
    /// The signed results by their places: whoever builds on one comes later.
    results: BTreeMap<Seq, Signature>,
    unsigned: BTreeSet<TaskId>,
    room: RoomId,
}

impl ResultChain {
    /// Follows needs, what second opinions are about, and chosen results.
    fn of(view: &View, row: TaskRow) -> Result<ResultChain, StoreError> {
        let mut found = ResultChain {
            results: BTreeMap::new(),
            unsigned: BTreeSet::new(),
            room: row.task.room,
        };
        let (mut seen, mut next) = (BTreeSet::from([row.task.id]), vec![row]);
        while let Some(row) = next.pop() {
            let chosen = row.result.as_ref().and_then(|result| result.of);
            let from = row.task.plan.needs.iter().copied();
            let from = from.chain(row.task.plan.about).chain(chosen);
            let from: Vec<TaskId> = from.filter(|id| seen.insert(*id)).collect();
            next.extend(view.tasks(&from)?);
            found.add(row);
        }
        Ok(found)
    }

    fn add(&mut self, row: TaskRow) {
        let Some(result) = &row.result else {
            return;
        };
        if result.of.is_some() {
            // It stands with the task that brought it.
            return;
        }
        match &result.facts.provenance {
            Some(signed) => {
                let found = Signature {
                    task: row.task.id,
                    room: row.task.room,
                    worker: result.facts.worker,
                    signed: signed.clone(),
                    row: None,
                };
                let place = result.seq;
                let row = Some(Box::new(row));
                self.results.insert(place, Signature { row, ..found });
            }
            None => {
                self.unsigned.insert(row.task.id);
            }
        }
    }

    /// Results that others were built on before their tasks were tried again: the log has them still.
    async fn add_older(&mut self, door: &Door, call: &Call) -> Result<(), Refusal> {
        loop {
            let known: BTreeSet<OutputHash> =
                self.results.values().map(|it| it.signed.link).collect();
            let named = self.results.values().flat_map(|it| &it.signed.previous);
            let missing: BTreeSet<OutputHash> = named
                .filter(|link| link.0 != [0; 32] && !known.contains(link))
                .copied()
                .collect();
            let places = door
                .view(call, move |view| {
                    let places = missing.iter().map(|link| view.result_linked(*link));
                    places.collect::<Result<Vec<_>, _>>()
                })
                .await?;
            let before = self.results.len();
            for place in places.into_iter().flatten() {
                let stored = evidence::stored(door, MessageId(place)).await?;
                if let Some(Facts::Task(TaskFacts::Finished(facts))) =
                    stored.map(|stored| stored.facts)
                    && facts.room == self.room
                    && let Some(signed) = facts.provenance
                {
                    let found = Signature {
                        task: facts.task,
                        room: facts.room,
                        worker: facts.worker,
                        signed,
                        row: None,
                    };
                    self.results.insert(place, found);
                }
            }
            if self.results.len() == before {
                return Ok(());
            }
        }
    }
}

/// Which of the results hold, and what is wrong with the first that does not.
fn check_all(
    access: &Access,
    mesh: MeshId,
    results: &BTreeMap<Seq, Signature>,
) -> (Vec<bool>, Option<String>) {
    let owned: BTreeSet<(String, [u8; 32], u64)> = results
        .iter()
        .filter(|(place, it)| {
            let key = access.key(it.worker, &it.signed.key);
            // A key that was revoked later was the agent's then.
            key.is_some_and(|key| {
                key.since < **place && key.revoked.is_none_or(|revoked| revoked > **place)
            })
        })
        .map(|(_, it)| (it.worker.to_string(), it.signed.key.0, it.signed.at))
        .collect();
    let owns = |agent: &str, key: &[u8; 32], at: u64| owned.contains(&(agent.to_owned(), *key, at));
    let mut left: Vec<(usize, Signed)> = results
        .values()
        .map(|it| signatures::made(mesh, it.task, it.worker, &it.signed))
        .enumerate()
        .collect();
    let mut holds = vec![true; left.len()];
    let mut broken = None;
    // What was built on something broken is linked to something that is not there then.
    loop {
        let signed: Vec<Signed> = left.iter().map(|(_, signed)| signed.clone()).collect();
        match verify(&mesh.to_string(), &signed, owns) {
            Ok(_) => break,
            Err(BrokenAt { place, what }) => {
                let (at, _) = left.remove(place);
                holds[at] = false;
                let result = results.values().nth(at);
                let task = result.map(|it| it.task.to_string()).unwrap_or_default();
                broken.get_or_insert_with(|| format!("the result of task {task}: {what}"));
            }
        }
    }
    (holds, broken)
}
