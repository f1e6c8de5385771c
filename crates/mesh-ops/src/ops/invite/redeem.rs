//! `invite.redeem`: the newcomer's key makes a repetition the same, so an idempotency key changes nothing

use crate::prelude::*;
use mesh_model::events::CredentialFacts;

use mesh_store::vault::secret::{self, SecretHash, draw};

impl Run for InviteRedeem {
    async fn run(
        door: &Door,
        call: &Call,
        input: InviteRedeemInput,
    ) -> Result<Registered, Refusal> {
        check::profile(&input.profile)?;
        let code = input.code;
        let invite = door
            .vault(move |vault| vault.invite(code.trim()))
            .await?
            .ok_or_else(|| {
                refuse::not_found(
                    "there is no invite with that code; nobody was registered",
                    "ask whoever sent it for a new one",
                )
            })?;
        let credential = CredentialId(Uuid::now_v7());
        let token = door
            .vault(move |vault| {
                let token = draw(secret::TOKEN)?;
                vault.put_credential(SecretHash::of(&token), credential)?;
                Ok(token)
            })
            .await?;
        let command = Command::RedeemInvite {
            invite,
            participant: ParticipantId(Uuid::now_v7()),
            handle: input.handle.clone(),
            key: input.key,
            credential,
            profile: content(&input.profile)?,
            label: content(&Label {
                label: input.handle,
            })?,
        };
        let outcome = match call.submit_as(door, Actor::Invite(invite), command).await {
            Ok(outcome) => outcome,
            Err(refusal) => return Err(door.withdraw(credential, refusal).await),
        };
        let issued = door
            .facts(&outcome)
            .await?
            .into_iter()
            .find_map(|facts| match facts {
                Facts::Credential(CredentialFacts::Issued(issued)) => Some(issued),
                _ => None,
            });
        let issued =
            issued.ok_or_else(|| refuse::internal("the token's own event cannot be read"))?;
        let access = door.node().access();
        let found = access
            .participant(issued.participant)
            .ok_or_else(refuse::no_participant)?;
        Ok(Registered {
            id: found.id,
            handle: found.handle.clone(),
            credential: issued.credential,
            token: Some(token),
            seq: outcome.last(),
        })
    }
}
