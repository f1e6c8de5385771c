//! What a room knows of things and how they are related: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Told;
use crate::api::ParticipantRef;
use crate::closed::Code;
use crate::events::{Claimed, EntitySource, Trust};
use crate::ids::{MessageId, RoomId, Seq, TaskId};
use crate::time::Millis;

/// The words of a claim, as the log stores them; erasable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntityBody {
    /// What it is about.
    pub subject: EntityName,
    /// What else that is called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What is said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How it is related to the object, if that is claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// Whether there is one such object at a time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub single: bool,
    /// To what it is related, or what is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<EntityName>,
}

/// A thing, by a name of it.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct EntityName {
    /// The name.
    pub name: String,
    /// Its kind; absent: the one thing of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// On what claims stand: at most one of these. Without any, on the word of whoever notes them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EntitySourceInput {
    /// A message of the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// A task of the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// A memory of the caller's whose words are of no other room: its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// A file of the room: its path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The file's version; absent: the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// A thing that there is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityClaim {
    /// Its name, at most 120 characters.
    pub name: String,
    /// What kind of thing it is, such as service, person or file; thing if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What else it is called, at most 10 names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What is to be said about it, at most 1 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How sure this is, in percent; 80 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// Since when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Until when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

/// How two things are related.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelationClaim {
    /// A name of the one.
    pub from: String,
    /// Its kind, if several things have that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_kind: Option<String>,
    /// How it is related, such as uses or owned_by.
    pub kind: String,
    /// A name of the other.
    pub to: String,
    /// Its kind, if several things have that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_kind: Option<String>,
    /// Whether there is one such other at a time, so that two of them contradict one another. Of owned_by, led_by,
    /// located_in, reports_to, assigned_to, has_status and has_version it is known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub single: bool,
    /// How sure this is, in percent; 80 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// Since when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Until when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

/// What a task that extracts claims puts out as its structured result.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EntityClaims {
    /// Things.
    pub entities: Vec<EntityClaim>,
    /// Relations.
    pub relations: Vec<RelationClaim>,
}

/// Note what is known of things. 1 to 100 claims; what the caller noted before with the same words and source is replaced.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityNoteInput {
    /// The room: id or name.
    pub room: String,
    /// On what all of it stands. When that is erased, so are the claims.
    #[serde(default)]
    pub source: EntitySourceInput,
    /// Things.
    #[serde(default)]
    pub entities: Vec<EntityClaim>,
    /// Relations.
    #[serde(default)]
    pub relations: Vec<RelationClaim>,
    /// Whether the claims stand in the structured result of the source task, as `entities` and `relations`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_result: bool,
}

/// What was noted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntitiesNoted {
    /// How many claims.
    pub noted: u32,
    /// Claims of the same author's in whose place they came.
    pub replaced: u32,
    /// The place of the last one in the log.
    pub seq: Seq,
}

/// What a room knows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityListInput {
    /// The room: id or name.
    pub room: String,
    /// Words to look for; one of them is enough. Absent: all, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only things of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Only what holds at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
    /// Only things about which claims contradict one another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contradicted: bool,
    /// How many of the first are passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<u32>,
    /// At most so many (1 to 500, 100 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One thing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityGetInput {
    /// The room: id or name.
    pub room: String,
    /// A name of it, or `#` and what `thing` says of it.
    pub entity: String,
    /// Its kind, if several things have that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Only what holds at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
}

/// What stands around a thing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityNearInput {
    /// The room: id or name.
    pub room: String,
    /// A name of it, or `#` and what `thing` says of it.
    pub entity: String,
    /// Its kind, if several things have that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// How many relations away (1 or 2, 1 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
    /// Only what holds at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
}

/// A way from one thing to another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityPathInput {
    /// The room: id or name.
    pub room: String,
    /// Where it begins: a name, or `#` and what `thing` says of it.
    pub entity: String,
    /// Its kind, if several things have that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Where it ends: a name, or `#` and what `thing` says of it.
    pub to: String,
    /// Its kind, if several things have that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_kind: Option<String>,
    /// Only what holds at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
}

