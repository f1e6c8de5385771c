//! `tool.list`

use crate::prelude::*;

use crate::outside;

impl Run for ToolList {
    async fn run(door: &Door, _: &Call, _: NoInput) -> Result<List<ToolView>, Refusal> {
        Ok(List {
            items: tools(door).await,
        })
    }
}

/// All tools, by name.
pub(super) async fn tools(door: &Door) -> Vec<ToolView> {
    let mut items = outside::own();
    items.extend(door.tools().list().await);
    items.sort_by(|a, b| a.name.cmp(&b.name));
    items.dedup_by(|a, b| a.name == b.name);
    items
}
