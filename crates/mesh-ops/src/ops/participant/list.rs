//! `participant.list`: whom one may see, best match first

use crate::ops::present;
use crate::prelude::*;

use std::collections::BTreeMap;
use std::sync::Arc;

use mesh_core::{Participant as Record, Work};
use mesh_model::GroupId;
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
        let wanted = Wanted::of(call, &input)?;
        let rows = door.view(call, |view| view.profiles()).await?;
        let mut rows: BTreeMap<ParticipantId, ProfileRow> =
            rows.into_iter().map(|row| (row.id, row)).collect();
        let work = door.node().work();
        let fits = |found: &&Arc<Record>| call.sees(found.id) && wanted.fits(call, &work, found);
        let mut presences = door.node().sessions().presences(call.now);
        let mut list = Vec::new();
        for record in call.access.participants().filter(fits) {
            let row = rows
                .remove(&record.id)
                .map(|row| (row.profile, row.registered_at));
            let (profile, registered_at) = row.unwrap_or_default();
            let presence = presences.remove(&record.id).unwrap_or_default();
            let found = Found {
                record,
                profile,
                registered_at,
                presence,
                kinds: kinds(&work, record.id),
                found_in: Vec::new(),
            };
            if wanted.fits_now(&found) {
                list.push(found);
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

/// What narrows a list.
struct Wanted<'a> {
    input: &'a ParticipantListInput,
    group: Option<GroupId>,
}

impl<'a> Wanted<'a> {
    fn of(call: &Call, input: &'a ParticipantListInput) -> Result<Wanted<'a>, Refusal> {
        for (field, words) in [
            ("role", &input.role),
            ("skill", &input.skill),
            ("capability", &input.capability),
        ] {
            check::text(field, words.as_deref().unwrap_or_default())?;
        }
        let group = match &input.group {
            Some(group) => Some(call.group(group)?.id),
            None => None,
        };
        Ok(Wanted { input, group })
    }

    /// Whether it fits, by what others say of it.
    fn fits(&self, call: &Call, work: &Work, found: &Record) -> bool {
        let Wanted { input, group } = self;
        let is_member = |id| {
            let mut groups = call.access.groups();
            groups.any(|group| group.id == id && group.members.contains_key(&found.id))
        };
        input.kind.is_none_or(|kind| kind == found.kind)
            && input
                .role
                .as_ref()
                .is_none_or(|role| found.roles.contains(role))
            && group.is_none_or(is_member)
            && input
                .capability
                .as_ref()
                .is_none_or(|wanted| kinds(work, found.id).contains(wanted))
    }

    /// Whether it fits, by what it says of itself now.
    fn fits_now(&self, found: &Found<'_>) -> bool {
        let input = self.input;
        let same = |one: &String, other: &String| one.to_lowercase() == other.to_lowercase();
        let skills = &found.profile.skills;
        (!input.present || found.presence.state != PresenceState::Offline)
            && input
                .state
                .is_none_or(|state| state == found.presence.state)
            && input
                .skill
                .as_ref()
                .is_none_or(|wanted| skills.iter().any(|skill| same(skill, wanted)))
    }
}

/// A participant and what it says of itself, as it is.
struct Found<'a> {
    record: &'a Record,
    profile: Profile,
    registered_at: Millis,
    presence: Presence,
    /// The kinds of work that it takes.
    kinds: Vec<String>,
    /// Where the searched words were found.
    found_in: Vec<FoundIn>,
}

/// The kinds of work that a participant takes, if it is a worker.
fn kinds(work: &Work, who: ParticipantId) -> Vec<String> {
    let worker = work.worker(who);
    worker.map_or_else(Vec::new, |worker| {
        let kinds = worker.capabilities().iter();
        kinds.map(ToString::to_string).collect()
    })
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
        kinds: Vec::new(),
        found_in: Vec::new(),
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
        kinds: _,
        found_in,
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
        found_in,
    }
}

/// Those in whom every word occurs, the nearest first; equals stay in the order of registration.
fn ranked<'a>(call: &Call, words: &str, list: Vec<Found<'a>>) -> Vec<Found<'a>> {
    let words: Vec<_> = words
        .split_whitespace()
        .map(|word| word.trim_start_matches('@').to_lowercase())
        .collect();
    let score = |mut found: Found<'a>| {
        let mut sum = 0;
        for word in &words {
            let (rate, place) = score(call, &found, word)?;
            sum += rate;
            if !found.found_in.contains(&place) {
                found.found_in.push(place);
            }
        }
        Some((sum, found))
    };
    let mut scored: Vec<(u32, Found<'a>)> = list.into_iter().filter_map(score).collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, found)| found).collect()
}

/// How well a word fits, and where best: a name says more than a role, and a whole word more than a part of one.
fn score(call: &Call, found: &Found<'_>, word: &str) -> Option<(u32, FoundIn)> {
    let rate = |text: &str, [whole, start, part]: [u32; 3]| {
        let text = text.to_lowercase();
        match () {
            () if text == word => whole,
            () if text.starts_with(word) => start,
            () if text.contains(word) => part,
            () => 0,
        }
    };
    let label = |labels: &mut dyn Iterator<Item = &String>| {
        let rates = labels.map(|label| rate(label, [40, 20, 10]));
        rates.max().unwrap_or(0)
    };
    let (record, profile) = (found.record, &found.profile);
    let summary = found.presence.summary.as_deref().unwrap_or_default();
    let places = [
        (rate(&record.handle, [100, 60, 30]), FoundIn::Handle),
        (rate(&profile.display_name, [90, 50, 25]), FoundIn::Name),
        (label(&mut record.roles.iter()), FoundIn::Role),
        (label(&mut groups(call, record.id)), FoundIn::Group),
        (label(&mut profile.skills.iter()), FoundIn::Skill),
        (label(&mut found.kinds.iter()), FoundIn::Capability),
        (rate(summary, [15, 15, 15]), FoundIn::Summary),
        (rate(&profile.about, [5, 5, 5]), FoundIn::About),
    ];
    // Of equals the first counts.
    let best = places.into_iter().rev().max_by_key(|(rate, _)| *rate);
    best.filter(|(rate, _)| *rate > 0)
}
