//! `status.get`: the node about itself

use crate::prelude::*;

impl Run for StatusGet {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<Status, Refusal> {
        let node = door.node();
        let mesh = call
            .access
            .mesh()
            .ok_or_else(|| refuse::internal("the mesh does not exist yet"))?;
        let me = call.me()?;
        let presences = node.sessions().presences(call.now);
        let present = |id: &ParticipantId| {
            presences
                .get(id)
                .is_some_and(|found| found.state != PresenceState::Offline)
        };
        let seen: Vec<_> = call
            .access
            .participants()
            .filter(|found| call.sees(found.id))
            .collect();
        let here: Vec<_> = seen.iter().filter(|found| present(&found.id)).collect();
        let rooms = call
            .access
            .rooms()
            .filter(|room| call.access.may(me, Action::See, room.id).is_ok())
            .count();
        let health = node.log_health();
        Ok(Status {
            mesh: mesh.id,
            name: mesh.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            node_key: mesh.node_key,
            started_at: node.started_at(),
            head: node.head(),
            view: node.view_upto(),
            log: LogState {
                writable: health.writable,
                verified: health.verified,
                problem: health.problem,
            },
            present: count(here.len()),
            agents_present: count(
                here.iter()
                    .filter(|found| found.kind == Kind::Agent)
                    .count(),
            ),
            participants: count(seen.len()),
            rooms: count(rooms),
        })
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
