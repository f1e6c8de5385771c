//! Resonance: two strands that are about the same thing, of people who do not know of each other's.
//!
//! What two strands have in common is weighed by how seldom it is met: with a word that one of `n` strands has, another strand has it by
//! chance once in `n`. Words that come together elsewhere too are one phrase and weigh once. Whoever spoke in both strands, or was named in
//! the other one, knows of it. Strands of two rooms are told of in neither, but to those who read both.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::api::StreamItem;
use mesh_model::{Millis, ParticipantId, RoomId, Seq};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::acts::{What, act};
use crate::claim::{Claim, Evidence, handle};
use crate::lately::Lately;
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, Published};
use crate::strands::{Strand, Strands};
use crate::thresholds::{Threshold, Thresholds};
use crate::words::Words;

const DETECTED: &str = "resonance-detected";

/// Strands that are remembered.
const STRANDS_MAX: usize = 2048;
/// Words of one strand that are remembered; the oldest is forgotten first.
const WORDS_MAX: usize = 64;
/// People of one strand that are remembered.
const PEOPLE_MAX: usize = 64;
/// Strands with which one strand was told of.
const TOLD_MAX: usize = 8;
/// A word is rare if so few strands have it, however few there are.
const FEW: usize = 4;
/// Where there are fewer strands, words are weighed as if there were so many: a language has more words than a young mesh has used.
const YOUNG: usize = 20;

const CHANCE: Threshold = Threshold {
    name: "chance-permille",
    about: "how many of a thousand strands may meet another one that has so much in common with them by chance",
    unit: "strands of a thousand",
    why: "one coincidence in a hundred strands can be borne, each week has some hundreds",
    default: 10,
    least: 1,
    most: 1000,
};
const SHARED: Threshold = Threshold {
    name: "shared",
    about: "how many rare words or phrases two strands must have in common; a path or another name counts as two",
    unit: "words or phrases",
    why: "two are a place and a thing, and much happens there",
    default: 3,
    least: 2,
    most: 32,
};
const RARE_PERCENT: Threshold = Threshold {
    name: "rare-percent",
    about: "a word is rare if at most this share of the strands has it",
    unit: "percent",
    why: "what every tenth strand has says little about what it is about",
    default: 10,
    least: 1,
    most: 50,
};
const WINDOW_DAYS: Threshold = Threshold {
    name: "window-days",
    about: "how long after its last word a strand still resonates",
    unit: "days",
    why: "what was said a week ago can still be taken up",
    default: 7,
    least: 1,
    most: 90,
};
const PAUSE_MINUTES: Threshold = Threshold {
    name: "pause-minutes",
    about: "after how long a silence the talk of a room is another one",
    unit: "minutes",
    why: "whoever comes after half an hour has not followed what was said before",
    default: 30,
    least: 1,
    most: 1440,
};

/// What it declares.
pub const ABOUT: About = About {
    name: "resonance",
    says: "two threads, tasks or talks about the same thing, of people who do not know of each other's",
    inputs: &["message.posted", "task.created", "task.progressed"],
    published: &[Published {
        kind: DETECTED,
        about: "Two strands are about the same thing, and those who work on one do not know of the other.",
        details: Some(details),
    }],
    thresholds: &[
        CHANCE,
        SHARED,
        RARE_PERCENT,
        WINDOW_DAYS,
        PAUSE_MINUTES,
        CLAIMS_PER_HOUR,
    ],
    start,
};

fn details() -> Value {
    let strand = json!({
        "type": "object",
        "required": ["begins", "last"],
        "additionalProperties": false,
        "properties": {
            "begins": {"type": "integer", "minimum": 1},
            "last": {"type": "integer", "minimum": 1}
        }
    });
    json!({
        "type": "object",
        "required": ["strands"],
        "additionalProperties": false,
        "properties": {"strands": {"type": "array", "minItems": 2, "maxItems": 2, "items": strand}}
    })
}

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory: Option<Memory> = memory.map(serde_json::from_value).transpose()?;
    let memory = memory.unwrap_or_default();
    let mut index = Index::default();
    for (seq, strand) in memory.strands.iter() {
        for (word, _) in strand.words.iter() {
            index.entry(*word).or_default().insert(*seq);
        }
    }
    Ok(Box::new(Resonance {
        thresholds,
        memory,
        index,
    }))
}

/// The strands that have a word.
type Index = BTreeMap<u64, BTreeSet<Strand>>;

