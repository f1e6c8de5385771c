//! `webhook.deliveries`

use super::seen;
use crate::prelude::*;

impl Run for WebhookDeliveries {
    async fn run(
        door: &Door,
        call: &Call,
        input: WebhookRefInput,
    ) -> Result<List<WebhookDelivery>, Refusal> {
        let found = call.webhook(input.webhook)?;
        Ok(List {
            items: seen(door, found.id).deliveries,
        })
    }
}
