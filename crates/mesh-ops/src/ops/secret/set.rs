//! `secret.set`: the value is sealed in the vault before the event is in the log

use crate::prelude::*;
use mesh_model::command::SecretCommand;
use mesh_model::events::SecretFacts;

impl Run for SecretSet {
    async fn run(door: &Door, call: &Call, input: SecretSetInput) -> Result<SecretInfo, Refusal> {
        check::secret(&input.value)?;
        // One at a time: the version has to be known before the event that counts it.
        let _turn = door.secrets_turn().await;
        let name = input.name.clone();
        let version = held(door, &name).map_or(1, |held| held + 1);
        let value = input.value;
        door.vault(move |vault| vault.put_secret(&name, version, &value))
            .await?;
        let command = Command::Secret(SecretCommand::Set {
            name: input.name.clone(),
        });
        let outcome = call.submit(door, command).await;
        let unknown = outcome
            .as_ref()
            .is_err_and(|refusal| refusal.code == ErrorCode::OutcomeUnknown);
        if !unknown {
            tidy(door, input.name).await?;
        }
        told::<SecretSet>(door, call, &outcome?).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<SecretInfo> {
        facts.into_iter().find_map(|facts| match facts {
            Facts::Secret(SecretFacts::Set(set)) => Some(SecretInfo {
                name: set.name,
                version: set.version,
                seq: outcome.last(),
            }),
            _ => None,
        })
    }
}

/// The version that holds.
fn held(door: &Door, name: &str) -> Option<u32> {
    door.node()
        .access()
        .secret(name)
        .map(|secret| secret.version)
}

/// Forgets every value of this name but the one that holds.
pub(super) async fn tidy(door: &Door, name: String) -> Result<(), Refusal> {
    let version = held(door, &name);
    door.vault(move |vault| vault.keep_secret(&name, version))
        .await
}
