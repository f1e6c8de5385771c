//! `inlet.deliveries`

use super::deliver;
use crate::prelude::*;

impl Run for InletDeliveries {
    async fn run(
        door: &Door,
        call: &Call,
        input: InletRefInput,
    ) -> Result<List<InletDelivery>, Refusal> {
        let found = call.inlet(input.inlet)?;
        let entries = door.inlets().entries(input.inlet, call.now);
        let items = entries
            .iter()
            .map(|entry| deliver::show(door, call, found, entry));
        Ok(List {
            items: items.collect(),
        })
    }
}
