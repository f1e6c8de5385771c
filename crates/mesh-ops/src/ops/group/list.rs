//! `group.list`

use crate::ops::present;
use crate::prelude::*;

use mesh_core::Group as Record;

impl Run for GroupList {
    async fn run(_: &Door, call: &Call, _: NoInput) -> Result<List<Group>, Refusal> {
        Ok(List {
            items: call
                .access
                .groups()
                .filter_map(|group| describe(call, group))
                .collect(),
        })
    }
}

/// A group with those of its members whom the caller may know of.
fn describe(call: &Call, group: &Record) -> Option<Group> {
    let members = group.members.keys().copied().filter(|id| call.sees(*id));
    Some(Group {
        name: group.name.clone(),
        room: group.room?,
        members: members
            .map(|id| present::participant(&call.access, id))
            .collect(),
    })
}
