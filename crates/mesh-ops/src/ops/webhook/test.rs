//! `webhook.test`: what came of it is the answer, whatever it was

use crate::prelude::*;

impl Run for WebhookTest {
    async fn run(
        door: &Door,
        call: &Call,
        input: WebhookRefInput,
    ) -> Result<WebhookDelivery, Refusal> {
        let found = call.webhook(input.webhook)?;
        if !call.owns_webhook(found) {
            return Err(refuse::no_webhook());
        }
        call.access.check_webhook(found, call.now)?;
        call.pass_turn();
        match door.outbox() {
            Some(outbox) => Ok(outbox.test(found.id).await),
            None => Ok(WebhookDelivery {
                id: String::new(),
                seq: None,
                at: call.now,
                attempt: 1,
                ok: false,
                status: None,
                trouble: Some("this node sends nothing out".to_owned()),
                took_ms: 0,
            }),
        }
    }
}
