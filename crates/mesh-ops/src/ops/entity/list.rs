//! `entity.list`

use std::collections::BTreeMap;

use super::shown::Showing;
use super::world::folded;
use crate::ops::present;
use crate::prelude::*;

use mesh_model::Told;

impl Run for EntityList {
    async fn run(door: &Door, call: &Call, input: EntityListInput) -> Result<EntityPage, Refusal> {
        let limit = check::limit(input.limit)?;
        let (_, world) = super::world(door, call, &input.room, input.at).await?;
        let access = door.node().access();
        let showing = Showing {
            access: &access,
            reader: present::reader(door, call),
            world: &world,
        };
        let found: Vec<(usize, Option<u32>)> = match input.q.as_deref() {
            Some(q) => (world.search(q).into_iter())
                .map(|(at, score)| (at, Some(score)))
                .collect(),
            None => {
                let mut all: Vec<usize> = (0..world.things.len()).collect();
                all.sort_by_key(|at| (folded(&world.things[*at].name), world.things[*at].id));
                all.into_iter().map(|at| (at, None)).collect()
            }
        };
        let kind = input.kind.as_deref().map(folded);
        let wanted = |at: usize| {
            let thing = &world.things[at];
            kind.as_ref()
                .is_none_or(|kind| folded(&thing.kind) == *kind)
                && (!input.contradicted || !thing.contradictions.is_empty())
        };
        let found: Vec<_> = found.into_iter().filter(|(at, _)| wanted(*at)).collect();
        // The same kind written in several ways is one, as it was written first.
        let mut kinds: BTreeMap<String, Told> = BTreeMap::new();
        for at in 0..world.things.len() {
            let told = showing.kind(at);
            if told != Told::default() {
                kinds.entry(folded(&world.things[at].kind)).or_insert(told);
            }
        }
        let skip = input.skip.unwrap_or(0) as usize;
        let page = found.iter().skip(skip).take(limit);
        Ok(EntityPage {
            items: page.map(|(at, score)| showing.thing(*at, *score)).collect(),
            total: u32::try_from(found.len()).unwrap_or(u32::MAX),
            kinds: kinds.into_values().take(KINDS_SHOWN).collect(),
        })
    }
}

/// Kinds that are told with a list: more are no choice.
const KINDS_SHOWN: usize = 50;
