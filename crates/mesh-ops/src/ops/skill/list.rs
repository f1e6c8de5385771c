//! `skill.list`

use super::{readable, shown};
use crate::ops::present;
use crate::prelude::*;

impl Run for SkillList {
    async fn run(door: &Door, call: &Call, input: SkillListInput) -> Result<SkillPage, Refusal> {
        let (me, room) = (call.me()?, readable(call, &input.room)?);
        let limit = check::limit(input.limit)?;
        let after = input.after.unwrap_or(Seq::ZERO);
        // One more than asked for tells whether there are more.
        let mut rows = if input.held {
            let mut places = held(door, call, me, room);
            places.retain(|place| *place > after);
            places.truncate(limit + 1);
            door.view(call, move |view| view.skills_at(room.0, &places))
                .await?
        } else {
            door.view(call, move |view| view.skills(room, after, limit + 1))
                .await?
        };
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.seq);
        let (access, reader) = (door.node().access(), present::reader(door, call));
        Ok(SkillPage {
            items: rows.iter().map(|row| shown(&access, reader, row)).collect(),
            next,
        })
    }
}

/// The places of the versions that are held and that the caller may look at.
fn held(door: &Door, call: &Call, me: ParticipantId, (room, first): (RoomId, Seq)) -> Vec<Seq> {
    let work = door.node().work();
    let may = |by| by == me || call.access.may_accept_skill(me, room, by);
    let versions = work
        .skills(room)
        .flat_map(|(_, skill)| skill.versions.values());
    let held = versions.filter(|version| version.held && version.seq >= first && may(version.by));
    let mut places: Vec<Seq> = held.map(|version| version.seq).collect();
    places.sort_unstable();
    places
}
