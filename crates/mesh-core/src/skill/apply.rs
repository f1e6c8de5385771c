//! What the events of skills do to the state.

use imbl::OrdMap;
use mesh_model::events::SkillFacts;
use mesh_model::{RoomId, Seq};

use super::{Skill, SkillVersion};
use crate::{State, Stored};

pub(crate) fn apply(state: &mut State, facts: &SkillFacts, event: &Stored<'_>) {
    let skills = &mut state.work_at(event.seq).skills;
    match facts {
        SkillFacts::Published(facts) => {
            let fresh = Skill {
                by: facts.by,
                newest: 0,
                versions: OrdMap::new(),
            };
            let version = SkillVersion {
                seq: event.seq,
                by: facts.by,
                bytes: facts.bytes,
                trust: facts.trust,
                held: facts.held,
            };
            skills.change(facts.room, &facts.name, Some(fresh), |skill| {
                skill.newest = skill.newest.max(facts.version);
                skill.versions.insert(facts.version, version);
            });
        }
        SkillFacts::Opened(facts) => skills.change(facts.room, &facts.name, None, |skill| {
            if let Some(version) = skill.versions.get_mut(&facts.version) {
                version.held = false;
            }
        }),
        SkillFacts::Withdrawn(facts) => skills.change(facts.room, &facts.name, None, |skill| {
            retain(skill, |version| !facts.erased.contains(&version.seq));
        }),
    }
}

/// What was published up to a place goes with everything else that was said in the room.
pub(crate) fn expired(state: &mut State, room: RoomId, upto: Seq, seq: Seq) {
    let names: Vec<String> = (state.work.skills(room))
        .map(|(name, _)| name.to_owned())
        .collect();
    if names.is_empty() {
        return;
    }
    let skills = &mut state.work_at(seq).skills;
    for name in names {
        skills.change(room, &name, None, |skill| {
            retain(skill, |version| version.seq > upto);
        });
    }
}

fn retain(skill: &mut Skill, keep: impl Fn(&SkillVersion) -> bool) {
    let kept = skill.versions.iter().filter(|(_, version)| keep(version));
    skill.versions = kept.map(|(number, version)| (*number, *version)).collect();
}
