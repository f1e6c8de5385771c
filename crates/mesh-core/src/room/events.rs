//! What the events of rooms do to the state.

use std::sync::Arc;

use imbl::OrdMap;
use mesh_model::events::{
    RoomCreated, RoomDefaultsSet, RoomKind, RoomMemberCapabilitiesSet, RoomMemberJoined,
    RoomMemberLeft, RoomUpdated,
};
use mesh_model::{ParticipantId, RoomId, Seq};

use crate::Access;
use crate::record::{Member, Room};

pub fn created(access: &mut Access, facts: &RoomCreated, seq: Seq) {
    if access.rooms.contains_key(&facts.room) {
        return;
    }
    let member = Member {
        since: seq,
        capabilities: None,
    };
    let members: OrdMap<_, _> = facts.members.iter().map(|id| (*id, member)).collect();
    for id in members.keys() {
        access
            .memberships
            .entry(*id)
            .or_default()
            .insert(facts.room);
    }
    if let Some(name) = &facts.name {
        access.room_names.insert(name.as_str().into(), facts.room);
    }
    match (facts.kind, &facts.members[..]) {
        (RoomKind::Direct, [a, b]) => {
            access
                .directs
                .entry(*a.min(b))
                .or_default()
                .insert(*a.max(b), facts.room);
        }
        (RoomKind::Broadcast, _) => {
            if let Some(mesh) = &mut access.mesh {
                Arc::make_mut(mesh).broadcast.get_or_insert(facts.room);
            }
        }
        _ => {}
    }
    if let Some(group) = facts.group.and_then(|group| access.groups.get_mut(&group)) {
        Arc::make_mut(group).room = Some(facts.room);
    }
    let room = Room {
        id: facts.room,
        kind: facts.kind,
        name: facts.name.clone(),
        group: facts.group,
        creator: facts.creator,
        access: facts.access,
        history: facts.history,
        defaults: facts.defaults,
        archived: false,
        members,
        since: seq,
    };
    access.rooms.insert(facts.room, Arc::new(room));
}

fn change(access: &mut Access, room: RoomId, change: impl FnOnce(&mut Room)) {
    if let Some(room) = access.rooms.get_mut(&room) {
        change(Arc::make_mut(room));
    }
}

pub fn updated(access: &mut Access, facts: &RoomUpdated) {
    let Some(name) = &facts.name else { return };
    let Some(room) = access.rooms.get_mut(&facts.room) else {
        return;
    };
    let old = Arc::make_mut(room).name.replace(name.clone());
    if let Some(old) = old
        && access.room_names.get(old.as_str()) == Some(&facts.room)
    {
        access.room_names.remove(old.as_str());
    }
    access.room_names.insert(name.as_str().into(), facts.room);
}

pub fn archived(access: &mut Access, room: RoomId, archived: bool) {
    change(access, room, |room| room.archived = archived);
}

pub fn member_joined(access: &mut Access, facts: &RoomMemberJoined, seq: Seq) {
    let Some(room) = access.rooms.get_mut(&facts.room) else {
        return;
    };
    let member = Member {
        since: seq,
        capabilities: None,
    };
    Arc::make_mut(room)
        .members
        .entry(facts.participant)
        .or_insert(member);
    access
        .memberships
        .entry(facts.participant)
        .or_default()
        .insert(facts.room);
}

pub fn member_left(access: &mut Access, facts: &RoomMemberLeft) {
    change(access, facts.room, |room| {
        room.members.remove(&facts.participant);
    });
    forget(access, facts.participant, facts.room);
}

fn forget(access: &mut Access, participant: ParticipantId, room: RoomId) {
    let Some(rooms) = access.memberships.get_mut(&participant) else {
        return;
    };
    rooms.remove(&room);
    if rooms.is_empty() {
        access.memberships.remove(&participant);
    }
}

pub fn capabilities_set(access: &mut Access, facts: &RoomMemberCapabilitiesSet) {
    // In the broadcast room everybody is a member without being listed.
    let listed = access
        .participants
        .get(&facts.participant)
        .map(|found| found.since);
    change(access, facts.room, |room| {
        match (room.members.get_mut(&facts.participant), listed) {
            (Some(_), _) if room.kind == RoomKind::Broadcast && facts.capabilities.is_none() => {
                room.members.remove(&facts.participant);
            }
            (Some(member), _) => member.capabilities = facts.capabilities,
            (None, Some(since)) if room.kind == RoomKind::Broadcast => {
                let member = Member {
                    since,
                    capabilities: facts.capabilities,
                };
                room.members.insert(facts.participant, member);
            }
            _ => {}
        }
    });
}

pub fn defaults_set(access: &mut Access, facts: &RoomDefaultsSet) {
    change(access, facts.room, |room| {
        room.defaults = facts.capabilities
    });
}
