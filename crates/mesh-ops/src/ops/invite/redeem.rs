//! `invite.redeem`: the newcomer's key makes a repetition the same, so an idempotency key changes nothing

use super::code;
use crate::prelude::*;
use mesh_model::command::{InviteCommand, RedeemInvite};
use mesh_model::events::CredentialFacts;

use mesh_proof::statement;
use mesh_store::vault::secret::{self, SecretHash, draw};

/// The shortest and the longest nonce.
const NONCE_CHARS: std::ops::RangeInclusive<usize> = 16..=64;

/// A public key is known to everybody: whoever names it shows that it is theirs, for this invite and this once.
fn check_proof(call: &Call, input: &InviteRedeemInput) -> Result<(), Refusal> {
    let plain = input.nonce.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain || !NONCE_CHARS.contains(&input.nonce.len()) {
        return Err(refuse::invalid(
            "the field 'nonce' is not 16 to 64 letters and digits",
            "draw a new one for each request",
        ));
    }
    let stated = statement::redeem(
        &call.mesh()?.to_string(),
        input.code.trim(),
        &input.handle,
        &input.key.to_string(),
        &input.nonce,
    );
    if statement::verify(&input.key.0, &stated, &input.proof.0) {
        return Ok(());
    }
    Err(refuse::bad_signature(
        "the field 'proof' is no signature by the key of mesh-redeem/1, this mesh's id, the code's SHA-256, the handle, the key and the nonce",
    ))
}

fn used_nonce() -> Refusal {
    refuse::bad_signature(
        "the nonce was used before, so the proof may be somebody else's, heard and repeated",
    )
}

impl Run for InviteRedeem {
    async fn run(
        door: &Door,
        call: &Call,
        input: InviteRedeemInput,
    ) -> Result<Registered, Refusal> {
        check::profile(&input.profile)?;
        check_proof(call, &input)?;
        // Only with a code is anything written.
        let invite = code::invite(door, call, &input.code).await?;
        let nonce = SecretHash::of(&input.nonce);
        if !door.vault(move |vault| vault.use_nonce(nonce)).await? {
            return Err(used_nonce());
        }
        let credential = CredentialId(Uuid::now_v7());
        let token = door
            .vault(move |vault| {
                let token = draw(secret::TOKEN)?;
                vault.put_credential(SecretHash::of(&token), credential)?;
                Ok(token)
            })
            .await?;
        let command = Command::Invite(InviteCommand::Redeem(RedeemInvite {
            invite,
            participant: ParticipantId(Uuid::now_v7()),
            handle: input.handle.clone(),
            key: input.key,
            credential,
            profile: content(&input.profile)?,
            label: content(&Label {
                label: input.handle,
            })?,
        }));
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
