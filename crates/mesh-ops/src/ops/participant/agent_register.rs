//! `agent.register`: a participant below the caller, or below somebody who agreed, and its token

use crate::ops::credential::Issue;
use crate::prelude::*;
use mesh_model::command::ParticipantCommand;

use mesh_model::PublicKey;
use mesh_model::events::ParticipantFacts;
use mesh_proof::statement;

impl Run for AgentRegister {
    async fn run(
        door: &Door,
        call: &Call,
        input: AgentRegisterInput,
    ) -> Result<Registered, Refusal> {
        check::profile(&input.profile)?;
        let permissions = call.grant(input.preset, input.permissions, Preset::Worker)?;
        let parent = match &input.parent {
            Some(parent) => Some(call.participant(parent)?.id),
            None => None,
        };
        let agreed = agreed(call, parent, &input)?;
        let command = Command::Participant(ParticipantCommand::Register {
            participant: ParticipantId(Uuid::now_v7()),
            kind: input.kind.unwrap_or(Kind::Agent),
            handle: input.agent,
            parent,
            agreed,
            key: input.key,
            visibility: input.visibility,
            profile: content(&input.profile)?,
        });
        let outcome = call.submit(door, command).await?;
        let Some(Facts::Participant(ParticipantFacts::Registered(made))) =
            door.facts(&outcome).await?.into_iter().next()
        else {
            return Err(refuse::internal(
                "the participant's own event cannot be read",
            ));
        };
        let issue = Issue::token(made.participant, permissions, made.handle.clone());
        let issued = call.issue(door, issue, 1).await?;
        Ok(Registered {
            id: made.participant,
            handle: made.handle,
            credential: issued.credential,
            token: issued.secret,
            seq: issued.seq,
        })
    }
}

/// The key by which the parent agreed; whether it is one of the parent's is for the core to say.
fn agreed(
    call: &Call,
    parent: Option<ParticipantId>,
    input: &AgentRegisterInput,
) -> Result<Option<PublicKey>, Refusal> {
    let Some(proof) = &input.parent_proof else {
        return Ok(None);
    };
    let Some(parent) = parent else {
        return Err(refuse::invalid(
            "the field 'parent_proof' stands there without a 'parent'",
            "name the parent, or leave both out to register below yourself",
        ));
    };
    let stated = statement::parent(&call.mesh()?.to_string(), &parent.to_string(), &input.agent);
    if !statement::verify(&proof.key.0, &stated, &proof.sig.0) {
        return Err(refuse::bad_signature(
            "the field 'parent_proof' is no signature by its key of mesh-parent/1, this mesh's id, the parent's id and the new handle",
        ));
    }
    Ok(Some(proof.key))
}
