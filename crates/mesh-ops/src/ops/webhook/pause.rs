//! `webhook.pause`

use crate::prelude::*;
use mesh_model::command::WebhookCommand;

impl Run for WebhookPause {
    async fn run(door: &Door, call: &Call, input: WebhookRefInput) -> Result<Done, Refusal> {
        let command = WebhookCommand::Pause {
            webhook: input.webhook,
        };
        call.done(door, Command::Webhook(command)).await
    }
}
