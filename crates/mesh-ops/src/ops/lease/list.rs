//! `lease.list`

use super::describe;
use crate::ops::present;
use crate::prelude::*;

impl Run for LeaseList {
    async fn run(
        door: &Door,
        call: &Call,
        input: RoomRefInput,
    ) -> Result<List<PathLease>, Refusal> {
        let room = call.data_room(&input.room)?;
        let work = door.node().work();
        let leases = work.leases(&call.access, room, call.now);
        let reader = present::reader(door, call);
        Ok(List {
            items: leases
                .map(|(seq, lease)| describe(&call.access, reader, seq, lease))
                .collect(),
        })
    }
}
