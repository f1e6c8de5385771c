//! Gravity: a subject that more and more people and strands of a room turn to.
//!
//! A subject is a word or a name that says what something is about. It has become a well if within a window enough people
//! and strands have come to it, and many more than by what is usual for it in the room. A path or another name has no such use to begin
//! with; a plain word has, so it counts only once the room is known for two windows. What a word is is not kept: the places say it.

use std::collections::BTreeSet;

use mesh_model::api::StreamItem;
use mesh_model::{Millis, ParticipantId, RoomId, Seq};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::acts::act;
use crate::claim::{Claim, Evidence, handle};
use crate::lately::Lately;
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, Published};
use crate::paths;
use crate::strands::{Strand, Strands};
use crate::thresholds::{Threshold, Thresholds};
use crate::words::{Words, hash, split};

const FORMED: &str = "gravity-well-formed";

/// Subjects that are remembered.
const SUBJECTS_MAX: usize = 8192;
/// Visits of one subject that are remembered; the oldest is forgotten first.
const VISITS_MAX: usize = 24;
/// Wells that were told of.
const TOLD_MAX: usize = 256;
/// Rooms of which it is known since when they are watched.
const ROOMS_MAX: usize = 1024;
/// So many visits more than usual a plain word needs besides: rare ones come in twos and threes by chance.
const WORD_MARGIN: u64 = 4;

const PEOPLE: Threshold = Threshold {
    name: "people",
    about: "how many participants must have turned to a subject",
    unit: "participants",
    why: "two who speak of one thing are a conversation",
    default: 3,
    least: 2,
    most: 64,
};
const STRANDS: Threshold = Threshold {
    name: "strands",
    about: "in how many threads, tasks or talks",
    unit: "strands",
    why: "in one thread all speak of one thing",
    default: 3,
    least: 2,
    most: 24,
};
const WINDOW_HOURS: Threshold = Threshold {
    name: "window-hours",
    about: "within how many hours",
    unit: "hours",
    why: "two working days: what grows slower is ordinary work",
    default: 48,
    least: 1,
    most: 720,
};
const GROWTH: Threshold = Threshold {
    name: "growth-percent",
    about: "how heavy it must be against what is usual for it in the room",
    unit: "percent",
    why: "what is as heavy as ever is the room's ordinary subject",
    default: 200,
    least: 100,
    most: 1000,
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
    name: "gravity",
    says: "a subject that more and more people and threads of a room turn to",
    inputs: &["message.posted", "task.created", "task.progressed"],
    published: &[Published {
        kind: FORMED,
        about: "More and more people and threads of this room turn to one subject.",
        details: Some(details),
    }],
    thresholds: &[
        PEOPLE,
        STRANDS,
        WINDOW_HOURS,
        GROWTH,
        PAUSE_MINUTES,
        CLAIMS_PER_HOUR,
    ],
    start,
};

fn details() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {"path": {"type": "string", "maxLength": 128}}
    })
}

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory = memory.map(serde_json::from_value).transpose()?;
    Ok(Box::new(Gravity {
        thresholds,
        memory: memory.unwrap_or_default(),
    }))
}

struct Gravity {
    thresholds: Thresholds,
    memory: Memory,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    known: Strands,
    subjects: Lately<(RoomId, u64), Subject, SUBJECTS_MAX>,
    told: Lately<(RoomId, Seq), Well, TOLD_MAX>,
    /// Since when each room is watched.
    rooms: Lately<RoomId, Millis, ROOMS_MAX>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Subject {
    visits: Vec<Visit>,
    /// How many have left the window since the room is watched.
    past: u64,
    /// How many a window has usually.
    usual: u64,
}

/// Somebody turned to it in a strand, for the first time there.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Visit {
    at: Millis,
    who: ParticipantId,
    handle: String,
    strand: Strand,
    seq: Seq,
}

/// The strands of a well that was told of, and when.
#[derive(Debug, Serialize, Deserialize)]
struct Well {
    strands: BTreeSet<Strand>,
    at: Millis,
}

