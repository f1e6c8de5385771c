//! `clock.list`

use super::describe;
use crate::prelude::*;

impl Run for ClockList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<Clock>, Refusal> {
        let (work, me) = (door.node().work(), call.me()?);
        let read = work
            .clocks()
            .filter(|(room, _)| call.access.may(me, Action::Read, *room).is_ok());
        Ok(List {
            items: read
                .map(|(room, found)| describe(room, found, call.now))
                .collect(),
        })
    }
}
