//! Inlets: whoever may bring a bridge into a room lets a program outside knock there.
//!
//! The bridge is below whoever makes the inlet and is trusted no further than a stranger, whoever that is. It may speak and
//! relay in that room, and hears nothing. It acts by a credential whose secret nobody holds, made with the maker's: so an inlet
//! ends with what it was made with, by the rule that holds for everything.

use mesh_model::command::InletCommand;
use mesh_model::events::{
    CredentialIssued, CredentialKind, CredentialRevoked, Event as _, InletCreated, InletDeleted,
    InletMakes, InletPaused, InletResumed, InletRotated, Kind, MessagePosted, RoomKind,
    RoomMemberCapabilitiesSet, Trust, Visibility,
};
use mesh_model::limits::{
    EVENT_TYPES_MAX, INLET_MENTIONS_MAX, INLET_OVERLAP_MS, INLETS_MAX, INLETS_ROOM_MAX,
};
use mesh_model::{
    Capability, CapabilitySet, Effect, InletId, NewEvent, Permission, PermissionSet, Refusal,
};

use super::Inlet;
use crate::actor::Asker;
use crate::desk::Desk;
use crate::participant::{Newcomer, newcomer};
use crate::room::{check_in_use, check_not_banned, consent};
use crate::{Decision, Room, check, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &InletCommand) -> Decision {
    let asker = desk.asker;
    match command {
        InletCommand::Create {
            wanted,
            handle,
            profile,
            label,
            body,
        } => {
            check::content("profile", profile)?;
            check::content("label", label)?;
            check::some_content("inlet", body)?;
            create(desk, wanted, handle, [profile, label, body])
        }
        InletCommand::Pause { inlet } => {
            let found = known(asker, *inlet)?;
            Ok(unless(
                found.paused,
                InletPaused {
                    inlet: *inlet,
                    room: found.set.room,
                    participant: found.set.participant,
                },
            ))
        }
        InletCommand::Resume { inlet } => {
            let found = own(asker, *inlet)?;
            Ok(unless(
                !found.paused,
                InletResumed {
                    inlet: *inlet,
                    room: found.set.room,
                    participant: found.set.participant,
                },
            ))
        }
        InletCommand::Rotate { inlet, version } => rotate(asker, own(asker, *inlet)?, *version),
        InletCommand::Delete { inlet } => {
            let found = known(asker, *inlet)?;
            let deleted = InletDeleted {
                inlet: *inlet,
                room: found.set.room,
                participant: found.set.participant,
            };
            let revoked = CredentialRevoked {
                credential: found.set.credential,
            };
            Ok(vec![NewEvent::new(deleted), NewEvent::new(revoked)])
        }
    }
}

fn unless(so: bool, event: impl Into<mesh_model::Facts>) -> Vec<NewEvent> {
    if so {
        Vec::new()
    } else {
        vec![NewEvent::new(event)]
    }
}

/// What the bridge may do in the room.
fn voice() -> CapabilitySet {
    CapabilitySet::NONE
        .with(Capability::Speak)
        .with(Capability::Bridge)
}

fn create(
    desk: &Desk<'_>,
    wanted: &InletCreated,
    handle: &str,
    [profile, label, body]: [&mesh_model::command::Content; 3],
) -> Decision {
    let asker = desk.asker;
    let room = asker.room(wanted.room)?;
    check_place(asker, room)?;
    check_form(desk, wanted)?;
    let access = asker.access;
    if access.inlet(wanted.inlet).is_some() {
        return Err(refuse::id_taken("inlet"));
    }
    if access.credential(wanted.credential).is_some() {
        return Err(refuse::id_taken("credential"));
    }
    let permissions = permissions(wanted.makes);
    asker.check_grant(permissions)?;
    asker.access.check_line(&asker.actor)?;
    let mut events = Vec::new();
    let known = access
        .by_handle(handle)
        .filter(|found| found.kind == Kind::Bridge && asker.is_mine(found.id));
    let participant = match known {
        Some(found) => {
            access.check_enabled(found.id)?;
            check_not_banned(room, found.id, false)?;
            found.id
        }
        None => {
            let who = Newcomer {
                id: wanted.participant,
                kind: Kind::Bridge,
                handle,
                key: None,
                trust: Trust::Untrusted,
                visibility: Visibility::Public,
            };
            let registered = newcomer(access, &who, asker.me()?)?;
            events.push(NewEvent::with(registered, profile.clone()));
            wanted.participant
        }
    };
    let member = access.member_of(room, participant);
    if member.is_none() {
        events.extend(consent::joins(room, participant));
    }
    // What a moderator took from it before stays taken.
    if member.is_none_or(|member| member.capabilities.is_none()) {
        events.push(NewEvent::new(RoomMemberCapabilitiesSet {
            room: room.id,
            participant,
            capabilities: Some(voice()),
        }));
    }
    let issued = CredentialIssued {
        credential: wanted.credential,
        kind: CredentialKind::Token,
        participant,
        permissions,
        expires: asker.no_later(None),
        per_minute: None,
        per_day: None,
    };
    events.push(NewEvent::with(issued, label.clone()));
    let created = InletCreated {
        participant,
        ..wanted.clone()
    };
    events.push(NewEvent::with(created, body.clone()));
    Ok(events)
}

