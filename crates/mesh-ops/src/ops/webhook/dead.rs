//! `webhook.dead`

use crate::prelude::*;

impl Run for WebhookDead {
    async fn run(
        _: &Door,
        call: &Call,
        input: WebhookRefInput,
    ) -> Result<List<WebhookDeadLetter>, Refusal> {
        let dead = call.webhook(input.webhook)?.dead.iter();
        let items = dead.map(|(seq, letter)| WebhookDeadLetter {
            seq: *seq,
            attempts: letter.attempts,
            status: letter.status,
            again: letter.again,
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
