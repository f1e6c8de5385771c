//! Decisions, and which of them contradict each other.
//!
//! A sentence counts as a decision only if it says so: "Decision: …", "we decided …", "agreed: …". Two contradict each other if
//! they say the same and one denies it, or if they are the same but for what was chosen. Whoever knows of the former and
//! changes it ("instead", "no longer") contradicts nobody.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::api::{Message, StreamItem};
use mesh_model::{MessageId, Millis, ParticipantId, RoomId, Seq};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::sentences::sentences;
use super::{ALERT, ROOMS_MAX};
use crate::claim::{Claim, Evidence, handle};
use crate::lately::Lately;
use crate::words::{fold, hash, split};

/// Decisions of one room that are remembered; the oldest is forgotten first.
const DECISIONS_MAX: usize = 256;
/// Values of shared context that are remembered.
const SETTINGS_MAX: usize = 1024;
/// Words that two have in common at least if they speak of the same.
const NEAR_WORDS: usize = 3;
/// Within how long a value that is set back and forth is fought about.
const TUG_MS: u64 = 3_600_000;

/// What a sentence decides, as hashes of its words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    denied: bool,
    /// All its words, sorted.
    words: Vec<u64>,
    /// What it is about, sorted.
    subject: Vec<u64>,
    /// What was chosen, sorted.
    choice: Vec<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Decision {
    who: ParticipantId,
    handle: String,
    seq: Seq,
    message: MessageId,
    at: Millis,
    decided: Decided,
}

/// A value of shared context and the one before it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Setting {
    who: ParticipantId,
    handle: String,
    seq: Seq,
    at: Millis,
    value: u64,
    /// What it took the place of, and whose that was.
    before: Option<(u64, ParticipantId)>,
}

/// What was decided in each room.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Decisions {
    rooms: Lately<RoomId, Room, ROOMS_MAX>,
    settings: Lately<RoomId, BTreeMap<String, Setting>, ROOMS_MAX>,
}

/// The decisions of a room, by their numbers, and which of them have a word: two without a common one never contradict each
/// other.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
struct Room {
    known: BTreeMap<u64, Decision>,
    index: BTreeMap<u64, BTreeSet<u64>>,
    next: u64,
}

/// What is kept of it: the rest follows.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Kept(Vec<Decision>);

impl From<Kept> for Room {
    fn from(kept: Kept) -> Room {
        let mut room = Room::default();
        kept.0.into_iter().for_each(|decision| room.put(decision));
        room
    }
}

impl From<Room> for Kept {
    fn from(room: Room) -> Kept {
        Kept(room.known.into_values().collect())
    }
}

impl Room {
    fn put(&mut self, decision: Decision) {
        let oldest = self.known.first_key_value().map(|(number, _)| *number);
        if let Some(oldest) = oldest.filter(|_| self.known.len() == DECISIONS_MAX) {
            self.remove(oldest);
        }
        self.next += 1;
        for word in &decision.decided.words {
            self.index.entry(*word).or_default().insert(self.next);
        }
        self.known.insert(self.next, decision);
    }

    fn remove(&mut self, number: u64) {
        for word in self
            .known
            .remove(&number)
            .iter()
            .flat_map(|one| &one.decided.words)
        {
            if let Some(having) = self.index.get_mut(word) {
                having.remove(&number);
                if having.is_empty() {
                    self.index.remove(word);
                }
            }
        }
    }

    fn retain(&mut self, wanted: impl Fn(&Decision) -> bool) {
        let gone = self.known.iter().filter(|(_, one)| !wanted(one));
        let gone: Vec<u64> = gone.map(|(number, _)| *number).collect();
        gone.into_iter().for_each(|number| self.remove(number));
    }

    /// Forgets what was decided before a moment; the log's times only go up.
    fn forget_before(&mut self, moment: Millis) {
        let late = self.known.iter().take_while(|(_, one)| one.at < moment);
        let late: Vec<u64> = late.map(|(number, _)| *number).collect();
        late.into_iter().for_each(|number| self.remove(number));
    }

    /// The newest decision that this one contradicts.
    fn against(&self, decided: &Decided) -> Option<u64> {
        let having = decided.words.iter().filter_map(|word| self.index.get(word));
        let candidates: BTreeSet<u64> = having.flatten().copied().collect();
        let mut newest_first = candidates.into_iter().rev();
        newest_first.find(|number| {
            let known = self.known.get(number);
            known.is_some_and(|known| decided.contradicts(&known.decided))
        })
    }
}