fn permissions(makes: InletMakes) -> PermissionSet {
    let permission = match makes {
        InletMakes::Message | InletMakes::Event => Permission::MessagesWrite,
        InletMakes::Task | InletMakes::Template => Permission::TasksWrite,
    };
    PermissionSet::NONE.with(permission)
}

/// A room in which the asker may bring somebody, and lend them what the bridge needs.
fn check_place(asker: &Asker<'_>, room: &Room) -> Result<(), Refusal> {
    if room.kind != RoomKind::Room {
        return Err(refuse::conflict(
            format!("an inlet cannot lead into {}", refuse::room_label(room)),
            "choose a room that somebody created",
        )
        .so(Effect::NothingCreated));
    }
    check_in_use(room)?;
    asker.check_capability(room, Capability::Moderate)?;
    if let Some(lacking) = voice()
        .iter()
        .find(|one| asker.check_capability(room, *one).is_err())
    {
        return Err(refuse::cannot_lend(lacking, &refuse::room_label(room)));
    }
    let access = asker.access;
    let here = access.inlets().filter(|inlet| inlet.set.room == room.id);
    if access.inlets.len() >= INLETS_MAX || here.count() >= INLETS_ROOM_MAX {
        return Err(refuse::conflict(
            format!("a node has at most {INLETS_MAX} inlets, a room {INLETS_ROOM_MAX}"),
            "remove one that is not needed any more",
        )
        .so(Effect::NothingCreated));
    }
    Ok(())
}

fn check_form(desk: &Desk<'_>, wanted: &InletCreated) -> Result<(), Refusal> {
    let asker = desk.asker;
    let bad = |what: String, hint: &'static str| {
        Err(refuse::invalid(what, hint).so(Effect::NothingCreated))
    };
    if wanted.events.len() > EVENT_TYPES_MAX {
        let what = format!("an inlet names at most {EVENT_TYPES_MAX} events");
        return bad(what, "name fewer, or none for all");
    }
    for event in &wanted.events {
        check::label("event", event)?;
    }
    if wanted.mentions.len() > INLET_MENTIONS_MAX {
        let what = format!("the messages of an inlet name at most {INLET_MENTIONS_MAX}");
        return bad(what, "name fewer, or a group");
    }
    for id in wanted.mentions.iter().chain(&wanted.assigned) {
        asker.participant(*id)?;
    }
    let tasks = matches!(wanted.makes, InletMakes::Task | InletMakes::Template);
    if !tasks && (wanted.capability.is_some() || wanted.assigned.is_some()) {
        let what = "'capability' and 'assigned' stand there, and no task is made".to_owned();
        return bad(what, "leave them out, or let it make tasks");
    }
    if let Some(capability) = &wanted.capability {
        check::name("capability", capability)?;
    }
    if !wanted.mentions.is_empty() && wanted.makes != InletMakes::Message {
        let what = format!(
            "'mentions' stands there, and no {} is made",
            MessagePosted::KIND
        );
        return bad(what, "leave it out, or let it make messages");
    }
    if wanted.event_type.is_some() != (wanted.makes == InletMakes::Event) {
        let what = "'event_type' goes with events, and events with it".to_owned();
        return bad(what, "name the registered type of the events that it makes");
    }
    if wanted.template.is_some() != (wanted.makes == InletMakes::Template) {
        let what = "'template' goes with tasks from a template, and they with it".to_owned();
        return bad(what, "name the template of the tasks that it makes");
    }
    if let Some(name) = &wanted.event_type
        && asker.access.event_type(name).is_none()
    {
        return Err(refuse::no_event_type().so(Effect::NothingCreated));
    }
    match wanted.template {
        Some(id) if desk.work.template(id).is_none() => {
            Err(refuse::no_template().so(Effect::NothingCreated))
        }
        _ => Ok(()),
    }
}

/// The door has sealed the new secret under this version.
fn rotate(asker: &Asker<'_>, found: &Inlet, version: u32) -> Decision {
    if Some(version) != found.version.checked_add(1) {
        return Err(refuse::conflict(
            "the secret was changed meanwhile",
            "ask again, if another one is still needed",
        )
        .so(Effect::NothingChanged));
    }
    Ok(vec![NewEvent::new(InletRotated {
        inlet: found.set.inlet,
        room: found.set.room,
        participant: found.set.participant,
        version,
        old_until: asker.now.plus(INLET_OVERLAP_MS).0,
    })])
}

/// An inlet that the asker may know of and end: its own, or one into a room that it moderates.
fn known<'a>(asker: &Asker<'a>, id: InletId) -> Result<&'a Inlet, Refusal> {
    let found = asker.access.inlet(id);
    let found = found.filter(|found| {
        asker.is_mine(found.set.participant)
            || asker
                .room(found.set.room)
                .is_ok_and(|room| asker.check_capability(room, Capability::Moderate).is_ok())
    });
    found.ok_or_else(refuse::no_inlet)
}

/// An inlet that the asker might have made.
fn own<'a>(asker: &Asker<'a>, id: InletId) -> Result<&'a Inlet, Refusal> {
    let found = known(asker, id)?;
    if asker.is_mine(found.set.participant) {
        return Ok(found);
    }
    Err(refuse::not_yours(
        "do that with an inlet whose bridge is not below you",
    ))
}
