//! Skills: what the log remembers. What a skill says, its files and their hash are content.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, Erases, events};
use crate::events::{GuardMark, Trust};
use crate::ids::{ParticipantId, RoomId, Seq};

events! { Skill SkillFacts
    // Its words are for whoever asks for the skill; pushed are they to those alone who may have to look at it.
    Published(it: SkillPublished) "skill.published" / 1 {
        room: Some(it.room),
        sees: Waiting(it.room, it.by),
        words: Data(SkillBody),
        erased: Erased::WithRoom,
        has_words: true,
        written_by: Some(it.by),
        trust: Some(it.trust),
        guard: Some(&it.guard),
    }
    Opened(it: SkillOpened) "skill.opened" / 1 {
        room: Some(it.room),
        sees: Data(it.room),
        words: None,
        erased: Erased::Never,
    }
    Withdrawn(it: SkillWithdrawn) "skill.withdrawn" / 1 {
        room: Some(it.room),
        sees: Data(it.room),
        words: None,
        erased: Erased::Never,
        erases: Erases::Versions(&it.erased),
    }
}

/// A skill has a new version. Content: [`crate::api::SkillBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillPublished {
    /// Where.
    pub room: RoomId,
    /// The skill.
    #[schemars(with = "crate::closed::Part")]
    pub name: String,
    /// Who published it.
    pub by: ParticipantId,
    /// Its version; the first is 1.
    pub version: u32,
    /// How many bytes its bundle has.
    pub bytes: u64,
    /// How many files.
    pub file_count: u32,
    /// How far it is trusted, for good.
    #[serde(default = "Trust::local", skip_serializing_if = "Trust::is_local")]
    pub trust: Trust,
    /// The other rooms whose words are in it, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// What the guard found.
    pub guard: GuardMark,
    /// Whether it waits until a person has looked at it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
}

/// A version of a skill may be used from here on: at once, or since somebody has looked at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillOpened {
    /// Where.
    pub room: RoomId,
    /// The skill.
    #[schemars(with = "crate::closed::Part")]
    pub name: String,
    /// The version.
    pub version: u32,
    /// Who looked at it; absent: it was not held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<ParticipantId>,
}

/// Versions of a skill are erased for good: words, files and hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillWithdrawn {
    /// Where.
    pub room: RoomId,
    /// The skill.
    #[schemars(with = "crate::closed::Part")]
    pub name: String,
    /// The places where the versions were published.
    pub erased: Vec<Seq>,
}
