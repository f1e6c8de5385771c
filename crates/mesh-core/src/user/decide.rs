//! Users: participants that sign in with a password.

use mesh_model::command::{Content, UserCommand};
use mesh_model::events::{Kind, Trust, UserCreated, UserPasswordChanged, UserRoleSet, Visibility};
use mesh_model::permission::Preset;
use mesh_model::{NewEvent, ParticipantId, Permission, Refusal};

use crate::actor::Asker;
use crate::participant::{Newcomer, newcomer};
use crate::{Decision, Participant, check, refuse};

pub(crate) fn decide(asker: &Asker<'_>, command: &UserCommand) -> Decision {
    match command {
        UserCommand::Create {
            participant,
            handle,
            role,
            profile,
        } => create_user(asker, *participant, handle, *role, profile),
        UserCommand::SetRole { participant, role } => set_user_role(asker, *participant, *role),
        UserCommand::ChangePassword { participant } => change_password(asker, *participant),
    }
}

fn check_role(asker: &Asker<'_>, role: Preset) -> Result<(), Refusal> {
    if !matches!(role, Preset::Admin | Preset::User | Preset::Viewer) {
        return Err(refuse::invalid(
            format!("'{}' is not a role of users", role.name()),
            "use admin, user or viewer",
        ));
    }
    asker.check_grant(role.permissions())
}

fn create_user(
    asker: &Asker<'_>,
    id: ParticipantId,
    handle: &str,
    role: Preset,
    profile: &Content,
) -> Decision {
    check_role(asker, role)?;
    check::content("profile", profile)?;
    let parent = asker.me()?;
    let who = Newcomer {
        id,
        kind: Kind::Human,
        handle,
        key: None,
        trust: Trust::Local,
        visibility: Visibility::Public,
    };
    let registered = newcomer(asker.access, &who, parent)?;
    Ok(vec![
        NewEvent::with(registered, profile.clone()),
        NewEvent::new(UserCreated {
            participant: id,
            role,
        }),
    ])
}

/// A user that is not above the asker: its role grants nothing that the asker lacks.
fn user<'a>(asker: &Asker<'a>, id: ParticipantId) -> Result<(&'a Participant, Preset), Refusal> {
    let found = asker.participant(id)?;
    let Some(role) = found.user else {
        return Err(refuse::conflict(
            format!(
                "@{} is not a user: it does not sign in with a password",
                found.handle
            ),
            "create a user instead",
        ));
    };
    Ok((found, role))
}

fn set_user_role(asker: &Asker<'_>, id: ParticipantId, role: Preset) -> Decision {
    let (_, present) = user(asker, id)?;
    asker.check_grant(present.permissions())?;
    check_role(asker, role)?;
    if present == role {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(UserRoleSet {
        participant: id,
        role,
    })])
}

fn change_password(asker: &Asker<'_>, id: ParticipantId) -> Decision {
    let (_, role) = user(asker, id)?;
    if asker.actor.participant() != Some(id) && !asker.is_node() {
        if !asker.has(Permission::AdminUsers) {
            return Err(refuse::permission(Permission::AdminUsers));
        }
        asker.check_grant(role.permissions())?;
    }
    Ok(vec![NewEvent::new(UserPasswordChanged { participant: id })])
}