impl Decisions {
    /// Takes in what a message decides.
    pub fn said(&mut self, item: &StreamItem, message: &Message, days: u64) -> Vec<Claim> {
        let mut claims = Vec::new();
        for sentence in sentences(&message.text) {
            let Some(decided) = Decided::read(sentence) else {
                continue;
            };
            let known = self.rooms.touch(message.room, Room::default);
            known.forget_before(Millis(item.at.0.saturating_sub(days * 86_400_000)));
            let against = known.against(&decided);
            if let Some(other) = against.and_then(|number| known.known.get(&number)).cloned() {
                // The later one holds from here on.
                known.retain(|one| one.seq != other.seq);
                let aware = message.reply_to == Some(other.message) || changes(sentence);
                if !aware && other.who != message.from.id {
                    claims.push(contradiction(item, message.room, &other));
                }
            }
            known.put(Decision {
                who: message.from.id,
                handle: message.from.handle.clone(),
                seq: item.seq,
                message: message.id,
                at: item.at,
                decided,
            });
        }
        claims
    }

    /// What a message that is gone had decided is forgotten.
    pub fn forget(&mut self, message: MessageId) {
        for (_, known) in self.rooms.iter_mut() {
            known.retain(|decision| decision.message != message);
        }
    }

    /// Takes in a value of shared context. Two that set it back and forth contradict each other.
    pub fn set(&mut self, item: &StreamItem, key: &str, value: &Value) -> Vec<Claim> {
        let (Some(room), Some(from)) = (item.room, item.from.as_ref()) else {
            return Vec::new();
        };
        let value = hash(&value.to_string());
        let known = self.settings.touch(room, BTreeMap::new);
        let last = known.get(key).cloned();
        if last.as_ref().is_some_and(|last| last.value == value) {
            return Vec::new();
        }
        let tug = last.as_ref().filter(|last| {
            last.before == Some((value, from.id))
                && last.who != from.id
                && item.at.since(last.at) <= TUG_MS
        });
        let claims = tug
            .map(|last| back_and_forth(item, room, last))
            .into_iter()
            .collect();
        if known.len() == SETTINGS_MAX && last.is_none() {
            let oldest = known.iter().min_by_key(|(_, one)| one.seq);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                known.remove(&oldest);
            }
        }
        let setting = Setting {
            who: from.id,
            handle: from.handle.clone(),
            seq: item.seq,
            at: item.at,
            value,
            before: last.map(|last| (last.value, last.who)),
        };
        known.insert(key.to_owned(), setting);
        claims
    }
}

/// Whether a sentence says that it changes what was decided.
fn changes(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    CHANGING.iter().any(|word| lower.contains(word))
}

fn contradiction(item: &StreamItem, room: RoomId, other: &Decision) -> Claim {
    two(
        item,
        (room, other.seq, &other.handle),
        "contradiction",
        format!(
            "@{} decided otherwise than @{} did at {}, and does not say that it changes that",
            handle(item),
            other.handle,
            other.seq
        ),
        80,
        "decided",
    )
}

fn back_and_forth(item: &StreamItem, room: RoomId, other: &Setting) -> Claim {
    two(
        item,
        (room, other.seq, &other.handle),
        "back-and-forth",
        format!(
            "@{} and @{} set a shared value back and forth",
            other.handle,
            handle(item)
        ),
        90,
        "set the value",
    )
}

fn two(
    item: &StreamItem,
    (room, seq, by): (RoomId, Seq, &str),
    rule: &'static str,
    says: String,
    confidence: u8,
    did: &str,
) -> Claim {
    let first = Evidence {
        seq,
        by: by.to_owned(),
        did: did.to_owned(),
        room: None,
    };
    Claim {
        kind: ALERT,
        rule,
        room,
        says,
        confidence,
        concerns: vec![by.to_owned(), handle(item)],
        evidence: vec![first, Evidence::of(item, did)],
        figures: Default::default(),
        details: Default::default(),
        across: Vec::new(),
        about: format!("{rule}:{seq}:{}", item.seq),
    }
}

/// Whether a sentence says that it decides something.
pub fn decides(sentence: &str) -> bool {
    Decided::read(sentence).is_some()
}

