//! `act.list`: acts that wait for a person's word

use std::ops::ControlFlow;

use crate::ops::influence::source;
use crate::ops::present;
use crate::prelude::*;

use mesh_core::Act;
use mesh_log::LogReader;
use mesh_model::ActHash;
use mesh_node::machine::{Committed, Whose};
use serde_json::Map;

/// So many of those whom an act would reach are named: a person looks at who they are, not at a list of members.
const STRANGERS_MAX: usize = 32;

impl Run for ActList {
    async fn run(door: &Door, call: &Call, _: ActListInput) -> Result<List<ActView>, Refusal> {
        let (access, me) = (door.node().access(), call.me()?);
        let mut found: Vec<(ParticipantId, ActHash, Act)> = Vec::new();
        for (whose, acts) in &access.influences().acts {
            for (hash, act) in acts {
                // What was declined is over, but for whoever has to learn of it.
                let open = act.declined_by.is_none() && access.may_release(me, *whose, act);
                if *whose == me || open {
                    found.push((*whose, *hash, Act::clone(act)));
                }
            }
        }
        found.sort_unstable_by_key(|(_, _, act)| act.seq);
        let places: Vec<Seq> = found.iter().map(|(_, _, act)| act.seq).collect();
        let reader = door.node().log_reader();
        let words = door
            .blocking(move || places.into_iter().map(|at| words(&reader, at)).collect())
            .await?;
        let words: Vec<HeldAct> = words;
        let shown = present::reader(door, call);
        let items = found.into_iter().zip(words).map(|(found, words)| {
            let (whose, hash, act) = found;
            let sources = act.sources.iter();
            // It was kept since strangers' words may have led to it, so it is data, whoever wanted it.
            let author = Whose::of(&access, whose, act.seq).as_data();
            let heard = shown.hear(&access, &author, String::new(), Some(words.input));
            let reach = access.act_reach(whose, &act);
            let strangers = reach.strangers.into_iter().filter(|who| call.sees(*who));
            ActView {
                act: hash,
                participant: present::participant(&access, whose),
                operation: words.operation,
                words: heard.enveloped.then_some(heard.text),
                input: heard.data.unwrap_or_default(),
                room: act.room,
                sources: sources.map(|it| source(&access, me, *it)).collect(),
                reaches: u32::try_from(reach.all).unwrap_or(u32::MAX),
                strangers: strangers
                    .take(STRANGERS_MAX)
                    .map(|who| present::participant(&access, who))
                    .collect(),
                released_by: act.released_by.map(|by| present::participant(&access, by)),
                declined_by: act.declined_by.map(|by| present::participant(&access, by)),
                yours: access.may_release(me, whose, &act),
                seq: act.seq,
            }
        });
        Ok(List {
            items: items.collect(),
        })
    }
}

/// What the act is, as it was kept; nothing once its words are erased.
fn words(reader: &LogReader, at: Seq) -> HeldAct {
    let mut found = None;
    let read = reader.read(at.0, |record| {
        if record.seq == at.0
            && let Ok(event) = Committed::read_for_show(&record, reader)
        {
            found = event
                .content
                .and_then(|json| serde_json::from_str(json.get()).ok());
        }
        ControlFlow::Break(())
    });
    if let Err(why) = read {
        tracing::error!(%why, "the words of an act could not be read");
    }
    found.unwrap_or(HeldAct {
        operation: String::new(),
        input: Map::new(),
    })
}
