//! `webhook.get`: the whole address is told to those whose webhook it is

use super::describe;
use crate::door::outbox::url_name;
use crate::prelude::*;

use mesh_model::Told;

impl Run for WebhookGet {
    async fn run(door: &Door, call: &Call, input: WebhookRefInput) -> Result<Webhook, Refusal> {
        let found = call.webhook(input.webhook)?;
        let mut shown = describe(door, call, found).await?;
        if call.owns_webhook(found) {
            let id = found.id;
            let url = door
                .vault(move |vault| vault.secret(&url_name(id), 1))
                .await?;
            shown.url = url.map(Told::composed);
        }
        Ok(shown)
    }
}
