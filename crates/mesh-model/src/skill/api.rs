//! Skills of rooms: what clients send and get.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::events::{GuardMark, Trust};
use crate::ids::{BlobHash, RoomId, Seq};
use crate::time::Millis;
use crate::{Told, ToldData, closed};

/// Publish a skill in a room, or the next version of one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillPublishInput {
    /// The room: id or name.
    pub room: String,
    /// The files of its folder, `SKILL.md` among them, 128 KiB in all. Empty if a bundle comes beside the input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<SkillFileGiven>,
    /// What is said about this version, for people, at most 500 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Other rooms whose words are in it: ids or names. It goes only where they allow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// The SHA-256 hash that its bundle must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<BlobHash>,
}

/// A file of a skill as a call holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillFileGiven {
    /// Where in the folder: a plain path such as `scripts/check.py`.
    pub path: String,
    /// What is in it. Bytes that are no text come in a bundle.
    pub text: String,
    /// Whether it may be run as a program.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub run: bool,
}

/// The skill is stored: it survives a power cut from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SkillStored {
    /// Its name.
    #[schemars(with = "closed::Part")]
    pub name: String,
    /// Which version.
    pub version: u32,
    /// How many bytes its bundle has.
    pub bytes: u64,
    /// Whether it waits until a person has looked at it: nobody else gets it before.
    pub held: bool,
    /// The place in the log.
    pub seq: Seq,
}

/// Which skills of a room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillListInput {
    /// The room: id or name.
    pub room: String,
    /// Versions that wait, in place of those that may be used: one's own, and those that one may accept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// Only those behind this one: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// At most so many (1 to 500, 50 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Skills in the order in which they were published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SkillPage {
    /// The skills.
    pub items: Vec<SkillView>,
    /// Where the next page begins, if there is one: its `after`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Seq>,
}

/// Look for skills.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillSearchInput {
    /// Words that all stand in it; empty: every skill, the newest first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// Only in this room: id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// At most so many (1 to 500, 50 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A skill that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SkillFound {
    /// The skill, its newest version that may be used.
    pub skill: SkillView,
    /// The words around what was found, between `⟦` and `⟧`; absent where an envelope could not stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Told>,
}

/// A skill, and a version of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillGetInput {
    /// The room: id or name.
    pub room: String,
    /// The skill.
    pub name: String,
    /// The version; the newest that may be used if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The file to read in place of `SKILL.md`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// A version that somebody has looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillAcceptInput {
    /// The room: id or name.
    pub room: String,
    /// The skill.
    pub name: String,
    /// The version.
    pub version: u32,
    /// The hash of what was looked at.
    pub sha256: BlobHash,
}

/// What of a skill is to go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillWithdrawInput {
    /// The room: id or name.
    pub room: String,
    /// The skill.
    pub name: String,
    /// The version; all of them if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// A version of a skill, and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SkillView {
    /// The room.
    pub room: RoomId,
    /// Its name.
    #[schemars(with = "closed::Part")]
    pub name: String,
    /// Which version.
    pub version: u32,
    /// What it is for. A stranger's words come in an envelope.
    pub description: Told,
    /// How many bytes its bundle has.
    pub bytes: u64,
    /// How many files.
    pub files: u32,
    /// The SHA-256 hash of its bundle; absent if it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<BlobHash>,
    /// Who published it.
    pub by: ParticipantRef,
    /// When.
    pub at: Millis,
    /// The place in the log.
    pub seq: Seq,
    /// How far it was trusted when it was published.
    pub trust: Trust,
    /// The other rooms whose words are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// What the guard found in it.
    pub guard: GuardMark,
    /// Whether it waits until a person has looked at it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// Who accepted it, if it was held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<ParticipantRef>,
}

/// A version of a skill and what one of its files says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SkillContent {
    /// The version.
    pub skill: SkillView,
    /// Its `SKILL.md`, or the file that was asked for if that is a text. A stranger's words come in an envelope, with the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Told>,
    /// What its front matter says besides, what was said about the version, and its `files`. Nothing of it grants anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<ToldData>,
    /// Whether text and data stand in an envelope.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enveloped: bool,
    /// Its versions that are kept and may be read, the newest first.
    pub versions: Vec<SkillView>,
}

/// What a skill says of itself before its instructions: the front matter of `SKILL.md`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SkillFront {
    /// Its name.
    pub name: String,
    /// What it does, and when to use it.
    pub description: String,
    /// The licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// What it needs around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compatibility: Option<String>,
    /// The tools that it asks for. Shown, and never granted.
    #[serde(
        default,
        rename = "allowed-tools",
        skip_serializing_if = "Option::is_none"
    )]
    pub allowed_tools: Option<String>,
    /// Whatever else it says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

/// A file of a skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SkillFile {
    /// Where in the folder.
    pub path: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Whether it may be run as a program.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub run: bool,
    /// What it is, told by its bytes and never by its name; absent of what was published before that was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Code>")]
    pub media: Option<String>,
}

/// What the log says about a version of a skill; erasable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SkillBody {
    /// The hash of its bundle.
    pub sha256: BlobHash,
    /// What it says of itself.
    pub front: SkillFront,
    /// Its `SKILL.md`, whole.
    pub text: String,
    /// Its files.
    pub files: Vec<SkillFile>,
    /// What was said about this version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}
