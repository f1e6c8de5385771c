//! `webhook.rotate`: the new secret is in the vault before the event that makes it count

use crate::door::outbox::secret_name;
use crate::prelude::*;

use mesh_model::command::WebhookCommand;
use mesh_store::vault::secret::draw_signing;

impl Run for WebhookRotate {
    async fn run(
        door: &Door,
        call: &Call,
        input: WebhookRefInput,
    ) -> Result<WebhookSecret, Refusal> {
        let webhook = input.webhook;
        call.webhook(webhook)?;
        // One at a time: the version has to be known before the event that counts it.
        let _turn = door.secrets_turn().await;
        let held = |door: &Door| {
            door.node()
                .access()
                .webhook(webhook)
                .map(|found| found.version)
        };
        let version = held(door).ok_or_else(refuse::no_webhook)?.saturating_add(1);
        let secret = door
            .vault(move |vault| {
                let secret = draw_signing()?;
                vault.put_secret(&secret_name(webhook), version, &secret)?;
                Ok(secret)
            })
            .await?;
        let command = Command::Webhook(WebhookCommand::Rotate { webhook, version });
        let outcome = call.submit(door, command).await?;
        if let Some(version) = held(door) {
            let oldest = version.saturating_sub(1);
            door.vault(move |vault| vault.drop_secrets_before(&secret_name(webhook), oldest))
                .await?;
        }
        Ok(WebhookSecret {
            id: webhook,
            secret: Some(secret).filter(|_| !outcome.replayed),
            seq: outcome.last(),
        })
    }
}
