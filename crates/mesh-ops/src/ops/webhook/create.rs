//! `webhook.create`: address and secret are sealed in the vault before the event is in the log

use crate::door::SentAlong;
use crate::door::outbox::{headers_name, secret_name, url_name};
use crate::prelude::*;

use mesh_model::WebhookId;
use mesh_model::command::{CreateWebhook, WebhookCommand};
use mesh_model::events::WebhookFacts;
use mesh_model::limits::{WEBHOOK_HEADER_BYTES_MAX, WEBHOOK_URL_BYTES_MAX};
use mesh_model::webhook::Address;
use mesh_store::vault::secret::draw_signing;

impl Run for WebhookCreate {
    async fn run(
        door: &Door,
        call: &Call,
        input: WebhookCreateInput,
    ) -> Result<WebhookSecret, Refusal> {
        let address = checked(door, &input.url)?;
        let headers = SentAlong {
            token: header("/token", input.token)?,
            authorization: header("/authorization", input.authorization)?,
        };
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
            task: input.task,
            after: input.after,
        }));
        let url = input.url;
        let secret = door
            .vault(move |vault| {
                let secret = draw_signing()?;
                vault.put_secret(&url_name(webhook), 1, &url)?;
                vault.put_secret(&secret_name(webhook), 1, &secret)?;
                if headers != SentAlong::default() {
                    // Texts always become JSON.
                    let text = serde_json::to_string(&headers).unwrap_or_default();
                    vault.put_secret(&headers_name(webhook), 1, &text)?;
                }
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
            super::forget(door, webhook).await?;
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

pub(crate) fn checked(door: &Door, url: &str) -> Result<Address, Refusal> {
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

/// A header's value as it may be sent: letters that stand in one line and nothing that ends it.
fn header(at: &'static str, value: Option<String>) -> Result<Option<String>, Refusal> {
    let Some(value) = value.filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    if value.len() > WEBHOOK_HEADER_BYTES_MAX {
        let hint = "ask for a shorter one where it leads";
        let refusal = refuse::too_large("the header", value.len(), WEBHOOK_HEADER_BYTES_MAX, hint);
        return Err(refusal.so(Effect::NothingStored).within(at));
    }
    if !value
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        return Err(refuse::invalid(
            "the header holds what no header may hold",
            "letters, digits and signs of ASCII in one line",
        )
        .so(Effect::NothingStored)
        .within(at));
    }
    Ok(Some(value))
}