impl Observer for Gravity {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        let (Some(what), Some(room), Some(from)) = (act(item), item.room, item.from.as_ref())
        else {
            return Vec::new();
        };
        let pause = 60_000 * self.thresholds.get(&PAUSE_MINUTES);
        let Some(note) = self.memory.known.note(item, &what, pause) else {
            return Vec::new();
        };
        let visit = Visit {
            at: item.at,
            who: from.id,
            handle: handle(item),
            strand: note.strand,
            seq: item.seq,
        };
        let since = *self.memory.rooms.touch(room, || item.at);
        // A number alone names nothing that one could turn to.
        let numbers: BTreeSet<u64> = split(note.text)
            .filter(|word| !word.contains(char::is_alphabetic))
            .map(hash)
            .collect();
        let mut heavy: Option<(Subject, u64)> = None;
        for (word, name) in Words::of(note.text).telling() {
            if numbers.contains(&word) {
                continue;
            }
            let Some(subject) = self.visit((room, word), name, since, &visit) else {
                continue;
            };
            // Words that become heavy at one act are one subject.
            if heavy
                .as_ref()
                .is_none_or(|(other, _)| other.visits.len() < subject.visits.len())
            {
                heavy = Some((subject, word));
            }
        }
        let told = heavy.and_then(|(subject, word)| self.tell(room, &subject, word, note.text));
        told.into_iter().collect()
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl Gravity {
    /// Somebody turned to a subject; gives it if it is heavy now.
    fn visit(
        &mut self,
        subject: (RoomId, u64),
        name: bool,
        since: Millis,
        visit: &Visit,
    ) -> Option<Subject> {
        let window = 3_600_000 * self.thresholds.get(&WINDOW_HOURS);
        let (people, strands) = (
            self.thresholds.get(&PEOPLE) as usize,
            self.thresholds.get(&STRANDS) as usize,
        );
        let growth = self.thresholds.get(&GROWTH);
        let subject = self.memory.subjects.touch(subject, Subject::default);
        let count = subject.visits.len();
        subject
            .visits
            .retain(|one| visit.at.since(one.at) <= window);
        subject.past += (count - subject.visits.len()) as u64;
        let there = |one: &Visit| one.who == visit.who && one.strand == visit.strand;
        if subject.visits.iter().any(there) {
            return None;
        }
        if subject.visits.len() == VISITS_MAX {
            subject.visits.remove(0);
            subject.past += 1;
        }
        subject.visits.push(visit.clone());
        let visitors: BTreeSet<ParticipantId> = subject.visits.iter().map(|one| one.who).collect();
        let visited: BTreeSet<Strand> = subject.visits.iter().map(|one| one.strand).collect();
        let watched = visit.at.since(since);
        subject.usual = subject.past * window / watched.saturating_sub(window).max(window);
        let count = subject.visits.len() as u64;
        // A plain word is met more often in one window and less in another; four times its spread is no chance.
        let chance = if name {
            0
        } else {
            WORD_MARGIN + 4 * (subject.usual + 1).isqrt()
        };
        let grown = 100 * count >= growth * subject.usual
            && count >= subject.usual + chance
            && (name || watched >= 2 * window);
        (visitors.len() >= people && visited.len() >= strands && grown).then(|| subject.clone())
    }

    fn tell(&mut self, room: RoomId, subject: &Subject, word: u64, text: &str) -> Option<Claim> {
        let last = subject.visits.last()?;
        let window = 3_600_000 * self.thresholds.get(&WINDOW_HOURS);
        let strands: BTreeSet<Strand> = subject.visits.iter().map(|one| one.strand).collect();
        let told = &mut self.memory.told;
        told.retain(|_, well| last.at.since(well.at) <= window);
        // The same people in the same strands have many words in common.
        let known = told.iter().any(|((there, _), well)| {
            *there == room && 2 * well.strands.intersection(&strands).count() >= strands.len()
        });
        if known {
            return None;
        }
        let well = Well {
            strands: strands.clone(),
            at: last.at,
        };
        told.put((room, last.seq), well);
        let people: BTreeSet<&str> = subject.visits.iter().map(|one| &*one.handle).collect();
        let path = paths::named(text)
            .into_iter()
            .find(|path| Words::of(path).telling().any(|(one, _)| one == word));
        let named = path
            .as_ref()
            .map_or(String::new(), |path| format!(" ({path})"));
        let first = subject.visits.first()?;
        let says = format!(
            "{} participants in {} threads, tasks or talks have turned to one subject{named} since {}",
            people.len(),
            strands.len(),
            first.seq
        );
        let evidence = subject
            .visits
            .iter()
            .map(|one| Evidence::at(one.seq, &one.handle, "turned to it"))
            .collect();
        let figures =
            json!({"people": people.len(), "strands": strands.len(), "usual": subject.usual});
        let concerned: Vec<String> = people.into_iter().map(str::to_owned).collect();
        let mut claim = Claim::new((FORMED, "well"), room, says, evidence)
            .sure(70)
            .concerning(concerned)
            .with_figures(figures)
            .with_details(path.map_or(json!({}), |path| json!({"path": path})));
        claim.about = format!("well:{room}:{}", last.seq);
        Some(claim)
    }
}
