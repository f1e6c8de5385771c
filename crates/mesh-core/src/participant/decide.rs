//! Who comes to be a participant, changes and is disabled.

use mesh_model::command::{Content, ParticipantCommand};
use mesh_model::events::{
    AddedBy, Kind, ParticipantDisabled, ParticipantEnabled, ParticipantRegistered,
    ParticipantRolesSet, ParticipantTrustSet, ParticipantUpdated, Trust, Visibility,
};
use mesh_model::limits::{PARENT_DEPTH_MAX, ROLES_MAX};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Effect, ErrorCode, NewEvent, ParticipantId, Permission, PublicKey, Refusal};

use crate::actor::Asker;
use crate::participant::Disabled;
use crate::{Access, Decision, Participant, check, identity, refuse, session};

pub fn decide(asker: &Asker<'_>, command: &ParticipantCommand) -> Decision {
    match command {
        ParticipantCommand::Register {
            participant,
            kind,
            handle,
            parent,
            agreed,
            key,
            visibility,
            profile,
        } => {
            let newcomer = Newcomer {
                id: *participant,
                kind: *kind,
                handle,
                key: *key,
                trust: Trust::Local,
                visibility: *visibility,
            };
            register(asker, newcomer, *parent, *agreed, profile)
        }
        ParticipantCommand::Update {
            participant,
            visibility,
            added_by,
            profile,
        } => update(asker, *participant, *visibility, *added_by, profile),
        ParticipantCommand::SetTrust { participant, trust } => {
            set_trust(asker, *participant, *trust)
        }
        ParticipantCommand::SetRoles { participant, roles } => {
            set_roles(asker, *participant, roles)
        }
        ParticipantCommand::Disable { participant } => disable(asker, *participant),
        ParticipantCommand::Enable { participant } => enable(asker, *participant),
    }
}

/// Somebody who is to be registered.
pub(crate) struct Newcomer<'a> {
    pub id: ParticipantId,
    pub kind: Kind,
    pub handle: &'a str,
    pub key: Option<PublicKey>,
    /// Its trust at most: nobody is trusted further than whoever made it.
    pub trust: Trust,
    pub visibility: Visibility,
}

/// The event that registers a newcomer below `parent`, if id, handle and depth allow it.
pub(crate) fn newcomer(
    access: &Access,
    newcomer: &Newcomer<'_>,
    parent: ParticipantId,
) -> Result<ParticipantRegistered, Refusal> {
    check::name("handle", newcomer.handle)?;
    if access.by_handle(newcomer.handle).is_some() {
        return Err(refuse::name_taken("handle", newcomer.handle));
    }
    if access.participant(newcomer.id).is_some() {
        return Err(refuse::id_taken("participant"));
    }
    if newcomer.kind == Kind::Human && !access.is_person(parent) {
        return Err(no_person("nothing below a program is a person"));
    }
    if let Some(key) = newcomer.key {
        identity::check_free(access, &key)?;
    }
    let trust = newcomer.trust.min(access.trust_of(parent, false));
    if trust < Trust::Local {
        identity::check_no_imitation(access, newcomer.handle)?;
    }
    if access.ancestors(parent).count() >= PARENT_DEPTH_MAX {
        return Err(refuse::conflict(
            format!("agents of agents go {PARENT_DEPTH_MAX} levels deep and no deeper"),
            "register it with a parent nearer to the owner",
        )
        .so(Effect::NobodyRegistered));
    }
    Ok(ParticipantRegistered {
        participant: newcomer.id,
        kind: newcomer.kind,
        handle: newcomer.handle.to_owned(),
        parent: Some(parent),
        key: newcomer.key,
        trust: trust.min(Trust::Local),
        visibility: newcomer.visibility,
    })
}

fn register(
    asker: &Asker<'_>,
    who: Newcomer<'_>,
    parent: Option<ParticipantId>,
    agreed: Option<PublicKey>,
    profile: &Content,
) -> Decision {
    let me = asker.me()?;
    let parent = parent.unwrap_or(me);
    if parent != me {
        let found = asker.participant(parent)?;
        match agreed {
            Some(key) => identity::check_active(found, &key)?,
            None if asker.has(Permission::AgentsAdmin) => {}
            None => return Err(never_agreed(&found.handle)),
        }
        asker.access.check_enabled(parent)?;
    }
    if who.kind == Kind::Human {
        return Err(no_person("nobody is a person because somebody says so"));
    }
    check::content("profile", profile)?;
    let registered = newcomer(asker.access, &who, parent)?;
    Ok(vec![NewEvent::with(registered, profile.clone())])
}

/// To be a person is earned: by an invite that somebody redeems, or by signing in as a user.
fn no_person(detail: &'static str) -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        detail,
        Effect::NobodyRegistered,
        "invite a person with invite.create, or make a user; register programs as agent, bot or bridge",
    )
    .ruled(Ruling::by(RulingBy::Standing))
}

