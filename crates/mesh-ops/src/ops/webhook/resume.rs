//! `webhook.resume`

use crate::prelude::*;
use mesh_model::command::WebhookCommand;

impl Run for WebhookResume {
    async fn run(door: &Door, call: &Call, input: WebhookResumeInput) -> Result<Done, Refusal> {
        let command = WebhookCommand::Resume {
            webhook: input.webhook,
            skip: input.skip,
        };
        call.done(door, Command::Webhook(command)).await
    }
}
