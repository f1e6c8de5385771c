//! What the events of rooms do to the state.

use std::sync::Arc;

use imbl::OrdMap;
use mesh_model::events::{
    RoomCreated, RoomDefaultsSet, RoomExpired, RoomFacts, RoomHoldSet, RoomKind, RoomMemberBanned,
    RoomMemberCapabilitiesSet, RoomMemberJoined, RoomMemberLeft, RoomMemberMuted,
    RoomMemberUnbanned, RoomMemberUnmuted, RoomSlowModeSet, RoomTransferred, RoomUpdated,
};
use mesh_model::{ParticipantId, RoomId, Seq};

use crate::policy::is_paced;
use crate::room::{consent, public};
use crate::{Access, Member, Mute, Room, State, Stored, entity, file, influence, skill};

pub(crate) fn apply(state: &mut State, facts: &RoomFacts, event: &Stored<'_>) {
    if let RoomFacts::SlowModeSet(facts) = facts {
        state.recent.paces.forget(facts.room);
    }
    if let RoomFacts::Expired(facts) = facts {
        file::expired(state, facts.room, facts.upto, event.seq);
        skill::expired(state, facts.room, facts.upto, event.seq);
        entity::expired(state, facts.room, facts.upto, event.seq);
    }
    let access = state.access_at(event.seq);
    match facts {
        RoomFacts::Created(facts) => created(access, facts, event.seq),
        RoomFacts::Updated(facts) => updated(access, facts),
        RoomFacts::Archived(facts) => archived(access, facts.room, true),
        RoomFacts::Restored(facts) => archived(access, facts.room, false),
        RoomFacts::MemberJoined(facts) => member_joined(access, facts, event.seq),
        RoomFacts::MemberLeft(facts) => {
            influence::left(access, facts.room, facts.participant);
            member_left(access, facts);
        }
        RoomFacts::MemberCapabilitiesSet(facts) => capabilities_set(access, facts, event.seq),
        RoomFacts::DefaultsSet(facts) => defaults_set(access, facts, event),
        RoomFacts::SlowModeSet(facts) => slow_mode_set(access, facts, event.seq),
        RoomFacts::PrimarySet(facts) => {
            change(access, facts.room, |room| room.primary = facts.participant);
        }
        RoomFacts::Transferred(facts) => transferred(access, facts, event.participant()),
        RoomFacts::Published(facts) => public::published(access, facts.room, event),
        RoomFacts::Unpublished(facts) => public::unpublished(access, facts.room),
        RoomFacts::HoldSet(facts) => hold_set(access, facts),
        RoomFacts::Expired(facts) => expired(access, facts),
        RoomFacts::MemberMuted(facts) => muted(access, facts, event.seq),
        RoomFacts::MemberUnmuted(facts) => unmuted(access, facts),
        RoomFacts::MemberBanned(facts) => banned(access, facts, event.seq),
        RoomFacts::MemberUnbanned(facts) => unbanned(access, facts),
        RoomFacts::MemberInvited(facts) => consent::member_invited(access, facts, event),
        RoomFacts::InvitationDeclined(facts) => {
            consent::invitation_over(access, facts.room, facts.participant);
        }
        RoomFacts::ExecutionAgreed(facts) => consent::agreed(access, facts, event),
    }
}

fn created(access: &mut Access, facts: &RoomCreated, seq: Seq) {
    if access.rooms.contains_key(&facts.room) {
        return;
    }
    let member = Member::new(seq);
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
        (RoomKind::Direct, [a, rest @ ..]) if rest.len() < 2 => {
            // Alone it is one with oneself.
            let b = rest.first().unwrap_or(a);
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
        creator_by: facts.creator,
        access: facts.access,
        history: facts.history,
        defaults: facts.defaults,
        defaults_seq: seq,
        defaults_by: facts.creator,
        policy: None,
        slow_mode: 0,
        slow_mode_seq: Seq::ZERO,
        primary: None,
        published: None,
        hold: false,
        expired: Seq::ZERO,
        muted: OrdMap::new(),
        banned: OrdMap::new(),
        invited: OrdMap::new(),
        restricted: OrdMap::new(),
        agreements: OrdMap::new(),
        pins: OrdMap::new(),
        archived: false,
        members,
        since: seq,
    };
    access.rooms.insert(facts.room, Arc::new(room));
}

