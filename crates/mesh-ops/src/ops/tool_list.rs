//! `tool.list`

use crate::prelude::*;

use crate::outside;

impl Run for ToolList {
    async fn run(door: &Door, _: &Call, _: NoInput) -> Result<List<ToolView>, Refusal> {
        let mut items = outside::own();
        items.extend(door.tools().list().await);
        items.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(List { items })
    }
}
