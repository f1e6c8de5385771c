//! `stay.list`: who was in which room when

use crate::prelude::*;

use std::collections::BTreeSet;

use mesh_model::limits::STAYS_LISTED_MAX;
use mesh_store::view::StayFilter;

impl Run for StayList {
    async fn run(door: &Door, call: &Call, input: StayListInput) -> Result<List<Stay>, Refusal> {
        let filter = StayFilter {
            room: input
                .room
                .as_deref()
                .map(|room| call.room(room))
                .transpose()?
                .map(|room| room.id),
            participant: input
                .participant
                .as_deref()
                .map(|who| call.participant(who))
                .transpose()?
                .map(|who| who.id),
            since: input.since,
            until: input.until,
        };
        let me = call.me()?;
        let seen = call
            .access
            .rooms()
            .filter(|room| room.is_listed() || call.access.may(me, Action::Read, room.id).is_ok());
        let seen: BTreeSet<_> = seen.map(|room| room.id).collect();
        let rows = door
            .view(call, move |view| {
                view.stays(filter, |room| seen.contains(&room), STAYS_LISTED_MAX)
            })
            .await?;
        let visible = rows.into_iter().filter(|stay| call.sees(stay.participant));
        Ok(List {
            items: visible.collect(),
        })
    }
}
