//! `participant.list`: whom one may see, best match first

use crate::ops::present;
use crate::prelude::*;

use std::collections::BTreeMap;
use std::sync::Arc;

use mesh_core::Participant as Record;
use mesh_model::limits::PARTICIPANTS_LISTED_MAX;
use mesh_node::machine::Reader;
use mesh_store::view::ProfileRow;

impl Run for ParticipantList {
    async fn run(
        door: &Door,
        call: &Call,
        input: ParticipantListInput,
    ) -> Result<List<Participant>, Refusal> {
        check::text("q", input.q.as_deref().unwrap_or_default())?;
        let rows = door.view(call, |view| view.profiles()).await?;
        let mut rows: BTreeMap<ParticipantId, ProfileRow> =
            rows.into_iter().map(|row| (row.id, row)).collect();
        let fits = |found: &&Arc<Record>| {
            call.sees(found.id) && input.kind.is_none_or(|kind| kind == found.kind)
        };
        let mut presences = door.node().sessions().presences(call.now);
        let mut list = Vec::new();
        for record in call.access.participants().filter(fits) {
            let row = rows
                .remove(&record.id)
                .map(|row| (row.profile, row.registered_at));
            let (profile, registered_at) = row.unwrap_or_default();
            let presence = presences.remove(&record.id).unwrap_or_default();
            if !input.present || presence.state != PresenceState::Offline {
                list.push(Found {
                    record,
                    profile,
                    registered_at,
                    presence,
                });
            }
        }
        if let Some(words) = &input.q {
            list = ranked(call, words, list);
        }
        list.truncate(PARTICIPANTS_LISTED_MAX);
        let reader = present::reader(door, call);
        let items = list.into_iter().map(|found| describe(call, reader, found));
        Ok(List {
            items: items.collect(),
        })
    }
}

/// A participant and what it says of itself, as it is.
struct Found<'a> {
    record: &'a Record,
    profile: Profile,
    registered_at: Millis,
    presence: Presence,
}

/// One participant with its profile and presence.
pub(super) async fn whole(
    door: &Door,
    call: &Call,
    found: Arc<Record>,
) -> Result<Participant, Refusal> {
    let id = found.id;
    let row = door.view(call, move |view| view.profile(id)).await?;
    let row = row.map(|row| (row.profile, row.registered_at));
    let (profile, registered_at) = row.unwrap_or_default();
    let found = Found {
        record: &found,
        profile,
        registered_at,
        presence: door.node().presence(id),
    };
    Ok(describe(call, present::reader(door, call), found))
}

fn groups(call: &Call, who: ParticipantId) -> impl Iterator<Item = &String> {
    let groups = call.access.groups();
    let of = groups.filter(move |group| group.members.contains_key(&who));
    of.map(|group| &group.name)
}

fn describe(call: &Call, reader: Reader<'_>, found: Found<'_>) -> Participant {
    let Found {
        record: found,
        profile,
        registered_at,
        presence,
    } = found;
    Participant {
        id: found.id,
        handle: found.handle.clone(),
        kind: found.kind,
        trust: found.trust,
        parent: found.parent.filter(|parent| call.sees(*parent)),
        behind: call
            .access
            .person_behind(found.id)
            .filter(|person| call.sees(*person))
            .map(|person| present::participant(&call.access, person)),
        added_by: Some(call.access.added_by(found)),
        // The newest that holds.
        key: found
            .keys
            .iter()
            .rev()
            .find(|key| key.revoked.is_none())
            .map(|key| key.key),
        visibility: found.visibility,
        roles: found.roles.clone(),
        groups: groups(call, found.id).cloned().collect(),
        disabled: found.disabled.is_some(),
        profile: present::profile(&call.access, reader, found.id, profile),
        registered_at,
        presence: present::presence(&call.access, reader, found.id, presence),
    }
}

/// Those in whom every word occurs, the nearest first; equals stay in the order of registration.
fn ranked<'a>(call: &Call, words: &str, list: Vec<Found<'a>>) -> Vec<Found<'a>> {
    let words: Vec<_> = words
        .split_whitespace()
        .map(|word| word.trim_start_matches('@').to_lowercase())
        .collect();
    let score = |found: &Found<'_>| {
        words
            .iter()
            .map(|word| score(call, found, word))
            .sum::<Option<u32>>()
    };
    let mut scored: Vec<_> = list
        .into_iter()
        .filter_map(|found| Some((score(&found)?, found)))
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, found)| found).collect()
}

/// How well a word fits: a name says more than a role, and a whole word more than a part of one.
fn score(call: &Call, found: &Found<'_>, word: &str) -> Option<u32> {
    let rate = |text: &str, whole: u32, start: u32, part: u32| {
        let text = text.to_lowercase();
        match () {
            () if text == word => whole,
            () if text.starts_with(word) => start,
            () if text.contains(word) => part,
            () => 0,
        }
    };
    let record = found.record;
    let named =
        rate(&record.handle, 100, 60, 30).max(rate(&found.profile.display_name, 90, 50, 25));
    let labels = (record.roles.iter())
        .chain(groups(call, record.id))
        .chain(&found.profile.skills);
    let labelled = labels
        .map(|label| rate(label, 40, 20, 10))
        .max()
        .unwrap_or(0);
    let summary = found.presence.summary.as_deref().unwrap_or_default();
    let told = rate(summary, 15, 15, 15).max(rate(&found.profile.about, 5, 5, 5));
    Some(named.max(labelled).max(told)).filter(|best| *best > 0)
}
