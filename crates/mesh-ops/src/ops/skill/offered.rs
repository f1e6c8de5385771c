//! The skills that somebody may use, by their names alone: what a client lists on its own account tells nobody's words, so that
//! nothing was read by it.

use std::net::IpAddr;

use mesh_model::ops::{Needs, Operation, SkillList};
use mesh_model::{Actor, Permission, RoomId};

use crate::door::{Caller, Door, Stream, Wanted};

/// A skill of a room.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkillOffered {
    /// The room's name, or its id if it has none.
    pub place: String,
    /// The skill's name.
    pub name: String,
    /// The room.
    pub room: RoomId,
    /// Its newest version that may be used.
    pub version: u32,
    /// Who published that.
    pub by: String,
    /// How far it was trusted.
    pub trust: &'static str,
}

/// As many as a client lists.
const LISTED_MAX: usize = 500;

impl Door {
    /// What tells a caller that the skills which it may use have changed; nothing if it may not read them, or may not listen.
    pub async fn skill_changes(&self, caller: &Caller, address: Option<IpAddr>) -> Option<Stream> {
        let listens = Needs::Permission(Permission::MessagesRead);
        for needs in [SkillList::DECLARATION.needs, listens] {
            self.check_permitted(caller, needs).ok()?;
        }
        let types = ["skill.opened", "skill.withdrawn"].map(str::to_owned);
        let wanted = Wanted {
            types: types.to_vec(),
            ..Wanted::default()
        };
        self.subscribe(caller, address, wanted).await.ok()
    }

    /// The skills that a caller may use, by room and name; none if it may not read them.
    pub fn skills(&self, caller: &Caller) -> Vec<SkillOffered> {
        let permitted = self.check_permitted(caller, SkillList::DECLARATION.needs);
        let me = caller.actor.and_then(Actor::participant);
        let (Some(me), Ok(())) = (me, permitted) else {
            return Vec::new();
        };
        let (access, work) = (self.node().access(), self.node().work());
        let rooms = access.readable_rooms(me).into_iter();
        let mut all: Vec<SkillOffered> = rooms
            .filter(|(room, _)| access.may_data(me, *room))
            .flat_map(|(room, first)| {
                let place = access.room(room).and_then(|found| found.name.clone());
                let place = place.map_or_else(|| room.to_string(), |name| name.to_string());
                let (access, open) = (&access, work.skills(room));
                let open = open.filter_map(move |(name, skill)| {
                    let (number, version) = skill.open()?;
                    let by = access.participant(version.by)?;
                    (version.seq >= first).then(|| SkillOffered {
                        place: place.clone(),
                        name: name.to_owned(),
                        room,
                        version: number,
                        by: by.handle.clone(),
                        trust: version.trust.name(),
                    })
                });
                open.collect::<Vec<_>>()
            })
            .collect();
        all.sort_unstable();
        all.truncate(LISTED_MAX);
        all
    }
}
