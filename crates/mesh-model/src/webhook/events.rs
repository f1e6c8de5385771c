//! Outbound webhooks: what the log remembers. Address and secrets are in the vault alone, sealed, and what was delivered is a
//! position there: a fact for each delivery would be told to webhooks in turn.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::{ParticipantId, RoomId, Seq, TaskId, WebhookId};

events! { Webhook WebhookFacts
    Created(it: WebhookCreated) "webhook.created" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
        free: ["/origin", "/kinds/*"],
    }
    Paused(it: WebhookPaused) "webhook.paused" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Resumed(it: WebhookResumed) "webhook.resumed" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Rotated(it: WebhookRotated) "webhook.rotated" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
        times: ["/old_until"],
    }
    Deleted(it: WebhookDeleted) "webhook.deleted" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    GaveUp(it: WebhookGaveUp) "webhook.gave_up" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Retried(it: WebhookRetried) "webhook.retried" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Settled(it: WebhookSettled) "webhook.settled" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
}

/// What a webhook sends of an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WebhookBody {
    /// What kind of event it was, where, and its id: whoever is woken reads with a token of its own.
    #[default]
    Pointer,
    /// The event as the participant sees it, where its room lets words out of the mesh; elsewhere the pointer.
    Full,
}

/// Why a webhook waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WebhookPause {
    /// Somebody wanted it so.
    Asked,
    /// The other side answered that it is gone for good (410).
    Gone,
    /// The other side took none of many in a row.
    Refusing,
    /// Nobody answered for days.
    Unreachable,
    /// It has as many dead letters as one may have.
    Full,
}

/// The node tells an address outside what a participant sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookCreated {
    /// The webhook.
    pub webhook: WebhookId,
    /// Whose eyes it has.
    pub participant: ParticipantId,
    /// Where to, without path.
    #[schemars(with = "crate::Told")]
    pub origin: String,
    /// Only this room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// Only these types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::Told>")]
    pub kinds: Vec<String>,
    /// Only messages that name the participant or are direct.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub addressed: bool,
    /// What is sent.
    pub body: WebhookBody,
    /// Only what happens to this task, told in the words of A2A; the webhook ends with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// With a task: what is later than this place, which may be before the webhook; from now on if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
}

/// A webhook waits until somebody lets it go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookPaused {
    /// The webhook.
    pub webhook: WebhookId,
    /// Whose eyes it has.
    pub participant: ParticipantId,
    /// Why.
    pub why: WebhookPause,
}

/// A webhook goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookResumed {
    /// The webhook.
    pub webhook: WebhookId,
    /// Whose eyes it has.
    pub participant: ParticipantId,
    /// Whether what it missed meanwhile is left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip: bool,
}

/// A webhook signs with a new secret. The one before signs beside it for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRotated {
    /// The webhook.
    pub webhook: WebhookId,
    /// Whose eyes it has.
    pub participant: ParticipantId,
    /// Counts secrets from 1 up.
    pub version: u32,
    /// Until when the one before signs too, unix milliseconds.
    pub old_until: u64,
}

/// A webhook is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookDeleted {
    /// The webhook.
    pub webhook: WebhookId,
    /// Whose eyes it had.
    pub participant: ParticipantId,
}

/// The other side did not take an event: it is a dead letter, and the webhook went on with the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookGaveUp {
    /// The webhook.
    pub webhook: WebhookId,
    /// Whose eyes it has.
    pub participant: ParticipantId,
    /// The event.
    pub seq: Seq,
    /// How often it was sent.
    pub attempts: u32,
    /// What the other side answered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// Dead letters are to be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRetried {
    /// The webhook.
    pub webhook: WebhookId,
    /// Whose eyes it has.
    pub participant: ParticipantId,
    /// Their events.
    pub seqs: Vec<Seq>,
}

/// Events are dead letters no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettled {
    /// The webhook.
    pub webhook: WebhookId,
    /// Whose eyes it has.
    pub participant: ParticipantId,
    /// Their events.
    pub seqs: Vec<Seq>,
    /// Whether they were taken at last; else they were dropped, or are nothing for the participant any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delivered: bool,
}
