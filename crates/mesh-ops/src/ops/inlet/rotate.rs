//! `inlet.rotate`: the new secret is in the vault before the event that makes it count

use mesh_model::command::InletCommand;

use super::{secret, secret_name};
use crate::prelude::*;

impl Run for InletRotate {
    async fn run(
        door: &Door,
        call: &Call,
        input: InletRotateInput,
    ) -> Result<InletSecret, Refusal> {
        let inlet = input.inlet;
        let secret = secret(input.secret.as_deref(), call.own_inlet(inlet)?.set.kind)?;
        // One at a time: the version has to be known before the event that counts it.
        let _turn = door.secrets_turn().await;
        let held = |door: &Door| door.node().access().inlet(inlet).map(|found| found.version);
        let version = held(door).ok_or_else(refuse::no_inlet)?.saturating_add(1);
        let kept = secret.clone();
        door.vault(move |vault| vault.put_secret(&secret_name(inlet), version, &kept))
            .await?;
        let command = Command::Inlet(InletCommand::Rotate { inlet, version });
        let outcome = call.submit(door, command).await?;
        if let Some(version) = held(door) {
            let oldest = version.saturating_sub(1);
            door.vault(move |vault| vault.drop_secrets_before(&secret_name(inlet), oldest))
                .await?;
        }
        Ok(InletSecret {
            id: inlet,
            endpoint: mesh_model::inlet::path(inlet),
            secret: Some(secret).filter(|_| !outcome.replayed),
            seq: outcome.last(),
        })
    }
}
