//! Rooms and who is in them: the rules. What their events do is in `apply.rs`.

use mesh_model::api::Deed;
use mesh_model::command::{Content, RoomCommand};
use mesh_model::events::{
    History, RoomAccess, RoomArchived, RoomCreated, RoomKind, RoomRestored, RoomUpdated,
};
use mesh_model::limits::INITIAL_MEMBERS_MAX;
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Capability, CapabilitySet, Effect, NewEvent, ParticipantId, Refusal, RoomId};

use super::{members, rules};
use crate::actor::Asker;
use crate::room::{consent, public};
use crate::{Decision, Room, check, refuse};

pub fn decide(asker: &Asker<'_>, command: &RoomCommand) -> Decision {
    match command {
        RoomCommand::Create {
            room,
            kind,
            name,
            access,
            history,
            defaults,
            members,
            text,
        } => {
            check::content("topic", text)?;
            match kind {
                RoomKind::Direct => create_direct(asker, *room, name.as_deref(), members),
                RoomKind::Room => {
                    let plan = Plan {
                        access: *access,
                        history: *history,
                        defaults: *defaults,
                    };
                    create(asker, *room, name.as_deref(), &plan, members, text)
                }
                RoomKind::Group | RoomKind::Broadcast => Err(refuse::invalid(
                    format!(
                        "a room of the kind '{}' is not created by itself",
                        kind.name()
                    ),
                    "create a group to get its conversation; the broadcast room is there already",
                )),
            }
        }
        RoomCommand::Update { room, name, text } => update(asker, *room, name.as_deref(), text),
        RoomCommand::Archive { room } => set_archived(asker, *room, true),
        RoomCommand::Restore { room } => set_archived(asker, *room, false),
        RoomCommand::Join { room } => members::join(asker, *room),
        RoomCommand::Add { room, participant } => members::add(asker, *room, *participant),
        RoomCommand::Invite { room, participant } => consent::invite(asker, *room, *participant),
        RoomCommand::Accept { room, participant } => consent::accept(asker, *room, *participant),
        RoomCommand::Decline { room, participant } => consent::decline(asker, *room, *participant),
        RoomCommand::AgreeExecution {
            room,
            participant,
            agreed,
            answered_by,
        } => consent::agree(asker, *room, *participant, *agreed, answered_by),
        RoomCommand::Leave { room } => members::leave(asker, *room),
        RoomCommand::Remove {
            room,
            participant,
            reason,
        } => members::remove(asker, *room, *participant, reason),
        RoomCommand::SetSlowMode { room, seconds } => rules::set_slow_mode(asker, *room, *seconds),
        RoomCommand::SetPrimary { room, participant } => {
            rules::set_primary(asker, *room, *participant)
        }
        RoomCommand::Transfer { room, creator } => rules::transfer(asker, *room, *creator),
        RoomCommand::Publish { room } => public::publish(asker, *room),
        RoomCommand::Unpublish { room } => public::unpublish(asker, *room),
        RoomCommand::SetHold { room, hold } => rules::set_hold(asker, *room, *hold),
        RoomCommand::Expire { room, upto } => rules::expire(asker, *room, *upto),
        RoomCommand::Mute {
            room,
            participant,
            until,
            reason,
        } => rules::mute(asker, *room, *participant, *until, reason),
        RoomCommand::Unmute { room, participant } => rules::unmute(asker, *room, *participant),
        RoomCommand::Ban {
            room,
            participant,
            reason,
        } => rules::ban(asker, *room, *participant, reason),
        RoomCommand::Unban { room, participant } => rules::unban(asker, *room, *participant),
        RoomCommand::SetCapabilities {
            room,
            participant,
            capabilities,
        } => members::set_capabilities(asker, *room, *participant, *capabilities),
        RoomCommand::SetDefaults { room, capabilities } => {
            members::set_defaults(asker, *room, *capabilities)
        }
    }
}

/// Archived rooms are read only.
pub fn check_in_use(room: &Room) -> Result<(), Refusal> {
    if !room.archived {
        return Ok(());
    }
    Err(refuse::conflict(
        format!(
            "{} is archived: it can be read and left, and nothing else",
            refuse::room_label(room)
        ),
        "ask a moderator of the room to restore it",
    )
    .ruled(Ruling::by(RulingBy::Archived)))
}

/// Whoever is banned comes back only when a moderator lifts the ban.
pub fn check_not_banned(room: &Room, who: ParticipantId, itself: bool) -> Result<(), Refusal> {
    match room.banned.get(&who) {
        None => Ok(()),
        Some(seq) => {
            let rule = Ruling {
                set_seq: Some(*seq),
                ..Ruling::by(RulingBy::Ban)
            };
            let room = refuse::room_label(room);
            Err(if itself {
                refuse::deed(Deed::Join, &room, rule)
            } else {
                refuse::banned(&room, rule)
            })
        }
    }
}

/// What a new room is to be like.
struct Plan {
    access: RoomAccess,
    history: Option<History>,
    defaults: Option<CapabilitySet>,
}