fn never_agreed(parent: &str) -> Refusal {
    Refusal::new(
        ErrorCode::PermissionDenied,
        format!("@{parent} did not agree to be the parent"),
        Effect::NobodyRegistered,
        "send the parent's signature along as parent_proof, or register it below yourself",
    )
}

/// A participant that the asker may change: itself, what it made, or any with `agents:admin`.
/// The owner is changed by the owner alone.
fn mine_or_any<'a>(asker: &Asker<'a>, id: ParticipantId) -> Result<&'a Participant, Refusal> {
    let found = asker.participant(id)?;
    if asker.access.is_owner(id) && !asker.is_owner() {
        return Err(refuse::owner_only("change the owner"));
    }
    if asker.is_node() || asker.is_mine(id) || asker.has(Permission::AgentsAdmin) {
        return Ok(found);
    }
    Err(refuse::permission(Permission::AgentsAdmin))
}

fn update(
    asker: &Asker<'_>,
    id: ParticipantId,
    visibility: Option<Visibility>,
    added_by: Option<AddedBy>,
    profile: &Content,
) -> Decision {
    let found = mine_or_any(asker, id)?;
    check::content("profile", profile)?;
    let visibility = visibility.unwrap_or(found.visibility);
    let added_by = added_by.filter(|new| *new != asker.access.added_by(found));
    if added_by.is_some() && !asker.is_node() && !asker.is_mine(id) {
        return Err(refuse::not_yours(
            "say who brings somebody else's participant into rooms",
        ));
    }
    if visibility == found.visibility && added_by.is_none() && profile.is_none() {
        return Ok(Vec::new());
    }
    let updated = ParticipantUpdated {
        participant: id,
        visibility,
        added_by,
    };
    Ok(vec![NewEvent::with(updated, profile.clone())])
}

fn set_roles(asker: &Asker<'_>, id: ParticipantId, roles: &[String]) -> Decision {
    let found = asker.participant(id)?;
    if !asker.has(Permission::AgentsAdmin) {
        return Err(refuse::permission(Permission::AgentsAdmin));
    }
    // Everybody is told roles as they are, without an envelope.
    if asker.access.trust_of(asker.me()?, false) < Trust::Local {
        return Err(refuse::not_yours("set roles as a guest"));
    }
    roles
        .iter()
        .try_for_each(|role| check::label("role", role))?;
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    if roles.len() > ROLES_MAX {
        return Err(refuse::invalid(
            format!("a participant has at most {ROLES_MAX} roles"),
            "leave some out",
        )
        .so(Effect::NothingChanged));
    }
    if roles == found.roles {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(ParticipantRolesSet {
        participant: id,
        roles,
    })])
}

/// The owner says how far others are trusted; nobody but the owner is trusted as the owner.
fn set_trust(asker: &Asker<'_>, id: ParticipantId, trust: Trust) -> Decision {
    let found = asker.participant(id)?;
    if !asker.is_owner() {
        return Err(refuse::owner_only("say how far somebody is trusted"));
    }
    if found.trust == Trust::Owner || trust == Trust::Owner {
        return Err(refuse::conflict(
            "the owner's trust is the owner's alone",
            "set untrusted, federated or local for somebody else",
        )
        .so(Effect::NothingChanged));
    }
    if found.trust == trust {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(ParticipantTrustSet {
        participant: id,
        trust,
    })])
}

fn disable(asker: &Asker<'_>, id: ParticipantId) -> Decision {
    let found = mine_or_any(asker, id)?;
    if asker.access.is_owner(id) {
        return Err(refuse::conflict(
            "the owner cannot be disabled: nobody could enable it again",
            "exchange the owner's token instead, if it has leaked",
        ));
    }
    if !found.is_enabled() {
        return Ok(Vec::new());
    }
    let mut events = vec![NewEvent::new(ParticipantDisabled { participant: id })];
    events.extend(session::revoked(asker.access, |session| {
        asker.access.depends_on(session.participant, id)
    }));
    Ok(events)
}

/// Whoever may disable may enable, except that only `agents:admin` undoes what somebody above or
/// beside the asker did.
fn enable(asker: &Asker<'_>, id: ParticipantId) -> Decision {
    let found = mine_or_any(asker, id)?;
    let Some(Disabled { by }) = found.disabled else {
        return Ok(Vec::new());
    };
    let undoes_own = by.is_some_and(|by| asker.is_mine(by));
    if !undoes_own && !asker.has(Permission::AgentsAdmin) {
        return Err(refuse::permission(Permission::AgentsAdmin));
    }
    Ok(vec![NewEvent::new(ParticipantEnabled { participant: id })])
}
