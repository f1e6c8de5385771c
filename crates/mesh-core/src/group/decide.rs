//! Groups. Each has a conversation of its own: a room whose members are the group's.

use mesh_model::command::GroupCommand;
use mesh_model::events::{
    GroupCreated, GroupDeleted, GroupMemberAdded, GroupMemberRemoved, History, RoomAccess,
    RoomArchived, RoomCreated, RoomKind, RoomMemberLeft,
};
use mesh_model::{CapabilitySet, GroupId, NewEvent, ParticipantId, Permission, Refusal, RoomId};

use crate::actor::Asker;
use crate::room::consent;
use crate::{Decision, Group, check, refuse};

pub fn decide(asker: &Asker<'_>, command: &GroupCommand) -> Decision {
    match command {
        GroupCommand::Create { group, name, room } => create(asker, *group, name, *room),
        GroupCommand::Delete { group } => delete(asker, *group),
        GroupCommand::Add { group, participant } => add(asker, *group, *participant),
        GroupCommand::Remove { group, participant } => remove(asker, *group, *participant),
    }
}

fn check_admin(asker: &Asker<'_>) -> Result<(), Refusal> {
    if asker.has(Permission::AgentsAdmin) {
        Ok(())
    } else {
        Err(refuse::permission(Permission::AgentsAdmin))
    }
}

fn find<'a>(asker: &Asker<'a>, group: GroupId) -> Result<&'a Group, Refusal> {
    let found = asker.access.group(group);
    found.map(|found| &**found).ok_or_else(refuse::no_group)
}

fn create(asker: &Asker<'_>, group: GroupId, name: &str, room: RoomId) -> Decision {
    let me = asker.me()?;
    check_admin(asker)?;
    check::name("name of the group", name)?;
    if asker.access.group_named(name).is_some() {
        return Err(refuse::name_taken("group name", name));
    }
    if asker.access.room_named(name).is_some() {
        return Err(refuse::name_taken("room name", name));
    }
    if asker.access.group(group).is_some() {
        return Err(refuse::id_taken("group"));
    }
    if asker.access.room(room).is_some() {
        return Err(refuse::id_taken("room"));
    }
    let conversation = RoomCreated {
        room,
        kind: RoomKind::Group,
        name: Some(name.to_owned()),
        group: Some(group),
        creator: Some(me),
        access: RoomAccess::Private,
        history: History::SinceJoin,
        defaults: CapabilitySet::member(),
        members: vec![me],
    };
    Ok(vec![
        NewEvent::new(GroupCreated {
            group,
            name: name.to_owned(),
        }),
        NewEvent::new(conversation),
        NewEvent::new(GroupMemberAdded {
            group,
            participant: me,
        }),
    ])
}

fn delete(asker: &Asker<'_>, group: GroupId) -> Decision {
    check_admin(asker)?;
    let found = find(asker, group)?;
    let mut events = vec![NewEvent::new(GroupDeleted { group })];
    events.extend(found.room.map(|room| NewEvent::new(RoomArchived { room })));
    Ok(events)
}

fn add(asker: &Asker<'_>, group: GroupId, participant: ParticipantId) -> Decision {
    check_admin(asker)?;
    let found = find(asker, group)?;
    let newcomer = asker.participant(participant)?;
    if found.members.contains_key(&participant) {
        return Ok(Vec::new());
    }
    if !newcomer.is_enabled() {
        return Err(refuse::conflict(
            format!("@{} is disabled", newcomer.handle),
            "enable the participant first",
        ));
    }
    consent::check_brings(asker, participant)?;
    let mut events = vec![NewEvent::new(GroupMemberAdded { group, participant })];
    let room = found.room.and_then(|room| asker.access.room(room));
    events.extend(
        room.into_iter()
            .flat_map(|room| consent::joins(room, participant)),
    );
    Ok(events)
}

/// Anybody may leave; only `agents:admin` removes others.
fn remove(asker: &Asker<'_>, group: GroupId, participant: ParticipantId) -> Decision {
    let found = find(asker, group)?;
    if asker.actor.participant() != Some(participant) {
        check_admin(asker)?;
        asker.participant(participant)?;
    }
    if !found.members.contains_key(&participant) {
        return Ok(Vec::new());
    }
    let mut events = vec![NewEvent::new(GroupMemberRemoved { group, participant })];
    events.extend(
        found
            .room
            .map(|room| NewEvent::new(RoomMemberLeft { room, participant })),
    );
    Ok(events)
}