impl Decided {
    /// What a sentence decides; `None` if it does not say that it decides.
    pub fn read(sentence: &str) -> Option<Decided> {
        if sentence.ends_with('?') {
            return None;
        }
        let lower = sentence.to_lowercase();
        let marks = MARKS.iter().map(|mark| (mark, false));
        let marks = marks.chain(CHOOSING_MARKS.iter().map(|mark| (mark, true)));
        let (begin, chooses) = marks
            .filter_map(|(mark, chooses)| Some((lower.find(mark)? + mark.len(), chooses)))
            .min()?;
        Decided::of(&lower[begin..], chooses)
    }

    /// What words say that are meant as a decision or a rule; `None` if they say too little.
    pub fn of(words: &str, chooses: bool) -> Option<Decided> {
        let lower = words.to_lowercase();
        let mut decided = Decided::default();
        let mut choosing = chooses;
        for word in split(&lower) {
            let folded = fold(word);
            if DENYING.contains(&word) || ENDING.contains(&folded.as_str()) {
                decided.denied = !decided.denied;
            } else if CHOOSING.contains(&folded.as_str()) || BEFORE_CHOICE.contains(&word) {
                choosing = true;
            } else if BEFORE_SUBJECT.contains(&word) {
                // "as JSON" is a choice, if nothing was chosen before.
                choosing = word == "as" && decided.choice.is_empty();
            } else if !EMPTY.contains(&word) && !GOING_ON.contains(&folded.as_str()) {
                let side = if choosing || SPANS.contains(&folded.as_str()) {
                    &mut decided.choice
                } else {
                    &mut decided.subject
                };
                side.push(hash(&folded));
            }
        }
        for side in [&mut decided.subject, &mut decided.choice] {
            side.sort_unstable();
            side.dedup();
        }
        let all = decided.subject.iter().chain(&decided.choice);
        let all: BTreeSet<u64> = all.copied().collect();
        let words = decided.subject.len() + decided.choice.len();
        decided.words = all.into_iter().collect();
        (words >= 2).then_some(decided)
    }

    /// Whether both speak of much the same.
    pub fn is_near(&self, other: &Decided) -> bool {
        let fewer = self.words.len().min(other.words.len());
        let both = common(&self.words, &other.words);
        both >= NEAR_WORDS && 2 * both >= fewer
    }

    pub fn contradicts(&self, other: &Decided) -> bool {
        let both = common(&self.words, &other.words);
        let mine_only = self.words.len() - both;
        let theirs_only = other.words.len() - both;
        if self.denied != other.denied {
            return both >= 2 && mine_only + theirs_only <= 1;
        }
        // The same but for the choice: what is about something else has other words in its subject.
        let within = |side: &[u64], all: &[u64]| common(side, all) == side.len();
        let fewer = self.words.len().min(other.words.len());
        2 * both >= fewer
            && common(&self.subject, &other.subject) > 0
            && within(&self.subject, &other.words)
            && within(&other.subject, &self.words)
            && !within(&self.choice, &other.words)
            && !within(&other.choice, &self.words)
    }
}

/// How many two sorted lists have in common.
fn common(one: &[u64], two: &[u64]) -> usize {
    let (mut at, mut both) = (0, 0);
    for word in one {
        while two.get(at).is_some_and(|other| other < word) {
            at += 1;
        }
        both += usize::from(two.get(at) == Some(word));
    }
    both
}

/// How a sentence says that it decides.
const MARKS: &[&str] = &[
    "decision:",
    "decided:",
    "we decided to ",
    "we decided that ",
    "we have decided to ",
    "i decided to ",
    "i have decided to ",
    "the decision is to ",
    "agreed:",
    "we agreed to ",
    "we agreed that ",
    "the plan is to ",
    "final call:",
    "wir haben beschlossen",
    "wir haben entschieden",
    "entscheidung:",
    "beschlossen:",
];

/// How a sentence says that it chooses: what follows is the choice.
const CHOOSING_MARKS: &[&str] = &[
    "let's go with ",
    "let’s go with ",
    "we go with ",
    "we'll go with ",
    "we’ll go with ",
    "we're going with ",
    "we’re going with ",
    "we are going with ",
    "we settled on ",
    "we chose ",
    "we picked ",
    "we'll use ",
    "we’ll use ",
    "we will use ",
    "wir nehmen ",
];

