//! `link.list`

use super::{describe, waits};
use crate::prelude::*;

impl Run for LinkList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<Link>, Refusal> {
        let waits = waits(door, call).await?;
        let links = call.access.links();
        let items = links.map(|found| describe(door, call, found, &waits));
        Ok(List {
            items: items.collect::<Result<_, _>>()?,
        })
    }
}
