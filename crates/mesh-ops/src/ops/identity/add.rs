//! `identity.add`: whoever adds a key shows that it holds it

use crate::prelude::*;
use mesh_model::command::IdentityCommand;

use mesh_proof::statement;

impl Run for IdentityAdd {
    async fn run(door: &Door, call: &Call, input: IdentityAddInput) -> Result<Done, Refusal> {
        let participant = call.me()?;
        let stated = statement::key(
            &call.mesh()?.to_string(),
            &participant.to_string(),
            &input.key.to_string(),
        );
        if !statement::verify(&input.key.0, &stated, &input.proof.0) {
            return Err(refuse::bad_signature(
                "the field 'proof' is no signature by the new key of mesh-key/1, this mesh's id, your id and the key",
            ));
        }
        call.done(
            door,
            Command::Identity(IdentityCommand::Add {
                participant,
                key: input.key,
                replaces: input.replaces,
            }),
        )
        .await
    }
}
