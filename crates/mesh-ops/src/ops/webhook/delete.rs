//! `webhook.delete`: the log has said the word that counts; then the vault forgets

use crate::door::outbox::{destination, headers_name, secret_name, url_name};
use crate::prelude::*;

use mesh_model::WebhookId;
use mesh_model::command::WebhookCommand;

impl Run for WebhookDelete {
    async fn run(door: &Door, call: &Call, input: WebhookRefInput) -> Result<Done, Refusal> {
        let webhook = input.webhook;
        let command = Command::Webhook(WebhookCommand::Delete { webhook });
        let done = call.done(door, command).await?;
        forget(door, webhook).await?;
        Ok(done)
    }
}

/// Forgets what the vault holds of a webhook.
pub(crate) async fn forget(door: &Door, webhook: WebhookId) -> Result<(), Refusal> {
    door.vault(move |vault| {
        vault.keep_secret(&url_name(webhook), None)?;
        vault.keep_secret(&secret_name(webhook), None)?;
        vault.keep_secret(&headers_name(webhook), None)?;
        vault.forget_outbox(&destination(webhook))
    })
    .await
}
