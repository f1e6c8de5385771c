//! `webhook.list`

use super::describe;
use crate::prelude::*;

impl Run for WebhookList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<Webhook>, Refusal> {
        let mut items = Vec::new();
        for found in call
            .access
            .webhooks()
            .filter(|found| call.knows_webhook(found))
        {
            items.push(describe(door, call, found).await?);
        }
        Ok(List { items })
    }
}
