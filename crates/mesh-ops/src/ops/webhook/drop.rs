//! `webhook.drop`

use crate::prelude::*;
use mesh_model::command::WebhookCommand;

impl Run for WebhookDrop {
    async fn run(door: &Door, call: &Call, input: WebhookDeadInput) -> Result<Done, Refusal> {
        let command = WebhookCommand::Drop {
            webhook: input.webhook,
            seqs: input.seqs,
        };
        call.done(door, Command::Webhook(command)).await
    }
}
