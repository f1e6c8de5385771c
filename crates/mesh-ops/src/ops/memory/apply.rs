//! `memory.apply`

use crate::evidence::scan;
use crate::ops::memory::{Keep, Tidying, Words};
use crate::ops::{memory, task};
use crate::prelude::*;

use std::collections::HashMap;

use mesh_model::command::MemoryCommand;
use mesh_model::events::{MemorySource, TaskState};
use mesh_model::limits::CONSOLIDATION_CHANGES_MAX;
use mesh_model::{MemoryId, TaskId};
use mesh_store::view::TaskRow;
use sha2::{Digest, Sha256};

impl Run for MemoryApply {
    async fn run(
        door: &Door,
        call: &Call,
        input: MemoryApplyInput,
    ) -> Result<MemoryApplied, Refusal> {
        let row = task::readable(door, call, input.task).await?;
        let tidied = Tidied::of(&row)?;
        let owner = tidied.owner();
        check_person(call, owner)?;
        check_origin(&call.access, &row, owner)?;
        for words in tidied.changes.iter().filter_map(|change| change.words()) {
            words.check()?;
            scan::refuse_attack(door, &format!("{}\n{}", words.key, words.text)).await?;
        }
        let _turn = door.memories().turn(owner).await;
        let head = door.node().head();
        door.wait_view(head, Some(head)).await?;
        let apply = Apply::begin(door, call, &row, tidied).await?;
        apply.run().await
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<MemoryApplied> {
        // What holds says what was done: the request is answered by looking, however often it is sent.
        None
    }
}

/// A person above the agent; no program, whatever it is allowed.
fn check_person(call: &Call, owner: ParticipantId) -> Result<(), Refusal> {
    let me = call.me()?;
    let access = &call.access;
    let person = access
        .participant(me)
        .is_some_and(|found| found.kind == Kind::Human);
    if person && (me == owner || access.is_owner(me) || access.descends(owner, me)) {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::PermissionDenied,
        "only a person above the agent applies changes to its memories",
        Effect::NothingChanged,
        "ask whoever made the agent to apply them",
    ))
}

/// Anybody can create a task that looks like one that tidies.
fn check_origin(access: &Access, row: &TaskRow, owner: ParticipantId) -> Result<(), Refusal> {
    let creator = row.task.creator.filter(|creator| {
        let person = access
            .participant(*creator)
            .is_some_and(|found| found.kind == Kind::Human);
        person || *creator == owner || access.descends(owner, *creator)
    });
    creator.map(drop).ok_or_else(no_tidying)
}

fn no_tidying() -> Refusal {
    refuse::invalid(
        "the task is none that tidies memories",
        "create one with memory.consolidate",
    )
}

/// A change with its names taken apart.
struct Change {
    forget: Vec<String>,
    comes: Option<Words>,
}

impl Change {
    fn words(&self) -> Option<&Words> {
        self.comes.as_ref()
    }
}

/// What a task was asked and what it proposes.
struct Tidied {
    asked: Tidying,
    changes: Vec<Change>,
}

impl Tidied {
    fn of(row: &TaskRow) -> Result<Tidied, Refusal> {
        let asked = row.body.as_ref().and_then(|body| body.input.clone());
        let asked = asked.and_then(|input| {
            serde_json::from_value::<Tidying>(serde_json::Value::Object(input)).ok()
        });
        let asked = asked.ok_or_else(no_tidying)?;
        if row.task.state != TaskState::Done {
            return Err(Refusal::new(
                ErrorCode::Conflict,
                format!("the task is {}, not done", row.task.state.name()),
                Effect::NothingChanged,
                "wait until it has a result",
            ));
        }
        let output = row.result.as_ref().and_then(|it| it.output.as_ref());
        let data = output.and_then(|output| output.data.clone());
        let proposed = data.and_then(|data| {
            serde_json::from_value::<MemoryChanges>(serde_json::Value::Object(data)).ok()
        });
        let proposed = proposed.filter(|it| it.changes.len() <= CONSOLIDATION_CHANGES_MAX);
        let proposed = proposed.ok_or_else(|| {
            refuse::invalid(
                format!(
                    "the task's result is no list of at most {CONSOLIDATION_CHANGES_MAX} changes"
                ),
                "let it be done again: memory.consolidate",
            )
        })?;
        let changes = proposed.changes.into_iter().map(|change| {
            let comes = match (change.key, change.text) {
                (Some(key), Some(text)) => Some(Words { key, text }),
                (None, None) => None,
                _ => {
                    return Err(refuse::invalid(
                        "a change of the task's result has a name without a text or a text without a name",
                        "let it be done again: memory.consolidate",
                    ));
                }
            };
            Ok(Change {
                forget: change.forget,
                comes,
            })
        });
        Ok(Tidied {
            asked,
            changes: changes.collect::<Result<_, _>>()?,
        })
    }

    fn owner(&self) -> ParticipantId {
        self.asked.memories_of
    }

    /// The listed memory that a change calls so.
    fn listed(&self, name: &str) -> Option<MemoryId> {
        let listed = self.asked.memories.iter();
        let mut listed = listed.filter(|it| it.key == name || it.id.to_string() == name);
        listed.next().map(|it| it.id)
    }
}

