//! Inbound webhooks: what the log remembers. Secrets are in the vault alone, sealed. What comes by an inlet is a message, an event
//! or a task like any other, by its participant; what is refused leaves nothing here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::{CredentialId, InletId, ParticipantId, RoomId, TemplateId};

events! { Inlet InletFacts
    Created(it: InletCreated) "inlet.created" / 1 {
        room: Some(it.room),
        sees: Concerned(it.participant),
        words: Work(InletBody),
        erased: Erased::Never,
        has_words: true,
        free: ["/events/*"],
    }
    Paused(it: InletPaused) "inlet.paused" / 1 {
        room: Some(it.room),
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Resumed(it: InletResumed) "inlet.resumed" / 1 {
        room: Some(it.room),
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Rotated(it: InletRotated) "inlet.rotated" / 1 {
        room: Some(it.room),
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
        times: ["/old_until"],
    }
    Deleted(it: InletDeleted) "inlet.deleted" / 1 {
        room: Some(it.room),
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
}

/// Who knocks: how deliveries are proved and how they read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InletKind {
    /// Any program that sends the secret in a header.
    #[default]
    Generic,
    /// GitHub.
    Github,
    /// GitLab.
    Gitlab,
    /// Uptime Kuma.
    UptimeKuma,
    /// Sentry.
    Sentry,
    /// Programs that sign moment and body as Stripe does.
    Stripe,
    /// Programs that sign as Standard Webhooks says.
    Standard,
}

impl InletKind {
    /// All of them.
    pub const ALL: [InletKind; 7] = [
        InletKind::Generic,
        InletKind::Github,
        InletKind::Gitlab,
        InletKind::UptimeKuma,
        InletKind::Sentry,
        InletKind::Stripe,
        InletKind::Standard,
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            InletKind::Generic => "generic",
            InletKind::Github => "github",
            InletKind::Gitlab => "gitlab",
            InletKind::UptimeKuma => "uptime-kuma",
            InletKind::Sentry => "sentry",
            InletKind::Stripe => "stripe",
            InletKind::Standard => "standard",
        }
    }
}

/// What becomes of a delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InletMakes {
    /// A message.
    #[default]
    Message,
    /// An event of a registered type.
    Event,
    /// A task.
    Task,
    /// A task from a template.
    Template,
}

/// Somebody outside may knock here from now on. Content: [`crate::api::InletBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InletCreated {
    /// The inlet.
    pub inlet: InletId,
    /// The room in which its deliveries appear.
    pub room: RoomId,
    /// The bridge as which they appear.
    pub participant: ParticipantId,
    /// By which it acts. Nobody holds its secret.
    pub credential: CredentialId,
    /// Who knocks.
    pub kind: InletKind,
    /// What becomes of a delivery.
    pub makes: InletMakes,
    /// Only these events of the sender's; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::Told>")]
    pub events: Vec<String>,
    /// Whom its messages name, whatever is delivered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<ParticipantId>,
    /// Whether what was delivered goes along as data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub data: bool,
    /// Of which registered type its events are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub event_type: Option<String>,
    /// From which template its tasks are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// What a worker of its tasks must be able to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub capability: Option<String>,
    /// Who is to do its tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<ParticipantId>,
}

/// An inlet takes nothing until somebody lets it go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InletPaused {
    /// The inlet.
    pub inlet: InletId,
    /// Its room.
    pub room: RoomId,
    /// Its bridge.
    pub participant: ParticipantId,
}

/// An inlet takes deliveries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InletResumed {
    /// The inlet.
    pub inlet: InletId,
    /// Its room.
    pub room: RoomId,
    /// Its bridge.
    pub participant: ParticipantId,
}

/// An inlet has a new secret. The one before holds beside it for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InletRotated {
    /// The inlet.
    pub inlet: InletId,
    /// Its room.
    pub room: RoomId,
    /// Its bridge.
    pub participant: ParticipantId,
    /// Counts secrets from 1 up.
    pub version: u32,
    /// Until when the one before holds too, unix milliseconds.
    pub old_until: u64,
}

/// An inlet is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InletDeleted {
    /// The inlet.
    pub inlet: InletId,
    /// Its room.
    pub room: RoomId,
    /// Its bridge; it stays where it is and says nothing more by this inlet.
    pub participant: ParticipantId,
}
