//! `lease.check`

use super::describe;
use crate::ops::present;
use crate::prelude::*;

use mesh_core::Pattern;
use mesh_model::Told;
use mesh_model::limits::LEASE_CHECK_MAX;

impl Run for LeaseCheck {
    async fn run(
        door: &Door,
        call: &Call,
        input: LeaseCheckInput,
    ) -> Result<List<PathConflict>, Refusal> {
        let (room, me) = (call.data_room(&input.room)?, call.me()?);
        if input.paths.is_empty() || input.paths.len() > LEASE_CHECK_MAX {
            return Err(refuse::invalid(
                format!("one question names 1 to {LEASE_CHECK_MAX} paths"),
                "ask about the others in another one",
            )
            .so(Effect::NothingChanged));
        }
        let (work, reader) = (door.node().work(), present::reader(door, call));
        let mut items = Vec::new();
        for path in input.paths {
            let pattern = Pattern::parse(&path)?;
            let against = work.lease_against(&call.access, room, me, &pattern, call.now);
            if let Some((seq, lease)) = against {
                let lease = describe(&call.access, reader, seq, lease);
                // The asker's own words.
                let path = Told::composed(path);
                items.push(PathConflict { path, lease });
            }
        }
        Ok(List { items })
    }
}
