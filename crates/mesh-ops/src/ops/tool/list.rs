//! `tool.list`

use crate::ops::tool;
use crate::prelude::*;

impl Run for ToolList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<ToolView>, Refusal> {
        let mut items = tool::own();
        items.extend(door.tools().list().await);
        items.retain(|found| tool::is_open(call, found));
        let owner = call.me().is_ok_and(|me| call.access.is_owner(me));
        for found in &mut items {
            found.audience = owner.then(|| tool::audience_of(call, found));
        }
        items.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(List { items })
    }
}
