//! What the outbox asks of a node, and what a node asks of its outbox. The outbox acts as the node: it moves positions in the
//! vault, and says in the log what it gave up.

use std::sync::Arc;

use mesh_core::Access;
use mesh_model::api::WebhookDelivery;
use mesh_model::command::WebhookCommand;
use mesh_model::webhook::Address;
use mesh_model::{Actor, Command, Millis, Refusal, Seq, WebhookId, refuse};

use crate::door::Door;
use crate::ops::tool::Using;

/// What sends to addresses outside. A node that has none makes webhooks all the same; they are owed what happens.
pub trait Outbox: Send + Sync {
    /// Whether the node connects there at all, as far as the address itself tells; why not, in words that stand after "the
    /// address".
    fn check(&self, address: &Address) -> Result<(), String>;

    /// Sends a test now.
    fn test(&self, webhook: WebhookId) -> Using<'_, WebhookDelivery>;

    /// What is known of a webhook's deliveries since the node was started.
    fn seen(&self, webhook: WebhookId) -> Progress;
}

/// What an outbox knows of a webhook's deliveries.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// The last attempts, newest first.
    pub deliveries: Vec<WebhookDelivery>,
    /// Everything up to here is done with.
    pub position: Seq,
    /// What went wrong last, if it is tried again.
    pub trouble: Option<String>,
    /// When it is tried again.
    pub again_at: Option<Millis>,
}

/// What is needed to send for a webhook.
#[derive(Clone)]
pub struct Sending {
    /// The whole address.
    pub url: String,
    /// The secrets that sign now, the newest first.
    pub secrets: Vec<String>,
}

/// What the vault calls a webhook's address.
pub(crate) fn url_name(webhook: WebhookId) -> String {
    // No secret that somebody sets is called so: their names have no blanks.
    format!("webhook {webhook} url")
}

/// What the vault calls a webhook's secret.
pub(crate) fn secret_name(webhook: WebhookId) -> String {
    format!("webhook {webhook} secret")
}

/// What the vault calls a webhook where it keeps positions.
pub(crate) fn destination(webhook: WebhookId) -> String {
    format!("webhook {webhook}")
}

impl Door {
    /// From now on this sends what goes out. The first counts.
    pub fn attach_outbox(&self, outbox: Arc<dyn Outbox>) {
        // A second one would deliver everything twice.
        let _ = self.inner.outbox.set(outbox);
    }

    pub(crate) fn outbox(&self) -> Option<&dyn Outbox> {
        self.inner.outbox.get().map(|outbox| &**outbox)
    }

    /// Address and secrets of a webhook, if the vault has them.
    pub async fn sending(&self, webhook: WebhookId) -> Result<Option<Sending>, Refusal> {
        let access = self.node().access();
        let found = access.webhook(webhook).ok_or_else(refuse::no_webhook)?;
        let versions: Vec<u32> = found.live_versions(self.node().now()).collect();
        self.vault(move |vault| {
            let Some(url) = vault.secret(&url_name(webhook), 1)? else {
                return Ok(None);
            };
            let mut secrets = Vec::new();
            for version in versions {
                secrets.extend(vault.secret(&secret_name(webhook), version)?);
            }
            Ok((!secrets.is_empty()).then_some(Sending { url, secrets }))
        })
        .await
    }

    /// How far a webhook has come.
    pub async fn webhook_position(&self, webhook: WebhookId) -> Result<Seq, Refusal> {
        let access = self.node().access();
        let since = since(&access, webhook)?;
        let kept = self
            .vault(move |vault| vault.outbox_position(&destination(webhook)))
            .await?;
        Ok(kept.unwrap_or_default().max(since))
    }

    /// A webhook has everything up to here.
    pub async fn webhook_reached(&self, webhook: WebhookId, upto: Seq) -> Result<(), Refusal> {
        self.vault(move |vault| vault.move_outbox(&destination(webhook), upto))
            .await
    }

    /// Decides, as the node, what came of a delivery.
    pub async fn note_webhook(&self, command: WebhookCommand) -> Result<(), Refusal> {
        let command = Command::Webhook(command);
        let noted = self.node().submit(command, Actor::Node, None, None);
        noted.await.map(drop)
    }
}

fn since(access: &Access, webhook: WebhookId) -> Result<Seq, Refusal> {
    let found = access.webhook(webhook).ok_or_else(refuse::no_webhook)?;
    Ok(found.since)
}
