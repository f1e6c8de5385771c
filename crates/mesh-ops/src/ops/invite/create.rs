//! `invite.create`: the code's hash is in the vault before the event is in the log

use crate::prelude::*;
use mesh_model::command::{CreateInvite, InviteCommand};

use mesh_model::PermissionSet;
use mesh_model::events::{InviteFacts, Trust};
use mesh_store::vault::secret::{SecretHash, draw};

/// What the newcomer's token may; a user has no token, but the rights of its role.
fn token_permissions(call: &Call, input: &InviteCreateInput) -> Result<PermissionSet, Refusal> {
    if input.role.is_none() {
        return call.grant(input.preset, input.permissions, Preset::Worker);
    }
    if input.preset.is_some() || input.permissions.is_some() {
        return Err(refuse::invalid(
            "an invite with a role gives no token, and 'preset' or 'permissions' say what a token may",
            "give the role alone",
        ));
    }
    Ok(PermissionSet::NONE)
}

impl Run for InviteCreate {
    async fn run(
        door: &Door,
        call: &Call,
        input: InviteCreateInput,
    ) -> Result<InviteCreated, Refusal> {
        check::label("label", &input.label)?;
        let invite = InviteId(Uuid::now_v7());
        let permissions = token_permissions(call, &input)?;
        let room = match &input.room {
            Some(room) => Some(call.room(room)?.id),
            None => None,
        };
        let command = Command::Invite(InviteCommand::Create(CreateInvite {
            invite,
            kind: input.kind.unwrap_or(match input.role {
                Some(_) => Kind::Human,
                None => Kind::Agent,
            }),
            permissions,
            uses: input.uses.unwrap_or(1),
            expires: input.expires,
            room,
            trust: if input.guest {
                Trust::Untrusted
            } else {
                Trust::Local
            },
            role: input.role,
            label: content(&Label { label: input.label })?,
        }));
        let code = door
            .vault(move |vault| {
                let code = draw("")?;
                vault.put_invite(SecretHash::of(&code), invite)?;
                Ok(code)
            })
            .await?;
        let outcome = call.submit(door, command).await;
        let made = match &outcome {
            Ok(outcome) => !outcome.replayed,
            // If it is unknown whether there is an invite, its code stays: nobody was given it.
            Err(refusal) => refusal.code == ErrorCode::OutcomeUnknown,
        };
        if !made {
            door.vault(move |vault| vault.forget_invite(invite)).await?;
        }
        let outcome = outcome?;
        let Some(Facts::Invite(InviteFacts::Created(made))) =
            door.facts(&outcome).await?.into_iter().next()
        else {
            return Err(refuse::internal("the invite's own event cannot be read"));
        };
        let code = Some(code).filter(|_| !outcome.replayed);
        let path = code.as_ref().map(|code| format!("/i/{code}"));
        Ok(InviteCreated {
            id: made.invite,
            code,
            path,
            seq: outcome.first,
        })
    }
}
