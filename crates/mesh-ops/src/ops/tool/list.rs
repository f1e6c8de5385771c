//! `tool.list`

use super::found;
use crate::prelude::*;

impl Run for ToolList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<ToolView>, Refusal> {
        let owner = call.me().is_ok_and(|me| call.access.is_owner(me));
        let all = found::all(door, call).await?.into_iter();
        let mut items: Vec<ToolView> = all.map(|found| found.shown(door, call, owner)).collect();
        items.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(List { items })
    }
}
