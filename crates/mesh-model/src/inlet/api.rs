//! Inbound webhooks: what clients send and get.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::ParticipantRef;
use crate::events::{InletKind, InletMakes};
use crate::ids::{InletId, RoomId, Seq, TemplateId};
use crate::time::Millis;
use crate::told::{Told, ToldData};

/// Let a program outside knock.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InletCreateInput {
    /// The room in which its deliveries appear: id or name.
    pub room: String,
    /// The handle of the bridge as which they appear; that of the kind if absent. A new one is registered below the caller; a
    /// bridge that is below the caller already is used again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who knocks.
    #[serde(default)]
    pub kind: InletKind,
    /// What becomes of a delivery.
    #[serde(default)]
    pub makes: InletMakes,
    /// Only these events of the sender's, such as `push` or `issues.opened`, at most 64; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// The title of its tasks, with `{{path}}` where something of the delivery stands.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The text of its messages or the prompt of its tasks, with `{{path}}` where something of the delivery stands, such as
    /// `{{repository.full_name}}`; a sentence of ours about the delivery if empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What stands in the template's blanks, or in the event's fields, with `{{path}}` as in `text`. An event without any is
    /// the delivery itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// Whom its messages name: ids or handles. What is delivered names nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<String>,
    /// Let what was delivered go along as data, where it fits.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub data: bool,
    /// Of which registered type its events are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    /// From which template its tasks are: id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// What a worker of its tasks must be able to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// Who is to do its tasks: id or handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<String>,
    /// The secret, if the sender chose it (Sentry and Stripe do), 8 to 256 characters; drawn if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// An inlet that was made, or its new secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InletSecret {
    /// The inlet.
    pub id: InletId,
    /// Where to knock: the path of an address of this node.
    #[schemars(with = "crate::closed::Code")]
    pub endpoint: String,
    /// What deliveries are proved with. It is shown once; absent if the request was carried out before.
    #[schemars(with = "Option<crate::closed::Secret>")]
    pub secret: Option<String>,
    /// The place of the event.
    pub seq: Seq,
}

/// An inlet, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InletRefInput {
    /// The inlet.
    pub inlet: InletId,
}

/// Draw a new secret, or take the sender's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InletRotateInput {
    /// The inlet.
    pub inlet: InletId,
    /// The secret, if the sender chose it; drawn if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// Carry out a delivery once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InletRedeliverInput {
    /// The inlet.
    pub inlet: InletId,
    /// Its number among the inlet's deliveries.
    pub number: u32,
}

/// See what an inlet makes of a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InletTestInput {
    /// The inlet.
    pub inlet: InletId,
    /// Which event of the sender's; with a payload of one's own, as the sender's header says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The payload; a sample of the kind if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Map<String, Value>>,
    /// Carry it out as if it had come, by all rules; else nothing is stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deliver: bool,
}

/// How an inlet stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InletState {
    /// It takes deliveries.
    Active,
    /// It takes none until somebody lets it go on.
    Paused,
    /// Whoever made it may not do that any more.
    Over,
}

/// What stands in a blank or a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InletValue {
    /// Its name.
    pub name: Told,
    /// What stands there.
    pub from: Told,
}

/// An inlet as its reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inlet {
    /// Its id.
    pub id: InletId,
    /// Where to knock: the path of an address of this node.
    #[schemars(with = "crate::closed::Code")]
    pub endpoint: String,
    /// The room in which its deliveries appear.
    pub room: RoomId,
    /// The bridge as which they appear.
    pub participant: ParticipantRef,
    /// Who made it.
    pub made_by: ParticipantRef,
    /// Who knocks.
    pub kind: InletKind,
    /// What becomes of a delivery.
    pub makes: InletMakes,
    /// Only these events.
    pub events: Vec<Told>,
    /// The title of its tasks.
    pub title: Told,
    /// The text of its messages or the prompt of its tasks; a sentence of ours if empty.
    pub text: Told,
    /// What stands in blanks and fields.
    pub values: Vec<InletValue>,
    /// Whom its messages name.
    pub mentions: Vec<ParticipantRef>,
    /// Whether what was delivered goes along as data.
    pub data: bool,
    /// Of which registered type its events are.
    #[schemars(with = "Option<crate::closed::Name>")]
    pub event_type: Option<String>,
    /// From which template its tasks are.
    pub template: Option<TemplateId>,
    /// What a worker of its tasks must be able to do.
    #[schemars(with = "Option<crate::closed::Name>")]
    pub capability: Option<String>,
    /// Who is to do its tasks.
    pub assigned: Option<ParticipantRef>,
    /// How it stands.
    pub state: InletState,
    /// Deliveries that proved themselves since the node was started.
    pub came: u32,
    /// Deliveries that did not, since the node was started.
    pub wrong: u32,
    /// Until when the secret before the present one holds too.
    pub old_secret_until: Option<Millis>,
}

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InletOutcome {
    /// It is in the room.
    Accepted,
    /// It waits for a moderator.
    Held,
    /// The room, the guard or a limit refused it.
    Refused,
    /// It came before.
    Duplicate,
    /// Its event is none of those that are wanted.
    Filtered,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InletDelivery {
    /// Its number since the node was started.
    pub number: u32,
    /// When it came.
    pub at: Millis,
    /// What its sender calls it.
    pub delivery: Told,
    /// Which event of the sender's it is.
    pub event: Told,
    /// What came of it.
    pub outcome: InletOutcome,
    /// Why it was refused.
    pub why: Option<Told>,
    /// Where it stands in the log.
    pub seq: Option<Seq>,
    /// How large it was.
    pub bytes: u32,
    /// How long it took, milliseconds.
    pub took_ms: u32,
    /// Of which delivery it is the repetition that somebody asked for.
    pub again: Option<u32>,
    /// Whether it can be carried out once more: its body is kept for a day, as long as there is room for it.
    pub kept: bool,
}

/// What a delivery becomes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InletPreview {
    /// Whether its event is one of those that are wanted.
    pub wanted: bool,
    /// Which event it is.
    pub event: Told,
    /// Where it comes from.
    pub origin: Told,
    /// Who did there what it tells.
    pub sender: Told,
    /// The title of the task.
    pub title: Told,
    /// The text of the message or the prompt of the task.
    pub text: Told,
    /// What goes along: the event's payload, or what stands in the template's blanks.
    pub data: Option<ToldData>,
    /// What came of it, if it was carried out.
    pub delivery: Option<InletDelivery>,
}

/// The words of an inlet; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InletBody {
    /// The title of its tasks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The text of its messages or the prompt of its tasks; a sentence of ours if empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What stands in blanks and fields.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub input: Map<String, Value>,
}
