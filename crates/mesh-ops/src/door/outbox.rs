//! What the outbox asks of a node, and what a node asks of its outbox. The outbox acts as the node: it moves positions in the
//! vault, and says in the log what it gave up.

use std::sync::Arc;

use mesh_core::{Access, check_may_answer};
use mesh_model::api::{PushSent, WebhookDelivery};
use mesh_model::command::WebhookCommand;
use mesh_model::events::TaskState;
use mesh_model::limits::WEBHOOKS_OF_ONE_MAX;
use mesh_model::ops::{Operation as _, WebhookCreate};
use mesh_model::webhook::Address;
use mesh_model::{
    Actor, ApprovalId, Capability, Command, Millis, ParticipantId, Refusal, Seq, TaskId, WebhookId,
    refuse,
};
use mesh_store::vault::{PushKey, PushTo};
use serde::{Deserialize, Serialize};

use crate::door::{Caller, Door};
use crate::ops::tool::Using;
use crate::ops::webhook;

/// What sends to addresses outside. A node that has none makes webhooks all the same; they are owed what happens.
pub trait Outbox: Send + Sync {
    /// Whether the node connects there at all, as far as the address itself tells; why not, in words that stand after "the
    /// address".
    fn check(&self, address: &Address) -> Result<(), String>;

    /// Sends a test now.
    fn test(&self, webhook: WebhookId) -> Using<'_, WebhookDelivery>;

    /// What is known of a webhook's deliveries since the node was started.
    fn seen(&self, webhook: WebhookId) -> Progress;

    /// Whether a browser's push service may lie there; why not, in words that stand after "the address".
    fn check_push(&self, address: &Address) -> Result<(), String>;

    /// Other browsers are told from now on than before, or otherwise.
    fn pushes_changed(&self);

    /// Somebody wants to hear something else than before.
    fn attention_changed(&self);

    /// Tells a browser something now.
    fn push_test(&self, to: PushTo) -> Using<'_, PushSent>;

    /// What came of telling a browser the last time.
    fn push_seen(&self, browser: u64) -> Option<PushSent>;

    /// Somebody looks at the page in one of its browsers, or does not any more.
    fn looks(&self, who: ParticipantId, browser: u64, looking: bool);
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
    /// Its own headers.
    pub headers: SentAlong,
}

/// What a webhook's deliveries carry besides their signature, as its maker wanted it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentAlong {
    /// The header of A2A by which a receiver knows whom it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The header `Authorization`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
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

/// What the vault calls the headers of its own that a webhook sends.
pub(crate) fn headers_name(webhook: WebhookId) -> String {
    format!("webhook {webhook} headers")
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
            let headers = match vault.secret(&headers_name(webhook), 1)? {
                Some(text) => serde_json::from_str(&text).unwrap_or_default(),
                None => SentAlong::default(),
            };
            Ok((!secrets.is_empty()).then_some(Sending {
                url,
                secrets,
                headers,
            }))
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

    /// Whether the caller may have the node tell this address something, before anything is made of it.
    pub fn check_may_push(&self, caller: &Caller, url: &str) -> Result<(), Refusal> {
        self.check_permitted(caller, WebhookCreate::DECLARATION.needs)?;
        webhook::checked(self, url)?;
        let me = caller.actor.and_then(Actor::participant);
        let me = me.ok_or_else(refuse::unauthenticated)?;
        let own = self.node().access();
        let own = own.webhooks().filter(|hook| hook.participant == me);
        if own.count() >= WEBHOOKS_OF_ONE_MAX {
            return Err(refuse::conflict(
                format!("one participant has at most {WEBHOOKS_OF_ONE_MAX} webhooks"),
                "remove one that is not needed any more: webhook.list",
            ));
        }
        Ok(())
    }

    /// Whether the caller may have the node tell addresses at all.
    pub fn may_push(&self, caller: &Caller) -> bool {
        self.check_permitted(caller, WebhookCreate::DECLARATION.needs)
            .is_ok()
    }

    /// Ends, as the node, a webhook whose task is over, its secrets too.
    pub async fn end_webhook(&self, webhook: WebhookId) -> Result<(), Refusal> {
        self.note_webhook(WebhookCommand::Delete { webhook })
            .await?;
        webhook::forget(self, webhook).await
    }

    /// Decides, as the node, what came of a delivery.
    pub async fn note_webhook(&self, command: WebhookCommand) -> Result<(), Refusal> {
        let command = Command::Webhook(command);
        let noted = self.node().submit(command, Actor::Node, None, None);
        noted.await.map(drop)
    }
}

impl Door {
    /// The browsers that are told of what waits: somebody's, or all.
    pub async fn pushes(&self, of: Option<ParticipantId>) -> Result<Vec<PushTo>, Refusal> {
        let now = self.node().now();
        self.vault(move |vault| vault.pushes(of, now)).await
    }

    /// The key by which push services know the node.
    pub async fn push_key(&self) -> Result<PushKey, Refusal> {
        self.vault(|vault| vault.push_key()).await
    }

    /// Tells a browser nothing any more. Says whether it was told.
    pub async fn end_push(&self, who: ParticipantId, browser: u64) -> Result<bool, Refusal> {
        let ended = self
            .vault(move |vault| vault.end_push(who, browser))
            .await?;
        if let Some(outbox) = self.outbox().filter(|_| ended) {
            outbox.pushes_changed();
        }
        Ok(ended)
    }

    /// Whether a question waits for an answer that this participant may give.
    pub fn waits_for_answer(&self, who: ParticipantId, question: ApprovalId) -> bool {
        let (access, work) = (self.node().access(), self.node().work());
        work.approval(question).is_some_and(|found| {
            check_may_answer(&access, &work, found, who, self.node().now()).is_ok()
        })
    }

    /// Whether a task waits for a person and this participant may say how it goes on, or it is its own and has failed.
    pub fn task_waits_for(&self, who: ParticipantId, task: TaskId) -> bool {
        let (access, work) = (self.node().access(), self.node().work());
        work.task(task).is_some_and(|found| {
            let own = found.creator == Some(who);
            let leads = || {
                access
                    .capabilities(found.room, who)
                    .has(Capability::Moderate)
            };
            match found.state {
                TaskState::Blocked => own || leads(),
                TaskState::Failed => own,
                _ => false,
            }
        })
    }

    /// Whether what was said at this place waits for somebody still.
    pub async fn is_unread(&self, who: ParticipantId, seq: Seq) -> Result<bool, Refusal> {
        let position = self.vault(move |vault| vault.position(who)).await?;
        Ok(!position.has(seq))
    }
}

fn since(access: &Access, webhook: WebhookId) -> Result<Seq, Refusal> {
    let found = access.webhook(webhook).ok_or_else(refuse::no_webhook)?;
    Ok(found.since)
}
