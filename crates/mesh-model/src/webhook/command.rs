//! Commands about webhooks.

use crate::events::{WebhookBody, WebhookPause};
use crate::ids::{ParticipantId, RoomId, Seq, TaskId, WebhookId};

/// What somebody, or the node that delivers, wants of webhooks.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum WebhookCommand {
    Create(CreateWebhook),
    Pause {
        webhook: WebhookId,
    },
    Resume {
        webhook: WebhookId,
        skip: bool,
    },
    Rotate {
        webhook: WebhookId,
        version: u32,
    },
    Delete {
        webhook: WebhookId,
    },
    /// All dead letters if none are named.
    Retry {
        webhook: WebhookId,
        seqs: Vec<Seq>,
    },
    /// All dead letters if none are named.
    Drop {
        webhook: WebhookId,
        seqs: Vec<Seq>,
    },
    /// By the node: it does not go on by itself.
    Stop {
        webhook: WebhookId,
        why: WebhookPause,
    },
    /// By the node: this one is a dead letter.
    GiveUp {
        webhook: WebhookId,
        seq: Seq,
        attempts: u32,
        status: Option<u16>,
    },
    /// By the node: this one was a dead letter.
    Settle {
        webhook: WebhookId,
        seq: Seq,
        delivered: bool,
    },
}

/// A webhook that is to be made.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "see WebhookCreated")]
pub struct CreateWebhook {
    pub webhook: WebhookId,
    pub participant: ParticipantId,
    pub origin: String,
    pub room: Option<RoomId>,
    pub kinds: Vec<String>,
    pub addressed: bool,
    pub body: WebhookBody,
    pub task: Option<TaskId>,
    pub after: Option<Seq>,
}
