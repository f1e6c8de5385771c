//! `link.list`

use super::describe;
use crate::prelude::*;

impl Run for LinkList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<Link>, Refusal> {
        let items = call.access.links().map(|found| describe(door, call, found));
        Ok(List {
            items: items.collect::<Result<_, _>>()?,
        })
    }
}
