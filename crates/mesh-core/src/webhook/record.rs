//! What the state remembers of a webhook, and whether it may be told anything.

use imbl::OrdMap;
use mesh_model::events::{WebhookBody, WebhookPause};
use mesh_model::{
    Actor, CredentialId, Millis, ParticipantId, Permission, Refusal, RoomId, Seq, TaskId, WebhookId,
};
use serde::{Deserialize, Serialize};

use crate::{Access, Action, refuse};

/// A webhook. Its address and secrets are in the vault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose eyes it has.
    pub participant: ParticipantId,
    /// Who made it; absent if the node did.
    pub made_by: Option<ParticipantId>,
    /// The credential by which it was made; absent if the owner's hand or a user's did it.
    pub maker: Option<CredentialId>,
    /// Where to, without path.
    pub origin: String,
    /// Only this room.
    pub room: Option<RoomId>,
    /// Only these types.
    pub kinds: Vec<String>,
    /// Only messages that name the participant or are direct.
    pub addressed: bool,
    /// What is sent.
    pub body: WebhookBody,
    /// Only this task, with which it ends.
    pub task: Option<TaskId>,
    /// It is told what is later than this place.
    pub since: Seq,
    /// Why it waits.
    pub paused: Option<WebhookPause>,
    /// Counts its secrets from 1 up.
    pub version: u32,
    /// Until when the secret before the present one signs too, unix milliseconds.
    pub old_until: u64,
    /// What the other side did not take, by the event's place.
    pub dead: OrdMap<Seq, DeadLetter>,
}

/// What is remembered of an event that the other side did not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadLetter {
    /// How often it was sent.
    pub attempts: u32,
    /// What was answered last.
    pub status: Option<u16>,
    /// Whether it waits to be sent again.
    pub again: bool,
}

impl Webhook {
    /// The versions of its secret that sign now, the newest first.
    pub fn live_versions(&self, now: Millis) -> impl Iterator<Item = u32> {
        let old =
            (self.version > 1 && now.0 < self.old_until).then_some(self.version.wrapping_sub(1));
        std::iter::once(self.version).chain(old)
    }
}

impl Access {
    /// A webhook.
    pub fn webhook(&self, id: WebhookId) -> Option<&Webhook> {
        self.webhooks.get(&id).map(|webhook| &**webhook)
    }

    /// All webhooks, in the order of their ids.
    pub fn webhooks(&self) -> impl Iterator<Item = &Webhook> {
        self.webhooks.values().map(|webhook| &**webhook)
    }

    /// Whether a webhook may be told anything at `now`: whose eyes it has may read, in its room if it has one, and whoever
    /// made it may still let the node connect there, by the credential that it was made with.
    pub fn check_webhook(&self, webhook: &Webhook, now: Millis) -> Result<(), Refusal> {
        let eyes = self.own_standing(webhook.participant)?;
        if !eyes.has(Permission::MessagesRead) {
            return Err(refuse::permission(Permission::MessagesRead));
        }
        if let Some(room) = webhook.room {
            self.may(webhook.participant, Action::Read, room)?;
        }
        let maker = match webhook.made_by {
            Some(maker) => self.own_standing(maker)?,
            None => return Ok(()),
        };
        let bounds = match (webhook.maker, webhook.made_by) {
            (Some(credential), Some(maker)) => {
                self.bounds(&Actor::Credential(maker, credential), now)?
            }
            _ => mesh_model::PermissionSet::ALL,
        };
        if maker.and(bounds).has(Permission::AdminWebhooks) {
            return Ok(());
        }
        Err(refuse::permission(Permission::AdminWebhooks))
    }

    /// When a webhook's time is over by itself, if it ever is.
    pub fn webhook_ends(&self, webhook: &Webhook) -> Option<Millis> {
        let (maker, credential) = (webhook.made_by?, webhook.maker?);
        self.ends(&Actor::Credential(maker, credential))
    }
}
