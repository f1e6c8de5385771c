//! What the events of groups do to the state.

use std::sync::Arc;

use imbl::OrdMap;
use mesh_model::Seq;
use mesh_model::events::{
    GroupCreated, GroupDeleted, GroupFacts, GroupMemberAdded, GroupMemberRemoved,
};

use crate::{Access, Group, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &GroupFacts, event: &Stored<'_>) {
    let access = state.access_at(event.seq);
    match facts {
        GroupFacts::Created(facts) => created(access, facts),
        GroupFacts::Deleted(facts) => deleted(access, facts),
        GroupFacts::MemberAdded(facts) => member_added(access, facts, event.seq),
        GroupFacts::MemberRemoved(facts) => member_removed(access, facts),
    }
}

fn created(access: &mut Access, facts: &GroupCreated) {
    if access.groups.contains_key(&facts.group) {
        return;
    }
    let group = Group {
        id: facts.group,
        name: facts.name.clone(),
        room: None,
        members: OrdMap::new(),
    };
    access
        .group_names
        .insert(facts.name.as_str().into(), facts.group);
    access.groups.insert(facts.group, Arc::new(group));
}

/// The group is gone and its names are free. Its conversation stays readable for its members.
fn deleted(access: &mut Access, facts: &GroupDeleted) {
    let Some(group) = access.groups.remove(&facts.group) else {
        return;
    };
    access.group_names.remove(group.name.as_str());
    if let Some(room) = group.room
        && access.room_names.get(group.name.as_str()) == Some(&room)
    {
        access.room_names.remove(group.name.as_str());
    }
}

fn member_added(access: &mut Access, facts: &GroupMemberAdded, seq: Seq) {
    if let Some(group) = access.groups.get_mut(&facts.group) {
        Arc::make_mut(group)
            .members
            .entry(facts.participant)
            .or_insert(seq);
    }
}

fn member_removed(access: &mut Access, facts: &GroupMemberRemoved) {
    if let Some(group) = access.groups.get_mut(&facts.group) {
        Arc::make_mut(group).members.remove(&facts.participant);
    }
}
