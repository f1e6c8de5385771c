//! `inlet.list`

use super::describe;
use crate::prelude::*;

impl Run for InletList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<Inlet>, Refusal> {
        let mut items = Vec::new();
        for found in call.access.inlets().filter(|found| call.knows_inlet(found)) {
            items.push(describe(door, call, found).await?);
        }
        Ok(List { items })
    }
}
