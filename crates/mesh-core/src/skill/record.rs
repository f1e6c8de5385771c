//! What the state remembers of skills: their versions, and how much there is of them.

use std::sync::Arc;

use imbl::OrdMap;
use mesh_model::events::Trust;
use mesh_model::{Capability, ParticipantId, RoomId, Seq};
use serde::{Deserialize, Serialize};

use crate::{Access, Work};

/// A skill of a room. One of which no version is left is forgotten, and its name is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skill {
    /// Whose it is: who published the first version.
    pub by: ParticipantId,
    /// The newest version that there ever was.
    pub newest: u32,
    /// The versions that are kept.
    pub versions: OrdMap<u32, SkillVersion>,
}

/// A version of a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkillVersion {
    /// Where it was published.
    pub seq: Seq,
    /// By whom.
    pub by: ParticipantId,
    /// How many bytes its bundle has.
    pub bytes: u64,
    /// How far it is trusted.
    pub trust: Trust,
    /// Whether nobody has looked at it who has to.
    pub held: bool,
}

impl Skill {
    /// The newest version that may be used, with its number.
    pub fn open(&self) -> Option<(u32, &SkillVersion)> {
        let mut newest = self.versions.iter().rev();
        newest
            .find(|(_, version)| !version.held)
            .map(|(number, version)| (*number, version))
    }

    /// The version that was published at a place, with its number.
    pub fn at(&self, seq: Seq) -> Option<(u32, &SkillVersion)> {
        let found = self.versions.iter().find(|(_, it)| it.seq == seq);
        found.map(|(number, version)| (*number, version))
    }
}

/// All skills, with what their sums are. In a snapshot are the skills alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Kept>", into = "Vec<Kept>")]
pub(crate) struct Skills {
    pub rooms: OrdMap<RoomId, OrdMap<Arc<str>, Arc<Skill>>>,
    pub versions: usize,
    pub bytes: u64,
}

/// A skill as a snapshot has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    room: RoomId,
    name: Arc<str>,
    record: Arc<Skill>,
}

impl From<Skills> for Vec<Kept> {
    fn from(all: Skills) -> Vec<Kept> {
        let rooms = all.rooms.into_iter();
        let kept = rooms.flat_map(|(room, skills)| {
            let skills = skills.into_iter();
            skills.map(move |(name, record)| Kept { room, name, record })
        });
        kept.collect()
    }
}

impl From<Vec<Kept>> for Skills {
    fn from(kept: Vec<Kept>) -> Skills {
        let mut all = Skills::default();
        for Kept { room, name, record } in kept {
            all.versions += record.versions.len();
            all.bytes += bytes_of(&record);
            all.rooms.entry(room).or_default().insert(name, record);
        }
        all
    }
}

/// Of all its versions.
pub(super) fn bytes_of(skill: &Skill) -> u64 {
    skill.versions.values().map(|version| version.bytes).sum()
}

impl Skills {
    /// Changes a skill, or one that `fresh` makes; without a version left it is forgotten.
    pub fn change(
        &mut self,
        room: RoomId,
        name: &str,
        fresh: Option<Skill>,
        change: impl FnOnce(&mut Skill),
    ) {
        let known = self.rooms.get(&room).and_then(|skills| skills.get(name));
        let known = known.map(|known| (**known).clone());
        if let Some(known) = &known {
            self.versions = self.versions.saturating_sub(known.versions.len());
            self.bytes = self.bytes.saturating_sub(bytes_of(known));
        }
        let Some(mut skill) = known.or(fresh) else {
            return;
        };
        change(&mut skill);
        self.versions += skill.versions.len();
        self.bytes += bytes_of(&skill);
        let skills = self.rooms.entry(room).or_default();
        if skill.versions.is_empty() {
            skills.remove(name);
        } else {
            skills.insert(name.into(), Arc::new(skill));
        }
        if skills.is_empty() {
            self.rooms.remove(&room);
        }
    }
}

impl Work {
    /// A skill of a room, of which a version is left.
    pub fn skill(&self, room: RoomId, name: &str) -> Option<&Skill> {
        let found = self.skills.rooms.get(&room)?.get(name)?;
        Some(found)
    }

    /// The skills of a room, in the order of their names.
    pub fn skills(&self, room: RoomId) -> impl Iterator<Item = (&str, &Skill)> {
        let skills = self.skills.rooms.get(&room).into_iter().flatten();
        skills.map(|(name, skill)| (&**name, &**skill))
    }
}

impl Access {
    /// Whether somebody may say that a held skill of this participant may be used: the owner of the mesh, and a person of this
    /// mesh who moderates the room, or stands above whoever published it, or published it.
    pub fn may_accept_skill(&self, who: ParticipantId, room: RoomId, by: ParticipantId) -> bool {
        self.may_accept_tools(who, by)
            || (self.is_person(who)
                && self.trust_of(who, false) >= Trust::Local
                && self.capabilities(room, who).has(Capability::Moderate))
    }
}