struct Resonance {
    thresholds: Thresholds,
    memory: Memory,
    /// Follows from the memory.
    index: Index,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    known: Strands,
    strands: Lately<Strand, Known, STRANDS_MAX>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Known {
    room: RoomId,
    /// Whoever spoke there or was named.
    people: BTreeSet<ParticipantId>,
    /// Its words as hashes; `true`: a path or another name.
    words: Lately<u64, bool, WORDS_MAX>,
    last: Seq,
    last_by: String,
    last_at: Millis,
    told: Vec<Strand>,
}

impl Observer for Resonance {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        let Some(what) = act(item) else {
            return Vec::new();
        };
        let pause = 60_000 * self.thresholds.get(&PAUSE_MINUTES);
        let (Some(room), Some(from)) = (item.room, item.from.as_ref()) else {
            return Vec::new();
        };
        let Some(note) = self.memory.known.note(item, &what, pause) else {
            return Vec::new();
        };
        let named = match &what {
            What::Said(message) => message.mentions.as_slice(),
            _ => &[],
        };
        let words: Vec<(u64, bool)> = Words::of(note.text).telling().collect();
        let strand = note.strand;
        self.learn(item, strand, room, &words);
        if let Some(known) = self.memory.strands.get_mut(&strand) {
            for who in named.iter().chain([&from.id]) {
                if known.people.len() < PEOPLE_MAX {
                    known.people.insert(*who);
                }
            }
        }
        let found = self.nearest(item, strand, &words);
        found
            .and_then(|(other, shared)| self.tell(item, strand, other, shared))
            .into_iter()
            .collect()
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl Resonance {
    /// A strand has these words too.
    fn learn(&mut self, item: &StreamItem, strand: Strand, room: RoomId, words: &[(u64, bool)]) {
        if self.memory.strands.get(&strand).is_none()
            && let Some((gone, old)) = self.memory.strands.make_room()
        {
            for (word, _) in old.words.iter() {
                unlist(&mut self.index, *word, gone);
            }
        }
        let known = self.memory.strands.touch(strand, || Known {
            room,
            people: BTreeSet::new(),
            words: Lately::default(),
            last: item.seq,
            last_by: String::new(),
            last_at: item.at,
            told: Vec::new(),
        });
        (known.last, known.last_by, known.last_at) = (item.seq, handle(item), item.at);
        for (word, name) in words {
            if known.words.get(word).is_none()
                && let Some((gone, _)) = known.words.make_room()
            {
                unlist(&mut self.index, gone, strand);
            }
            known.words.touch(*word, || *name);
            self.index.entry(*word).or_default().insert(strand);
        }
    }

    /// The strand with which this one has most rare words in common, to which these words add; and how much that is.
    fn nearest(
        &self,
        item: &StreamItem,
        strand: Strand,
        words: &[(u64, bool)],
    ) -> Option<(Strand, u64)> {
        let own = self.memory.strands.get(&strand)?;
        let share = self.memory.strands.len() * self.thresholds.get(&RARE_PERCENT) as usize / 100;
        let rare = |word: &u64| {
            let having = self.index.get(word);
            having.filter(|having| having.len() <= share.max(FEW))
        };
        // Only what this very act says makes a strand a candidate: what it has in common was said, not gathered.
        let mut added: BTreeMap<Strand, u64> = BTreeMap::new();
        for (word, name) in words {
            for other in rare(word).into_iter().flatten().filter(|at| **at != strand) {
                *added.entry(*other).or_default() += weight(*name);
            }
        }
        let rare_own = own
            .words
            .iter()
            .filter(|(word, _)| rare(word).is_some())
            .count();
        let window = 86_400_000 * self.thresholds.get(&WINDOW_DAYS);
        let near = added.into_iter().filter_map(|(seq, added)| {
            let other = self.memory.strands.get(&seq)?;
            let late = item.at.since(other.last_at) > window;
            if added < 2 || late || knows(own, other) || own.told.contains(&seq) {
                return None;
            }
            let both = own
                .words
                .iter()
                .filter(|(word, _)| other.words.get(word).is_some() && rare(word).is_some());
            let both: Vec<(u64, bool)> = both.map(|(word, name)| (*word, *name)).collect();
            let shared = self.common((strand, seq), &both, rare_own)?;
            Some((seq, shared))
        });
        near.max_by_key(|(seq, shared)| (*shared, std::cmp::Reverse(*seq)))
    }

    /// How many words or phrases two strands have in common, if it is too much for chance. `own` is how many rare words the first has.
    fn common(
        &self,
        (one, two): (Strand, Strand),
        both: &[(u64, bool)],
        own: usize,
    ) -> Option<u64> {
        let strands = self.memory.strands.len().max(YOUNG) as f64;
        let allowed = self.thresholds.get(&CHANCE) as f64 / 1000.0;
        let seldom = |having: &BTreeSet<Strand>| (strands / (having.len() - 1) as f64).ln();
        let having = |word: &u64| self.index.get(word).filter(|having| having.len() > 1);
        let most: f64 = both
            .iter()
            .filter_map(|(word, name)| Some(seldom(having(word)?) * weight(*name) as f64))
            .sum();
        if most < (strands / allowed).ln() {
            return None;
        }
        // Of each phrase the strands besides these two that have it, and how seldom its rarest word is.
        let mut phrases: Vec<(BTreeSet<Strand>, f64, u64)> = Vec::new();
        for (word, name) in both {
            let Some(having) = having(word) else { continue };
            let elsewhere: BTreeSet<Strand> = having
                .iter()
                .copied()
                .filter(|at| *at != one && *at != two)
                .collect();
            let same = phrases.iter_mut().find(|(known, ..)| {
                let together = known.intersection(&elsewhere).count();
                together > 0 && 2 * together >= known.union(&elsewhere).count()
            });
            let rarity = seldom(having) * weight(*name) as f64;
            match same {
                Some((_, rarest, count)) => {
                    *rarest = rarest.max(rarity);
                    *count = (*count).max(weight(*name));
                }
                None => phrases.push((elsewhere, rarity, weight(*name))),
            }
        }
        let shared: u64 = phrases.iter().map(|(.., count)| count).sum();
        let surprise: f64 = phrases.iter().map(|(_, rarest, _)| rarest).sum();
        // Whoever says much has many ways to have so much in common with somebody.
        let ways = ways(own, phrases.len());
        let enough =
            shared >= self.thresholds.get(&SHARED) && surprise >= (strands / allowed).ln() + ways;
        enough.then_some(shared)
    }

    fn tell(
        &mut self,
        item: &StreamItem,
        strand: Strand,
        with: Strand,
        shared: u64,
    ) -> Option<Claim> {
        let other = self.memory.strands.get_mut(&with)?;
        remember(&mut other.told, strand);
        let other = other.clone();
        let own = self.memory.strands.get_mut(&strand)?;
        remember(&mut own.told, with);
        let mut first = Evidence::at(other.last, &other.last_by, "spoke in the first strand");
        let mut second = Evidence::of(item, "spoke in the second strand");
        let needed = self.thresholds.get(&SHARED);
        let by = [other.last_by.clone(), handle(item)];
        let across = other.room != own.room;
        if across {
            (first.room, second.room) = (Some(other.room), Some(own.room));
        }
        let (from, to) = (with.0, strand.0);
        let says = format!(
            "the strand from {from} on, where @{} spoke last, and the one from {to} on, where @{} did, are about the same thing",
            by[0], by[1]
        );
        let sure = 60 + 5 * shared.saturating_sub(needed).min(6);
        let strands = json!([
            {"begins": from, "last": other.last},
            {"begins": to, "last": item.seq},
        ]);
        let mut claim = Claim::new(
            (DETECTED, "two-strands"),
            own.room,
            says,
            vec![first, second],
        )
        .sure(sure as u8)
        .concerning(by)
        .with_figures(json!({"shared": shared}))
        .with_details(json!({"strands": strands}));
        if across {
            claim.across = vec![other.room, own.room];
        }
        claim.about = format!("two-strands:{from}:{to}:{}", item.seq);
        Some(claim)
    }
}

/// The logarithm of the number of ways to choose so many of `of`.
fn ways(of: usize, chosen: usize) -> f64 {
    let factors = (0..chosen.min(of)).map(|one| ((of - one) as f64 / (one + 1) as f64).ln());
    factors.sum()
}

fn weight(name: bool) -> u64 {
    if name { 2 } else { 1 }
}

/// Whether somebody is in both.
fn knows(one: &Known, other: &Known) -> bool {
    one.people.iter().any(|who| other.people.contains(who))
}

fn remember(told: &mut Vec<Strand>, with: Strand) {
    if told.len() == TOLD_MAX {
        told.remove(0);
    }
    told.push(with);
}

fn unlist(index: &mut Index, word: u64, strand: Strand) {
    if let Some(having) = index.get_mut(&word) {
        having.remove(&strand);
        if having.is_empty() {
            index.remove(&word);
        }
    }
}