fn create(
    asker: &Asker<'_>,
    room: RoomId,
    name: Option<&str>,
    plan: &Plan,
    members: &[ParticipantId],
    text: &Content,
) -> Decision {
    let me = asker.me()?;
    let Some(name) = name else {
        return Err(
            refuse::invalid("a room needs a name", "send a name along").so(Effect::NothingCreated)
        );
    };
    check::name("name of the room", name)?;
    if asker.access.room_named(name).is_some() {
        return Err(refuse::name_taken("room name", name));
    }
    if asker.access.room(room).is_some() {
        return Err(refuse::id_taken("room"));
    }
    let mut all = vec![me];
    for id in members.iter().filter(|id| **id != me) {
        consent::check_brings(asker, *id)?;
        all.push(enabled(asker, *id)?);
    }
    all.sort_unstable();
    all.dedup();
    if all.len() > INITIAL_MEMBERS_MAX {
        return Err(refuse::invalid(
            format!("a room begins with at most {INITIAL_MEMBERS_MAX} members"),
            "create it with fewer and add the others",
        )
        .so(Effect::NothingCreated));
    }
    let history = plan.history.unwrap_or(match plan.access {
        RoomAccess::Listed | RoomAccess::Federated => History::All,
        RoomAccess::Private => History::SinceJoin,
    });
    let created = RoomCreated {
        room,
        kind: RoomKind::Room,
        name: Some(name.to_owned()),
        group: None,
        creator: Some(me),
        access: plan.access,
        history,
        defaults: plan.defaults.unwrap_or_else(CapabilitySet::member),
        members: all,
    };
    Ok(vec![NewEvent::with(created, text.clone())])
}

/// A conversation of two; a pair has one for ever.
fn create_direct(
    asker: &Asker<'_>,
    room: RoomId,
    name: Option<&str>,
    members: &[ParticipantId],
) -> Decision {
    let me = asker.me()?;
    let mut pair = members.to_vec();
    pair.push(me);
    pair.sort_unstable();
    pair.dedup();
    // With oneself: a place for what one wants to be told later.
    let (a, b) =
        match pair[..] {
            [a, b] => (a, b),
            [a] if !members.is_empty() => (a, a),
            _ => return Err(refuse::invalid(
                "a direct conversation has exactly two participants, you and another, or yourself",
                "create a room for more",
            )
            .so(Effect::NothingCreated)),
        };
    if name.is_some() {
        return Err(
            refuse::invalid("a direct conversation has no name", "leave the name out")
                .so(Effect::NothingCreated),
        );
    }
    if asker.access.direct(a, b).is_some() {
        return Ok(Vec::new());
    }
    enabled(asker, if a == me { b } else { a })?;
    if asker.access.room(room).is_some() {
        return Err(refuse::id_taken("room"));
    }
    Ok(vec![NewEvent::new(RoomCreated {
        room,
        kind: RoomKind::Direct,
        name: None,
        group: None,
        creator: None,
        access: RoomAccess::Private,
        history: History::All,
        defaults: CapabilitySet::member(),
        members: pair,
    })])
}

/// A participant that can be brought into a room.
pub(crate) fn enabled(asker: &Asker<'_>, id: ParticipantId) -> Result<ParticipantId, Refusal> {
    let found = asker.participant(id)?;
    if found.is_enabled() {
        return Ok(id);
    }
    Err(refuse::conflict(
        format!("@{} is disabled", found.handle),
        "enable the participant first, or leave it out",
    ))
}

/// A room the asker may see and moderate.
pub(crate) fn moderated<'a>(asker: &Asker<'a>, room: RoomId) -> Result<&'a Room, Refusal> {
    let found = asker.room(room)?;
    asker.check_capability(found, Capability::Moderate)?;
    Ok(found)
}

fn update(asker: &Asker<'_>, room: RoomId, name: Option<&str>, text: &Content) -> Decision {
    let found = moderated(asker, room)?;
    check_in_use(found)?;
    check::content("topic", text)?;
    let name = name.filter(|name| found.name.as_deref() != Some(*name));
    if let Some(name) = name {
        if found.kind != RoomKind::Room {
            return Err(refuse::conflict(
                format!("{} keeps its name", refuse::room_label(found)),
                "only rooms that somebody created can be renamed",
            )
            .so(Effect::NothingChanged));
        }
        check::name("name of the room", name)?;
        if asker.access.room_named(name).is_some() {
            return Err(refuse::name_taken("room name", name));
        }
    }
    if name.is_none() && text.is_none() {
        return Ok(Vec::new());
    }
    let updated = RoomUpdated {
        room,
        name: name.map(str::to_owned),
    };
    Ok(vec![NewEvent::with(updated, text.clone())])
}

fn set_archived(asker: &Asker<'_>, room: RoomId, archive: bool) -> Decision {
    let found = moderated(asker, room)?;
    if found.kind != RoomKind::Room {
        return Err(refuse::conflict(
            format!(
                "{} cannot be archived or restored",
                refuse::room_label(found)
            ),
            "a group's conversation goes with its group; the broadcast room and direct conversations stay",
        ).so(Effect::NothingChanged));
    }
    Ok(match (archive, found.archived) {
        (true, false) => vec![NewEvent::new(RoomArchived { room })],
        (false, true) => vec![NewEvent::new(RoomRestored { room })],
        _ => Vec::new(),
    })
}
