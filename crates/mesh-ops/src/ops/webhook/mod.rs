//! Outbound webhooks: what of them is secret lies in the vault, what they mean in the log; who sends is behind
//! [`Outbox`](crate::Outbox).

mod create;
mod dead;
mod delete;
mod deliveries;
mod drop;
mod get;
mod list;
mod pause;
mod resume;
mod retry;
mod rotate;
mod test;

pub(crate) use create::checked;
pub(crate) use delete::forget;

use mesh_core::Webhook as Record;
use mesh_model::{Permission, WebhookId};
use mesh_node::machine::Whose;

use crate::door::Progress;
use crate::ops::present;
use crate::prelude::*;

impl Call {
    /// Whether the caller may do with it what whoever made it may.
    fn owns_webhook(&self, webhook: &Record) -> bool {
        self.actor.participant().is_some_and(|me| {
            me == webhook.participant || self.access.descends(webhook.participant, me)
        })
    }

    fn knows_webhook(&self, webhook: &Record) -> bool {
        self.owns_webhook(webhook) || self.has(Permission::AdminWebhooks)
    }

    fn webhook(&self, id: WebhookId) -> Result<&Record, Refusal> {
        let found = self.access.webhook(id);
        found
            .filter(|found| self.knows_webhook(found))
            .ok_or_else(refuse::no_webhook)
    }
}

/// A webhook as it is shown; without its whole address.
async fn describe(door: &Door, call: &Call, found: &Record) -> Result<Webhook, Refusal> {
    let seen = seen(door, found.id);
    let position = door.webhook_position(found.id).await?.max(seen.position);
    let maker = found.made_by.unwrap_or(found.participant);
    let whose = Whose::of(&call.access, maker, found.since);
    let reader = present::reader(door, call);
    let state = match () {
        () if found.paused.is_some() => WebhookState::Paused,
        () if call.access.check_webhook(found, call.now).is_err() => WebhookState::Over,
        () if seen.trouble.is_some() => WebhookState::Failing,
        () => WebhookState::Active,
    };
    Ok(Webhook {
        id: found.id,
        participant: present::participant(&call.access, found.participant),
        made_by: present::participant(&call.access, maker),
        origin: reader.tell(&call.access, &whose, &found.origin),
        url: None,
        room: found.room,
        kinds: found
            .kinds
            .iter()
            .map(|kind| reader.tell(&call.access, &whose, kind))
            .collect(),
        addressed: found.addressed,
        body: found.body,
        task: found.task,
        state,
        paused: found.paused,
        position,
        trouble: seen.trouble,
        again_at: seen.again_at,
        dead: u32::try_from(found.dead.len()).unwrap_or(u32::MAX),
        old_secret_until: (found.version > 1 && call.now.0 < found.old_until)
            .then_some(Millis(found.old_until)),
    })
}

fn seen(door: &Door, webhook: WebhookId) -> Progress {
    let outbox = door.outbox();
    outbox.map_or_else(Progress::default, |outbox| outbox.seen(webhook))
}
