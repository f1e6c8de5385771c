//! What the events of webhooks do to the state.

use std::sync::Arc;

use imbl::OrdMap;
use mesh_model::WebhookId;
use mesh_model::events::{WebhookCreated, WebhookFacts};

use super::{DeadLetter, Webhook};
use crate::{Access, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &WebhookFacts, event: &Stored<'_>) {
    let access = state.access_at(event.seq);
    match facts {
        WebhookFacts::Created(facts) => created(access, facts, event),
        WebhookFacts::Deleted(facts) => {
            access.webhooks.remove(&facts.webhook);
        }
        WebhookFacts::Paused(facts) => {
            change(access, facts.webhook, |webhook| {
                webhook.paused = Some(facts.why)
            });
        }
        WebhookFacts::Resumed(facts) => change(access, facts.webhook, |webhook| {
            webhook.paused = None;
            if facts.skip {
                webhook.since = event.seq;
            }
        }),
        WebhookFacts::Rotated(facts) => change(access, facts.webhook, |webhook| {
            webhook.version = facts.version;
            webhook.old_until = facts.old_until;
        }),
        WebhookFacts::GaveUp(facts) => change(access, facts.webhook, |webhook| {
            let letter = DeadLetter {
                attempts: facts.attempts,
                status: facts.status,
                again: false,
            };
            webhook.dead.insert(facts.seq, letter);
        }),
        WebhookFacts::Retried(facts) => change(access, facts.webhook, |webhook| {
            for seq in &facts.seqs {
                if let Some(letter) = webhook.dead.get_mut(seq) {
                    letter.again = true;
                }
            }
        }),
        WebhookFacts::Settled(facts) => change(access, facts.webhook, |webhook| {
            for seq in &facts.seqs {
                webhook.dead.remove(seq);
            }
        }),
    }
}

fn created(access: &mut Access, facts: &WebhookCreated, event: &Stored<'_>) {
    let webhook = Webhook {
        id: facts.webhook,
        participant: facts.participant,
        made_by: event.participant(),
        maker: access.bound_by(&event.by.actor),
        origin: facts.origin.clone(),
        room: facts.room,
        kinds: facts.kinds.clone(),
        addressed: facts.addressed,
        body: facts.body,
        task: facts.task,
        since: facts.after.unwrap_or(event.seq),
        paused: None,
        version: 1,
        old_until: 0,
        dead: OrdMap::new(),
    };
    access.webhooks.insert(facts.webhook, Arc::new(webhook));
}

fn change(access: &mut Access, id: WebhookId, change: impl FnOnce(&mut Webhook)) {
    if let Some(webhook) = access.webhooks.get_mut(&id) {
        change(Arc::make_mut(webhook));
    }
}