/// Changes being applied, one after the other. Each is carried out once: what came has an id that follows from the
/// task, and only what the task was shown is forgotten.
struct Apply<'a> {
    door: &'a Door,
    call: &'a Call,
    task: TaskId,
    /// Where it was created.
    at: Seq,
    tidied: Tidied,
    labels: Vec<RoomId>,
    /// What is there by name, and by id.
    named: HashMap<String, MemoryId>,
    there: HashMap<MemoryId, String>,
}

impl<'a> Apply<'a> {
    async fn begin(
        door: &'a Door,
        call: &'a Call,
        row: &TaskRow,
        tidied: Tidied,
    ) -> Result<Apply<'a>, Refusal> {
        let (owner, at) = (tidied.owner(), row.task.created);
        let view = door.node().view().clone();
        let asked =
            door.blocking(move || Ok((view.memories(owner)?, view.memories_as_of(owner, at)?)));
        let (rows, before) = asked.await?.map_err(crate::door::store_failed)?;
        let shown = before.iter().filter(|row| {
            tidied
                .asked
                .memories
                .iter()
                .any(|it| it.id == row.facts.memory)
        });
        let mut labels: Vec<RoomId> = shown.flat_map(|row| row.facts.labels.clone()).collect();
        labels.sort_unstable();
        labels.dedup();
        let opened = memory::opened(door, rows).await?;
        let (mut named, mut there) = (HashMap::new(), HashMap::new());
        for (row, words) in opened {
            named.insert(words.key.clone(), row.facts.memory);
            there.insert(row.facts.memory, words.key);
        }
        Ok(Apply {
            door,
            call,
            task: row.task.id,
            at: row.task.created,
            tidied,
            labels,
            named,
            there,
        })
    }

    async fn run(mut self) -> Result<MemoryApplied, Refusal> {
        let changes = std::mem::take(&mut self.tidied.changes);
        let mut came = Vec::new();
        let mut named = Vec::new();
        for (at, change) in changes.into_iter().enumerate() {
            let listed = change
                .forget
                .iter()
                .filter_map(|name| self.tidied.listed(name));
            let gone: Vec<MemoryId> = listed.collect();
            named.extend(gone.iter().copied());
            match change.comes {
                Some(words) => {
                    let memory = self.id(at);
                    came.push(memory);
                    named.extend(self.tidied.listed(&words.key));
                    self.keep(memory, gone, words).await?;
                }
                None => self.forget(gone).await?,
            }
        }
        self.told(came, named).await
    }

    /// The same each time that the task's changes are applied.
    fn id(&self, at: usize) -> MemoryId {
        let hash = Sha256::new()
            .chain_update(b"mesh-tidied/1\n")
            .chain_update(self.task.0.as_bytes())
            .chain_update((at as u64).to_be_bytes())
            .finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        MemoryId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    async fn keep(
        &mut self,
        memory: MemoryId,
        gone: Vec<MemoryId>,
        words: Words,
    ) -> Result<(), Refusal> {
        let view = self.door.node().view().clone();
        let known = self.door.blocking(move || view.place_of_memory(memory));
        if known.await?.map_err(crate::door::store_failed)?.is_some() {
            return Ok(());
        }
        let mut replaces: Vec<MemoryId> = gone;
        if let Some(old) = self.named.get(&words.key) {
            let shown = self.tidied.asked.memories.iter().any(|it| it.id == *old);
            if !shown {
                // Somebody gave this name to something that the task did not see: that stays, and so do the others.
                return Ok(());
            }
            replaces.push(*old);
        }
        replaces.retain(|old| self.there.contains_key(old));
        for old in &replaces {
            if let Some(name) = self.there.remove(old) {
                self.named.remove(&name);
            }
        }
        self.named.insert(words.key.clone(), memory);
        self.there.insert(memory, words.key.clone());
        let keep = Keep {
            memory,
            owner: self.tidied.owner(),
            source: MemorySource::Consolidated,
            task: Some(self.task),
            replaces,
            labels: self.labels.clone(),
            words,
        };
        memory::keep(self.door, self.call, keep, false).await?;
        Ok(())
    }

    async fn forget(&mut self, gone: Vec<MemoryId>) -> Result<(), Refusal> {
        let owner = self.tidied.owner();
        for memory in gone {
            if let Some(name) = self.there.remove(&memory) {
                self.named.remove(&name);
                let command = Command::Memory(MemoryCommand::Forget { memory, owner });
                self.call.submit_unkeyed(self.door, command).await?;
            }
        }
        Ok(())
    }

    /// What holds now of what the task proposes.
    async fn told(
        self,
        came: Vec<MemoryId>,
        mut named: Vec<MemoryId>,
    ) -> Result<MemoryApplied, Refusal> {
        let head = self.door.node().head();
        self.door.wait_view(head, Some(head)).await?;
        named.sort_unstable();
        named.dedup();
        let (view, created) = (self.door.node().view().clone(), self.at);
        let asked = self.door.blocking(move || {
            let mut seq = created;
            let (mut kept, mut forgotten) = (0, 0);
            for memory in came {
                if let Some(place) = view.place_of_memory(memory)? {
                    kept += 1;
                    seq = seq.max(place);
                }
            }
            for memory in named {
                if let Some(gone) = view.end_of_memory(memory)? {
                    forgotten += 1;
                    seq = seq.max(gone);
                }
            }
            Ok(MemoryApplied {
                forgotten,
                kept,
                seq,
            })
        });
        asked.await?.map_err(crate::door::store_failed)
    }
}
