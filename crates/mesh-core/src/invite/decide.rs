//! Invites: whoever has the code can become a participant, once per key.

use mesh_model::command::{CreateInvite, InviteCommand, RedeemInvite};
use mesh_model::events::{
    CredentialIssued, CredentialKind, InviteCreated, InviteRedeemed, InviteRevoked, Kind, RoomKind,
    RoomMemberJoined, Trust, Visibility,
};
use mesh_model::limits::INVITE_USES_MAX;
use mesh_model::{
    Actor, Capability, CredentialId, Effect, InviteId, Millis, NewEvent, ParticipantId, Permission,
    PermissionSet, PublicKey, Refusal, RoomId,
};

use crate::actor::Asker;
use crate::invite::accept::{accept, check_role};
use crate::participant::{Newcomer, newcomer};
use crate::room::check_in_use;
use crate::{Access, Decision, Invite, check, refuse};

pub fn decide(asker: &Asker<'_>, command: &InviteCommand) -> Decision {
    match command {
        InviteCommand::Create(wanted) => create(asker, wanted),
        InviteCommand::Redeem(wanted) => redeem(asker, wanted),
        InviteCommand::Accept(wanted) => accept(asker, wanted),
        InviteCommand::Revoke { invite } => revoke(asker, *invite),
    }
}

/// Neither revoked nor expired. Used up is another matter: those who came may come again.
pub fn check_open(invite: &Invite, now: Millis) -> Result<(), Refusal> {
    let how = match invite {
        _ if invite.revoked => "was revoked",
        _ if invite.is_expired(now) => "has expired",
        _ => return Ok(()),
    };
    Err(over(how))
}

pub(super) fn over(how: &str) -> Refusal {
    refuse::gone(
        format!("the invite {how}"),
        "ask whoever sent it for a new one",
    )
    .so(Effect::NobodyRegistered)
}

fn create(asker: &Asker<'_>, wanted: &CreateInvite) -> Decision {
    let CreateInvite {
        invite,
        kind,
        permissions,
        uses,
        expires,
        room,
        trust,
        role,
        label,
    } = wanted;
    let me = asker.me()?;
    if *kind == Kind::Human && !asker.access.is_person(me) {
        return Err(refuse::not_yours("invite people as a program"));
    }
    if !matches!(trust, Trust::Local | Trust::Untrusted) {
        return Err(refuse::invalid(
            "newcomers by invite are local or untrusted",
            "invite guests as untrusted; the owner may trust them further later",
        )
        .so(Effect::NothingCreated));
    }
    match role {
        Some(role) => check_role(asker, *kind, *role)?,
        None => {
            asker.check_grant(*permissions)?;
            asker.check_admin_grant(*permissions)?;
        }
    }
    if !(1..=INVITE_USES_MAX).contains(uses) {
        return Err(refuse::invalid(
            format!("an invite is for 1 to {INVITE_USES_MAX} newcomers"),
            "name a number in that range",
        )
        .so(Effect::NothingCreated));
    }
    check::expiry(*expires, asker.now)?;
    check::content("label", label)?;
    if let Some(room) = room {
        check_may_bring_into(asker, *room)?;
    }
    if asker.access.invite(*invite).is_some() {
        return Err(refuse::id_taken("invite"));
    }
    let created = InviteCreated {
        invite: *invite,
        kind: *kind,
        // A user has the rights of its role; no token is made here.
        permissions: match role {
            Some(_) => PermissionSet::NONE,
            None => *permissions,
        },
        uses: *uses,
        expires: asker.no_later(*expires),
        room: *room,
        trust: *trust,
        role: *role,
    };
    Ok(vec![NewEvent::with(created, label.clone())])
}

/// Newcomers are brought into listed rooms, or into private ones by their moderators.
fn check_may_bring_into(asker: &Asker<'_>, room: RoomId) -> Result<(), Refusal> {
    let found = asker.room(room)?;
    if found.kind != RoomKind::Room {
        return Err(refuse::conflict(
            format!("an invite cannot lead into {}", refuse::room_label(found)),
            "choose a room, or none",
        )
        .so(Effect::NothingCreated));
    }
    check_in_use(found)?;
    if found.is_listed() {
        Ok(())
    } else {
        asker.check_capability(found, Capability::Moderate)
    }
}

