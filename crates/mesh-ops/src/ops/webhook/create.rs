//! `webhook.create`: address and secret are sealed in the vault before the event is in the log

use crate::door::outbox::{secret_name, url_name};
use crate::prelude::*;

use mesh_model::WebhookId;
use mesh_model::command::{CreateWebhook, WebhookCommand};
use mesh_model::events::WebhookFacts;
use mesh_model::limits::WEBHOOK_URL_BYTES_MAX;
use mesh_model::webhook::Address;
use mesh_store::vault::secret::draw_signing;

impl Run for WebhookCreate {
    async fn run(
        door: &Door,
        call: &Call,
        input: WebhookCreateInput,
    ) -> Result<WebhookSecret, Refusal> {
        let address = checked(door, &input.url)?;
        let participant = match &input.participant {
            Some(participant) => call.participant(participant)?.id,
            None => call.me()?,
        };
        let room = match &input.room {
            Some(room) => Some(call.room(room)?.id),
            None => None,
        };
        let webhook = WebhookId(Uuid::now_v7());
        let command = Command::Webhook(WebhookCommand::Create(CreateWebhook {
            webhook,
            participant,
            origin: address.to_string(),
            room,
            kinds: input.kinds,
            addressed: input.addressed,
            body: input.body,
        }));
        let url = input.url;
        let secret = door
            .vault(move |vault| {
                let secret = draw_signing()?;
                vault.put_secret(&url_name(webhook), 1, &url)?;
                vault.put_secret(&secret_name(webhook), 1, &secret)?;
                Ok(secret)
            })
            .await?;
        let outcome = call.submit(door, command).await;
        let made = match &outcome {
            Ok(outcome) => !outcome.replayed,
            // If it is unknown whether there is one, its secret stays: nobody was given it.
            Err(refusal) => refusal.code == ErrorCode::OutcomeUnknown,
        };
        if !made {
            super::delete::forget(door, webhook).await?;
        }
        let outcome = outcome?;
        let Some(Facts::Webhook(WebhookFacts::Created(created))) =
            door.facts(&outcome).await?.into_iter().next()
        else {
            return Err(refuse::internal("the webhook's own event cannot be read"));
        };
        Ok(WebhookSecret {
            id: created.webhook,
            secret: Some(secret).filter(|_| made),
            seq: outcome.last(),
        })
    }
}

fn checked(door: &Door, url: &str) -> Result<Address, Refusal> {
    if url.len() > WEBHOOK_URL_BYTES_MAX {
        let hint = "ask for a shorter one where it leads";
        return Err(
            refuse::too_large("the address", url.len(), WEBHOOK_URL_BYTES_MAX, hint)
                .so(Effect::NothingStored),
        );
    }
    let bad = |why: String| {
        refuse::invalid(
            format!("the address {why}"),
            "such as https://hooks.example.org/wake; what lies in a private network is opened by the node's owner in plugins.toml",
        )
        .so(Effect::NothingStored)
        .within("/url")
    };
    let address = Address::parse(url).map_err(|why| bad(why.to_owned()))?;
    if let Some(outbox) = door.outbox() {
        outbox.check(&address).map_err(bad)?;
    }
    Ok(address)
}
