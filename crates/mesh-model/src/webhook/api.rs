//! Outbound webhooks: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::events::{WebhookBody, WebhookPause};
use crate::ids::{RoomId, Seq, TaskId, WebhookId};
use crate::time::Millis;

/// Have the node tell an address outside what a participant sees.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookCreateInput {
    /// Where to: `https://…`, at most 2048 bytes. `http://` and addresses of this machine or of a private network only where
    /// the owner's `plugins.toml` allows them. Its path is kept sealed and shown to nobody but those whose webhook it is.
    pub url: String,
    /// Whose eyes it has: oneself, or somebody below oneself; oneself if absent. Id or handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// Only what happens in this room: id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Only these types of events, or names of published events, at most 64; all that the participant sees if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Only messages of others that name the participant or are direct. Goes without `kinds`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub addressed: bool,
    /// What is sent; a pointer unless told.
    #[serde(default)]
    pub body: WebhookBody,
    /// Only what happens to this task, in the form of A2A's push notifications: with `body: pointer` where it stands, with
    /// `full` also its words where the room lets them out. The webhook ends with the task. Goes without `room`, `kinds` and
    /// `addressed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// With `task`: what is later than this place; what happens from now on if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// What the header `X-A2A-Notification-Token` of each delivery says, at most 1024 bytes. It is kept sealed and shown to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What the header `Authorization` of each delivery says, such as `Bearer …`, at most 1024 bytes. It is kept sealed and
    /// shown to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
}

/// A webhook that was made, or its new secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookSecret {
    /// The webhook.
    pub id: WebhookId,
    /// What deliveries are signed with, as Standard Webhooks writes it. It is shown once; absent if the request was carried
    /// out before.
    #[schemars(with = "Option<crate::closed::Secret>")]
    pub secret: Option<String>,
    /// The place of the event.
    pub seq: Seq,
}

/// A webhook, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRefInput {
    /// The webhook.
    pub webhook: WebhookId,
}

/// Let a webhook go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookResumeInput {
    /// The webhook.
    pub webhook: WebhookId,
    /// Leave out what it missed meanwhile.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip: bool,
}

/// Dead letters of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookDeadInput {
    /// The webhook.
    pub webhook: WebhookId,
    /// Which: the places of their events; all of them if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seqs: Vec<Seq>,
}

/// How a webhook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WebhookState {
    /// It sends what happens.
    Active,
    /// Its destination does not answer; it is tried again.
    Failing,
    /// It waits until somebody lets it go on.
    Paused,
    /// Whoever made it, or whose eyes it has, may not do that any more.
    Over,
}

/// A webhook as its reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose eyes it has.
    pub participant: ParticipantRef,
    /// Who made it.
    pub made_by: ParticipantRef,
    /// Where to, without path.
    pub origin: crate::Told,
    /// Where to, whole; only `webhook.get` tells it, and only those whose webhook it is.
    pub url: Option<crate::Told>,
    /// Only this room.
    pub room: Option<RoomId>,
    /// Only these types.
    pub kinds: Vec<crate::Told>,
    /// Only messages that name the participant or are direct.
    pub addressed: bool,
    /// What is sent.
    pub body: WebhookBody,
    /// Only what happens to this task, with which it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// How it stands.
    pub state: WebhookState,
    /// Why it is paused.
    pub paused: Option<WebhookPause>,
    /// Everything up to here was delivered, given up, or is nothing for it.
    pub position: Seq,
    /// What went wrong last, if it is tried again.
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub trouble: Option<String>,
    /// When it is tried again.
    pub again_at: Option<Millis>,
    /// Dead letters that wait for somebody.
    pub dead: u32,
    /// Until when the secret before the present one signs too.
    pub old_secret_until: Option<Millis>,
}

/// One attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookDelivery {
    /// The header `webhook-id` that it carried.
    #[schemars(with = "crate::closed::Code")]
    pub id: String,
    /// The event; absent for a test.
    pub seq: Option<Seq>,
    /// When it was sent.
    pub at: Millis,
    /// Which attempt of this event it was.
    pub attempt: u32,
    /// Whether it was taken.
    pub ok: bool,
    /// What the other side answered.
    pub status: Option<u16>,
    /// What went wrong.
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub trouble: Option<String>,
    /// How long it took, milliseconds.
    pub took_ms: u32,
}

/// An event that the other side did not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookDeadLetter {
    /// The event.
    pub seq: Seq,
    /// How often it was sent.
    pub attempts: u32,
    /// What the other side answered last.
    pub status: Option<u16>,
    /// Whether it waits to be sent again.
    pub again: bool,
}