/// The invite whose code was given, if it still lets anybody in, and who made it.
pub(super) fn shown<'a>(
    asker: &Asker<'a>,
    invite: InviteId,
) -> Result<(&'a Invite, ParticipantId), Refusal> {
    if asker.actor != Actor::Invite(invite) {
        return Err(refuse::not_yours(
            "come in by another invite than the one whose code was given",
        ));
    }
    let found = asker
        .access
        .invite(invite)
        .ok_or_else(refuse::unknown_credential)?;
    check_open(found, asker.now)?;
    asker.access.check_line(&asker.actor)?;
    let creator = found.creator.ok_or_else(|| over("belongs to nobody"))?;
    asker
        .access
        .check_enabled(creator)
        .map_err(|_| over("came from somebody who is disabled now"))?;
    Ok((found, creator))
}

fn redeem(asker: &Asker<'_>, wanted: &RedeemInvite) -> Decision {
    let RedeemInvite {
        invite,
        participant,
        handle,
        key,
        credential,
        profile,
        label,
    } = wanted;
    let (found, creator) = shown(asker, *invite)?;
    if found.role.is_some() {
        return Err(refuse::conflict(
            "the invite is for a person, who chooses a password and gets no token",
            "open its link in a browser",
        )
        .so(Effect::NobodyRegistered));
    }
    check::content("profile", profile)?;
    check::content("label", label)?;
    if asker.access.credential(*credential).is_some() {
        return Err(refuse::id_taken("credential"));
    }
    let permissions = found.permissions.and(asker.access.own_permissions(creator));
    let ends = asker.access.ends(&asker.actor);
    let token = |participant| {
        NewEvent::with(
            issued(*credential, participant, permissions, ends),
            label.clone(),
        )
    };
    if let Some(known) = found.redeemed.get(key) {
        check_welcome(asker.access, *known, key)?;
        return Ok(vec![token(*known)]);
    }
    if found.uses_left() == 0 {
        return Err(over("is used up"));
    }
    let who = Newcomer {
        id: *participant,
        kind: found.kind,
        handle,
        key: Some(*key),
        trust: found.trust,
        visibility: Visibility::Public,
    };
    let registered = newcomer(asker.access, &who, creator)?;
    let redeemed = InviteRedeemed {
        invite: *invite,
        participant: *participant,
        key: Some(*key),
    };
    let mut events = vec![
        NewEvent::with(registered, profile.clone()),
        NewEvent::new(redeemed),
    ];
    events.extend(join(asker.access, found.room, *participant));
    events.push(token(*participant));
    Ok(events)
}

/// Whoever came before may come again, for a token that was lost. Whose token or key was revoked may not:
/// an invite undoes nothing that somebody did on purpose.
fn check_welcome(access: &Access, known: ParticipantId, key: &PublicKey) -> Result<(), Refusal> {
    access.check_enabled(known)?;
    let found = access
        .participant(known)
        .ok_or_else(refuse::no_participant)?;
    crate::identity::check_active(found, key)?;
    let mut own = access
        .credentials()
        .filter(|held| held.participant == known);
    if own.any(|held| held.revoked) {
        return Err(refuse::gone(
            format!(
                "a token of @{} was revoked, so an invite gives it no other",
                found.handle
            ),
            "ask whoever stands above it for a new token",
        )
        .so(Effect::NothingIssued));
    }
    Ok(())
}

/// The newcomer is in the invite's room at once, if that room is still in use.
pub(super) fn join(
    access: &Access,
    room: Option<RoomId>,
    participant: ParticipantId,
) -> Option<NewEvent> {
    let room = access.room(room?)?;
    check_in_use(room).ok()?;
    Some(NewEvent::new(RoomMemberJoined {
        room: room.id,
        participant,
    }))
}

fn issued(
    credential: CredentialId,
    participant: ParticipantId,
    permissions: PermissionSet,
    expires: Option<Millis>,
) -> CredentialIssued {
    CredentialIssued {
        credential,
        kind: CredentialKind::Token,
        participant,
        permissions,
        expires,
        per_minute: None,
        per_day: None,
    }
}

/// By whoever made it, or with `admin:tokens`.
fn revoke(asker: &Asker<'_>, invite: InviteId) -> Decision {
    let unknown = || refuse::not_found("invite", "list the invites to see their ids");
    let found = asker.access.invite(invite).ok_or_else(unknown)?;
    let mine = found.creator.is_some_and(|creator| asker.is_mine(creator));
    if !mine && !asker.has(Permission::AdminTokens) {
        return Err(unknown());
    }
    if found.revoked {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(InviteRevoked { invite })])
}
