//! `push.subscribe`: not in the log, so an idempotency key changes nothing

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mesh_model::limits::{PUSH_BROWSERS_MAX, PUSH_ENDPOINT_BYTES_MAX};
use mesh_model::push::{AUTH_BYTES, KEY_BYTES};
use mesh_model::webhook::Address;
use mesh_store::vault::PushAddress;

use crate::prelude::*;

impl Run for PushSubscribe {
    async fn run(
        door: &Door,
        call: &Call,
        input: PushSubscribeInput,
    ) -> Result<PushBrowser, Refusal> {
        let (me, now) = (call.me()?, call.now);
        let browser = input.browser.or(call.browser).ok_or_else(|| {
            refuse::invalid(
                "no browser asks, and none is named",
                "name one of yours in 'browser'; browser.list has their numbers",
            )
        })?;
        let mut address = checked(door, input)?;
        if let Actor::Credential(_, credential) = call.actor {
            address.by = Some(credential);
        }
        let put = door
            .vault(move |vault| {
                if vault.other_pushes(me, browser, now)? >= PUSH_BROWSERS_MAX {
                    return Ok(None);
                }
                vault.put_push(me, browser, &address, now).map(Some)
            })
            .await?;
        match put {
            None => {
                return Err(refuse::conflict(
                    format!("{PUSH_BROWSERS_MAX} of your browsers are told already"),
                    "end another one with push.unsubscribe, or sign it out",
                )
                .so(Effect::NothingStored));
            }
            Some(false) => {
                return Err(refuse::not_found(
                    "browser that you are signed in with",
                    "list them with browser.list",
                ));
            }
            Some(true) => {}
        }
        if let Some(outbox) = door.outbox() {
            outbox.pushes_changed();
        }
        let told = super::told(door, call, browser).await?;
        Ok(super::describe(door, call, &told))
    }
}

fn checked(door: &Door, input: PushSubscribeInput) -> Result<PushAddress, Refusal> {
    let bytes = input.endpoint.len();
    if bytes > PUSH_ENDPOINT_BYTES_MAX {
        let hint = "subscribe anew in the browser";
        return Err(
            refuse::too_large("the address", bytes, PUSH_ENDPOINT_BYTES_MAX, hint)
                .so(Effect::NothingStored),
        );
    }
    let bad = |why: String| {
        refuse::invalid(
            format!("the address {why}"),
            "it is what the browser's own push service gave; the node's owner names others in plugins.toml under [push] services",
        )
        .so(Effect::NothingStored)
        .within("/endpoint")
    };
    let address = Address::parse(&input.endpoint).map_err(|why| bad(why.to_owned()))?;
    if let Some(outbox) = door.outbox() {
        outbox.check_push(&address).map_err(bad)?;
    }
    let key = decoded(&input.p256dh, KEY_BYTES, "/p256dh")?;
    let auth = decoded(&input.auth, AUTH_BYTES, "/auth")?;
    Ok(PushAddress {
        endpoint: input.endpoint,
        key,
        auth,
        words: input.words,
        by: None,
    })
}

fn decoded(text: &str, bytes: usize, at: &str) -> Result<Vec<u8>, Refusal> {
    let decoded = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    decoded
        .filter(|decoded| decoded.len() == bytes)
        .ok_or_else(|| {
            refuse::invalid(
                format!("the field '{}' is not {bytes} bytes as base64url", &at[1..]),
                "take it from the browser's PushSubscription",
            )
            .so(Effect::NothingStored)
            .within(at)
        })
}