/// Folded words for how long: whoever names one has chosen it.
const SPANS: &[&str] = &["second", "minut", "hour", "day", "week", "month", "year"];

/// Folded verbs that end what was: they turn a decision round as "not" does.
const ENDING: &[&str] = &[
    "abandon", "disabl", "drop", "forbid", "remov", "retir", "reject", "abschaff",
];

/// Folded verbs by which something is there or stays: they add nothing to what it is.
const GOING_ON: &[&str] = &[
    "enabl", "keep", "retain", "allow", "support", "continu", "ship",
];

/// Words that turn a decision round.
const DENYING: &[&str] = &[
    "not", "no", "never", "don't", "don’t", "won't", "won’t", "stop", "without", "nicht", "kein",
    "keine", "nie",
];

/// Folded verbs after which the choice stands.
const CHOOSING: &[&str] = &[
    "use",
    "us",
    "using",
    "choos",
    "pick",
    "adopt",
    "tak",
    "go",
    "stay",
    "switch",
    "mov",
    "nehm",
    "nehmen",
    "verwend",
    "verwenden",
];

/// Words after which the choice stands.
const BEFORE_CHOICE: &[&str] = &[
    "is", "are", "be", "becomes", "=", "to", "in", "on", "at", "by", "with", "into", "auf", "mit",
    "ist",
];

/// Words after which stands what the choice is for.
const BEFORE_SUBJECT: &[&str] = &["for", "of", "from", "as", "when", "für", "von"];

/// Words that decide nothing.
const EMPTY: &[&str] = &[
    "a", "an", "the", "we", "will", "shall", "it", "that", "this", "our", "all", "our", "and",
    "now", "only", "always", "still", "both", "wir", "der", "die", "das", "den", "dem", "ein",
    "eine", "should", "must", "keep", "out",
];

/// How a sentence says that it changes what was decided.
const CHANGING: &[&str] = &[
    "instead",
    "no longer",
    "revis",
    "supersede",
    "changed our mind",
    "overrul",
    "replaces",
    "after all",
    "rather than",
    "stattdessen",
    "nicht mehr",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn contradict(one: &str, two: &str) -> bool {
        let read = |text: &str| Decided::read(text).unwrap_or_else(|| panic!("{text}"));
        let (one, two) = (read(one), read(two));
        assert_eq!(one.contradicts(&two), two.contradicts(&one));
        one.contradicts(&two)
    }

    #[test]
    fn what_cannot_both_hold_contradicts() {
        for (one, two) in [
            (
                "Decision: use Postgres for the job queue",
                "We decided to use SQLite for the job queue.",
            ),
            (
                "Decision: log errors to stderr",
                "Decided: log errors to a file",
            ),
            (
                "Decision: the login timeout is 30 s",
                "Decision: the login timeout is 60 s",
            ),
            (
                "Decision: ship the beta with telemetry",
                "Decision: ship the beta without telemetry",
            ),
            (
                "We agreed to support Python 3.8",
                "Decided: we will not support Python 3.8",
            ),
            (
                "Decision: deploys go out on Friday",
                "Decision: deploys go out on Monday",
            ),
        ] {
            assert!(contradict(one, two), "{one} / {two}");
        }
    }

    #[test]
    fn what_is_about_something_else_does_not() {
        for (one, two) in [
            (
                "Decision: use Postgres for the job queue",
                "Decision: use SQLite for the test fixtures",
            ),
            (
                "Decision: use Postgres for the job queue",
                "Decision: use Postgres for the audit table",
            ),
            (
                "Decision: retire the v1 endpoint of billing",
                "Decision: retire the v1 endpoint of search",
            ),
            (
                "Decision: release on Monday",
                "Decision: the meeting is on Monday",
            ),
            (
                "Decision: the login timeout is 30 s",
                "Decision: the search timeout is 60 s",
            ),
            (
                "Decision: log errors to stderr",
                "Decision: log errors to stderr",
            ),
        ] {
            assert!(!contradict(one, two), "{one} / {two}");
        }
    }

    #[test]
    fn only_what_says_that_it_decides_is_a_decision() {
        for text in [
            "Should we use SQLite?",
            "I like SQLite for the queue.",
            "Decision: later",
            "Decision: SQLite for the queue?",
        ] {
            assert_eq!(Decided::read(text), None, "{text}");
        }
    }
}
