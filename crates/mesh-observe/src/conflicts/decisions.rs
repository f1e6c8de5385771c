//! Decisions, and which of them contradict each other.
//!
//! A sentence counts as a decision only if it says so: "Decision: …", "we decided …", "agreed: …". Two contradict each other if
//! they say the same and one denies it, or if they are the same but for what was chosen. Whoever knows of the former and
//! changes it ("instead", "no longer") contradicts nobody.

use std::collections::BTreeMap;

use mesh_model::api::{Message, StreamItem};
use mesh_model::{MessageId, Millis, ParticipantId, RoomId, Seq};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ALERT;
use super::sentences::sentences;
use crate::claim::{Claim, Evidence, handle};
use crate::words::{fold, hash, split};

/// Decisions of one room that are remembered; the oldest is forgotten first.
const DECISIONS_MAX: usize = 256;
/// Values of shared context that are remembered.
const SETTINGS_MAX: usize = 1024;
/// Within how long a value that is set back and forth is fought about.
const TUG_MS: u64 = 3_600_000;

/// What a sentence decides, as hashes of its words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Decided {
    denied: bool,
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
    rooms: BTreeMap<RoomId, Vec<Decision>>,
    settings: BTreeMap<RoomId, BTreeMap<String, Setting>>,
}

impl Decisions {
    /// Takes in what a message decides.
    pub fn said(&mut self, item: &StreamItem, message: &Message, days: u64) -> Vec<Claim> {
        let mut claims = Vec::new();
        for sentence in sentences(&message.text) {
            let Some(decided) = Decided::read(sentence) else {
                continue;
            };
            let known = self.rooms.entry(message.room).or_default();
            known.retain(|other| item.at.since(other.at) <= days * 86_400_000);
            let knows = CHANGING
                .iter()
                .any(|word| sentence.to_lowercase().contains(word));
            let against = known
                .iter()
                .rev()
                .find(|other| decided.contradicts(&other.decided));
            if let Some(other) = against.cloned() {
                // The later one holds from here on.
                known.retain(|one| one.seq != other.seq);
                let aware = knows || message.reply_to == Some(other.message);
                if !aware && other.who != message.from.id {
                    claims.push(contradiction(item, message.room, &other));
                }
            }
            if known.len() == DECISIONS_MAX {
                known.remove(0);
            }
            known.push(Decision {
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
        for known in self.rooms.values_mut() {
            known.retain(|decision| decision.message != message);
        }
    }

    /// Takes in a value of shared context. Two that set it back and forth contradict each other.
    pub fn set(&mut self, item: &StreamItem, key: &str, value: &Value) -> Vec<Claim> {
        let (Some(room), Some(from)) = (item.room, item.from.as_ref()) else {
            return Vec::new();
        };
        let value = hash(&value.to_string());
        let known = self.settings.entry(room).or_default();
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
        about: format!("{rule}:{seq}:{}", item.seq),
    }
}

/// Whether a sentence says that it decides something.
pub fn decides(sentence: &str) -> bool {
    Decided::read(sentence).is_some()
}

impl Decided {
    /// What a sentence decides; `None` if it does not say that it decides.
    fn read(sentence: &str) -> Option<Decided> {
        if sentence.ends_with('?') {
            return None;
        }
        let lower = sentence.to_lowercase();
        let begin = MARKS
            .iter()
            .filter_map(|mark| Some(lower.find(mark)? + mark.len()))
            .min()?;
        let mut decided = Decided::default();
        let mut choosing = false;
        for word in split(&lower[begin..]) {
            if DENYING.contains(&word) {
                decided.denied = !decided.denied;
            } else if CHOOSING.contains(&fold(word).as_str()) || BEFORE_CHOICE.contains(&word) {
                choosing = true;
            } else if BEFORE_SUBJECT.contains(&word) {
                choosing = false;
            } else if !EMPTY.contains(&word) {
                let side = if choosing {
                    &mut decided.choice
                } else {
                    &mut decided.subject
                };
                side.push(hash(&fold(word)));
            }
        }
        for side in [&mut decided.subject, &mut decided.choice] {
            side.sort_unstable();
            side.dedup();
        }
        let words = decided.subject.len() + decided.choice.len();
        (words >= 2).then_some(decided)
    }

    fn contradicts(&self, other: &Decided) -> bool {
        let all = |one: &Decided| -> Vec<u64> {
            one.subject.iter().chain(&one.choice).copied().collect()
        };
        let (mine, theirs) = (all(self), all(other));
        let own = |side: &[u64], others: &[u64]| {
            side.iter().filter(|word| !others.contains(word)).count()
        };
        let (mine_only, theirs_only) = (own(&mine, &theirs), own(&theirs, &mine));
        let both = mine.len() - mine_only;
        if self.denied != other.denied {
            return both >= 2 && mine_only + theirs_only <= 1;
        }
        // The same but for the choice: what is about something else has other words in its subject.
        let same_subject = own(&self.subject, &theirs) == 0 && own(&other.subject, &mine) == 0;
        let shared_subject = self.subject.iter().any(|word| other.subject.contains(word));
        let chosen = own(&self.choice, &theirs) > 0 && own(&other.choice, &mine) > 0;
        same_subject && shared_subject && chosen && 2 * both >= mine.len().min(theirs.len())
    }
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
    "entscheidung:",
    "beschlossen:",
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
