//! `me.get`

use crate::prelude::*;

impl Run for MeGet {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<Me, Refusal> {
        let found = call
            .access
            .participant(call.me()?)
            .cloned()
            .ok_or_else(refuse::no_participant)?;
        Ok(Me {
            participant: super::list::whole(door, call, found).await?,
            permissions: call.access.permissions(&call.actor),
            owner: matches!(call.actor, Actor::Owner(_)),
        })
    }
}