pub(crate) fn change(access: &mut Access, room: RoomId, change: impl FnOnce(&mut Room)) {
    if let Some(room) = access.rooms.get_mut(&room) {
        change(Arc::make_mut(room));
    }
}

fn updated(access: &mut Access, facts: &RoomUpdated) {
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

fn archived(access: &mut Access, room: RoomId, archived: bool) {
    change(access, room, |room| room.archived = archived);
}

fn member_joined(access: &mut Access, facts: &RoomMemberJoined, seq: Seq) {
    let Some(room) = access.rooms.get_mut(&facts.room) else {
        return;
    };
    let member = Member::new(seq);
    let room = Arc::make_mut(room);
    room.members.entry(facts.participant).or_insert(member);
    room.invited.remove(&facts.participant);
    room.restricted.remove(&facts.participant);
    access
        .memberships
        .entry(facts.participant)
        .or_default()
        .insert(facts.room);
}

fn member_left(access: &mut Access, facts: &RoomMemberLeft) {
    change(access, facts.room, |room| {
        let member = room.members.remove(&facts.participant);
        let left = member.and_then(|member| member.capabilities);
        if let Some(left) = left.filter(|left| !room.defaults.within(*left)) {
            room.restricted.insert(facts.participant, left);
        }
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

fn capabilities_set(access: &mut Access, facts: &RoomMemberCapabilitiesSet, seq: Seq) {
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
            (Some(member), _) => {
                member.capabilities = facts.capabilities;
                member.set = seq;
            }
            (None, Some(since)) if room.kind == RoomKind::Broadcast => {
                let member = Member {
                    since,
                    capabilities: facts.capabilities,
                    set: seq,
                };
                room.members.insert(facts.participant, member);
            }
            _ => {}
        }
    });
}

fn defaults_set(access: &mut Access, facts: &RoomDefaultsSet, event: &Stored<'_>) {
    change(access, facts.room, |room| {
        room.defaults = facts.capabilities;
        room.defaults_seq = event.seq;
        room.defaults_by = event.participant();
    });
}

fn slow_mode_set(access: &mut Access, facts: &RoomSlowModeSet, seq: Seq) {
    change(access, facts.room, |room| {
        room.slow_mode = facts.seconds;
        room.slow_mode_seq = seq;
    });
    note_pace(access, facts.room);
}

/// Remembers which rooms count how often somebody speaks.
pub(crate) fn note_pace(access: &mut Access, room: RoomId) {
    if access.rooms.get(&room).is_some_and(|room| is_paced(room)) {
        access.paced.insert(room)
    } else {
        access.paced.remove(&room)
    };
}

fn transferred(access: &mut Access, facts: &RoomTransferred, by: Option<ParticipantId>) {
    change(access, facts.room, |room| {
        room.creator = Some(facts.creator);
        room.creator_by = by;
    });
}

fn hold_set(access: &mut Access, facts: &RoomHoldSet) {
    change(access, facts.room, |room| room.hold = facts.hold);
}

fn expired(access: &mut Access, facts: &RoomExpired) {
    change(access, facts.room, |room| {
        room.expired = room.expired.max(facts.upto);
        let kept = room.pins.iter().filter(|(id, _)| id.0 > facts.upto);
        room.pins = kept.map(|(id, pin)| (*id, *pin)).collect();
    });
}

fn muted(access: &mut Access, facts: &RoomMemberMuted, seq: Seq) {
    let mute = Mute {
        until: facts.until,
        seq,
    };
    change(access, facts.room, |room| {
        room.muted.insert(facts.participant, mute);
    });
}

fn unmuted(access: &mut Access, facts: &RoomMemberUnmuted) {
    change(access, facts.room, |room| {
        room.muted.remove(&facts.participant);
    });
}

fn banned(access: &mut Access, facts: &RoomMemberBanned, seq: Seq) {
    change(access, facts.room, |room| {
        room.banned.insert(facts.participant, seq);
        room.invited.remove(&facts.participant);
    });
}

fn unbanned(access: &mut Access, facts: &RoomMemberUnbanned) {
    change(access, facts.room, |room| {
        room.banned.remove(&facts.participant);
    });
}