/// Two names of one thing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityMergeInput {
    /// The room: id or name.
    pub room: String,
    /// The one: a name, or `#` and what `thing` says of it.
    pub entity: String,
    /// Its kind, if several things have that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The other: a name, or `#` and what `thing` says of it.
    pub with: String,
    /// Its kind, if several things have that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_kind: Option<String>,
    /// Take it back instead: whoever said that both are one no longer does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undo: bool,
}

/// What is forgotten.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityForgetInput {
    /// The room: id or name.
    pub room: String,
    /// A name of it, or `#` and what `thing` says of it.
    pub entity: String,
    /// Its kind, if several things have that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Only this claim about it: its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Seq>,
}

/// A thing, as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntityView {
    /// Where the room's claims first speak of it: the place of a claim, with `.2` if it is the other end of a relation. `#` and
    /// this names it, as long as that claim stands.
    #[schemars(with = "Code")]
    pub thing: String,
    /// Its name: what most claims call it. Empty if only `words` has it.
    pub name: Told,
    /// What kind of thing it is; thing unless somebody says. Empty if only `words` has it.
    pub kind: Told,
    /// What else it is called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Told>,
    /// What is said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Told>,
    /// All of that in an envelope: to programs, claims from across a trust boundary are data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Told>,
    /// How sure it is, in percent: claims of unrelated authors with other sources make it surer.
    pub confidence: u8,
    /// How many claims there are about it, relations included.
    pub claims: u32,
    /// How many relations it has.
    pub relations: u32,
    /// How many contradictions there are about it.
    pub contradictions: u32,
    /// How well it fits what was searched, thousandths of the best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u32>,
}

/// What a room knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntityPage {
    /// Things.
    pub items: Vec<EntityView>,
    /// How many there are in all.
    pub total: u32,
    /// The kinds of things there are.
    pub kinds: Vec<Told>,
}

/// A claim, without its words: those stand where they are used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimView {
    /// Its place in the log.
    pub seq: Seq,
    /// What it says.
    pub about: Claimed,
    /// Who claims it.
    pub by: ParticipantRef,
    /// When it was noted.
    pub at: Millis,
    /// On what it stands.
    pub source: EntitySource,
    /// How sure its author is, in percent.
    pub confidence: u8,
    /// How far it is trusted.
    pub trust: Trust,
    /// Since when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

/// A thing at an end of a relation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntityEnd {
    /// What names it, behind a `#`.
    #[schemars(with = "Code")]
    pub thing: String,
    /// What it is called. Empty if only `words` of the relation or of the thing has it.
    pub name: Told,
}

/// A relation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RelationView {
    /// The one.
    pub from: EntityEnd,
    /// How it is related. Empty if only `words` has it.
    pub kind: Told,
    /// The other.
    pub to: EntityEnd,
    /// All of that in an envelope: to programs, claims from across a trust boundary are data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Told>,
    /// How sure it is, in percent.
    pub confidence: u8,
    /// Whether another relation contradicts it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contradicted: bool,
    /// The claims that say so.
    pub claims: Vec<ClaimView>,
}

/// Relations of one kind that cannot all hold at the same time. Which of them does, somebody has to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contradiction {
    /// The kind of relation that has one target at a time. Empty if only envelopes have it.
    pub kind: Told,
    /// The targets that are claimed: what names them, behind a `#`.
    #[schemars(with = "Vec<Code>")]
    pub targets: Vec<String>,
}

/// All that a room knows of one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntityDetail {
    /// The room.
    pub room: RoomId,
    /// The thing.
    pub entity: EntityView,
    /// The claims that it is there, and those that names of it mean one thing.
    pub claims: Vec<ClaimView>,
    /// Its relations, the surest first, at most 500.
    pub relations: Vec<RelationView>,
    /// Relations of it that cannot all hold.
    pub contradictions: Vec<Contradiction>,
}

/// Things and the relations between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntityGraph {
    /// The room.
    pub room: RoomId,
    /// The things, the one asked for first; those of a path in its order.
    pub entities: Vec<EntityView>,
    /// The relations between them.
    pub relations: Vec<RelationView>,
    /// Whether there is more around than is shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// A thing that goes with a task: what the task's room knows of it. It is data, not an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntityKnown {
    /// The thing.
    pub entity: EntityView,
    /// Its relations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<RelationView>,
}
