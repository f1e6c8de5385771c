//! Memories: who remembers how much. The words are sealed, so nothing here looks at them.

use mesh_model::command::MemoryCommand;
use mesh_model::events::{MemoryForgotten, MemoryKept};
use mesh_model::limits::{MEMORIES_ALL_MAX, MEMORIES_MAX, MEMORY_BYTES_MAX};
use mesh_model::{Effect, NewEvent, ParticipantId, Permission, Refusal};

use crate::desk::Desk;
use crate::policy::outside_rooms;
use crate::{Decision, check, refuse};

/// Sealing and base64 make a text longer, and its name is in it too.
const SEALED_BYTES_MAX: usize = MEMORY_BYTES_MAX * 2 + 4096;

pub(crate) fn decide(desk: &Desk<'_>, command: &MemoryCommand) -> Decision {
    match command {
        MemoryCommand::Keep {
            memory,
            owner,
            source,
            task,
            replaces,
            labels,
            evidence,
            body,
        } => {
            check_mind(desk, *owner)?;
            check::some_content("memory", body)?;
            check::content_within("memory", body, SEALED_BYTES_MAX)?;
            let known = desk.work.memories(*owner);
            if known.is_some_and(|known| known.contains(memory)) {
                return Err(refuse::id_taken("memory"));
            }
            let mut replaces = replaces.clone();
            replaces.retain(|old| known.is_some_and(|known| known.contains(old)));
            replaces.sort_unstable();
            replaces.dedup();
            let count = known.map_or(0, |known| known.len());
            if replaces.is_empty()
                && (count >= MEMORIES_MAX || desk.work.memories_all() >= MEMORIES_ALL_MAX)
            {
                return Err(refuse::conflict(
                    format!(
                        "an agent keeps at most {MEMORIES_MAX} memories and a mesh {MEMORIES_ALL_MAX}"
                    ),
                    "forget what is not needed, or consolidate: memory.forget, memory.consolidate",
                ).so(Effect::NothingKept));
            }
            let mut labels = labels.clone();
            labels.sort_unstable();
            labels.dedup();
            // A memory speaks to its agent again and again.
            let guard = outside_rooms(desk.asker.access, evidence.guard.as_ref())
                .map_err(|refusal| refusal.so(Effect::NothingKept))?;
            let kept = MemoryKept {
                memory: *memory,
                owner: *owner,
                source: *source,
                task: *task,
                replaces,
                labels,
                read: None,
                guard: Some(guard),
            };
            Ok(vec![NewEvent::with(kept, body.clone())])
        }
        MemoryCommand::Forget { memory, owner } => {
            check_mind(desk, *owner)?;
            let known = desk.work.memories(*owner);
            Ok(if known.is_some_and(|known| known.contains(memory)) {
                vec![NewEvent::new(MemoryForgotten {
                    memory: *memory,
                    owner: *owner,
                })]
            } else {
                Vec::new()
            })
        }
    }
}

/// Whoever remembers, those above it, and whoever leads agents.
fn check_mind(desk: &Desk<'_>, owner: ParticipantId) -> Result<(), Refusal> {
    let me = desk.asker.me()?;
    let access = desk.asker.access;
    access
        .participant(owner)
        .ok_or_else(refuse::no_participant)?;
    if me == owner
        || access.ancestors(owner).any(|above| above == me)
        || desk.asker.has(Permission::AgentsAdmin)
    {
        return Ok(());
    }
    Err(refuse::not_yours("change somebody else's memories"))
}
