//! `skill.search`

use super::{readable, shown, whose};
use crate::ops::present;
use crate::prelude::*;

impl Run for SkillSearch {
    async fn run(
        door: &Door,
        call: &Call,
        input: SkillSearchInput,
    ) -> Result<List<SkillFound>, Refusal> {
        let (me, limit) = (call.me()?, check::limit(input.limit)?);
        let rooms = match &input.room {
            Some(room) => vec![readable(call, room)?],
            None => {
                let mut rooms = call.rooms()?;
                rooms.retain(|(room, _)| call.access.may_data(me, *room));
                rooms
            }
        };
        let words = check::words(Some(input.query))?.unwrap_or_default();
        let found = door
            .view(call, move |view| view.skills_found(&rooms, &words, limit))
            .await?;
        let (access, reader) = (door.node().access(), present::reader(door, call));
        let items = found.into_iter().map(|hit| {
            let glance = |snippet| reader.glance(&whose(&hit.skill), snippet);
            SkillFound {
                snippet: hit.snippet.clone().map(glance).filter(|it| !it.is_empty()),
                skill: shown(&access, reader, &hit.skill),
            }
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
