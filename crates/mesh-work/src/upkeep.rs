//! What an idle worker may give itself to do, and when: at most so often, so many a day, each kind after a rest. Pure, but for the file
//! that remembers it.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use mesh_model::home::FILE_MODE;
use mesh_model::{Millis, Seq};
use serde::{Deserialize, Serialize};

/// What a worker's owner allows it to do when it has nothing else.
#[derive(Debug, Clone)]
pub struct Upkeep {
    /// The room in which its tasks are.
    pub room: String,
    /// How long it has to have had nothing to do.
    pub after: Duration,
    /// How long one kind rests before it is looked at again.
    pub rest: Duration,
    /// Tasks that it gives itself within 24 hours, at most.
    pub per_day: u16,
}

/// Something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Its own memories: which say the same, contradict one another, or are of no use any more.
    Memories,
    /// What failed in the room: proposals of what could be better.
    Failures,
}

const KINDS: [Kind; 2] = [Kind::Memories, Kind::Failures];
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// The form of the file that this program writes. Another one is not read.
const FORM: u32 = 1;

/// When a kind was looked at last, and up to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// The moment.
    pub at: Millis,
    /// The place in the log up to which it was.
    pub upto: Seq,
}

/// What is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// This may be looked at now.
    Look(Kind),
    /// Nothing before this moment.
    Later(Millis),
}

/// What was looked at and what was begun.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diary {
    form: u32,
    looked: BTreeMap<Kind, Looked>,
    /// When tasks were begun, the oldest first.
    begun: Vec<Millis>,
}

impl Diary {
    /// The file's name in a worker's folder.
    pub const FILE: &'static str = "upkeep.json";

    /// What the file knows; nothing if it is not there or cannot be read.
    pub fn load(path: &Path) -> Diary {
        let read = fs::read(path).ok();
        let known = read.and_then(|json| serde_json::from_slice::<Diary>(&json).ok());
        known.filter(|known| known.form == FORM).unwrap_or_default()
    }

    /// Whole or not at all.
    pub fn save(&mut self, path: &Path) -> io::Result<()> {
        self.form = FORM;
        let unfinished = path.with_extension("tmp");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(FILE_MODE)
            .open(&unfinished)?;
        serde_json::to_writer(&mut file, self)?;
        file.flush()?;
        fs::rename(&unfinished, path)
    }

    /// What may be looked at now: what was not for longest.
    pub fn next(&self, rules: &Upkeep, now: Millis) -> Next {
        let today = self.begun.iter().filter(|at| at.0 + DAY_MS > now.0);
        if today.clone().count() >= usize::from(rules.per_day) {
            let first = today.min().map_or(now.0, |at| at.0);
            return Next::Later(Millis(first + DAY_MS));
        }
        let rest = u64::try_from(rules.rest.as_millis()).unwrap_or(u64::MAX);
        let due = |kind: Kind| match self.looked.get(&kind) {
            Some(looked) => looked.at.0.saturating_add(rest),
            None => 0,
        };
        let first = KINDS.into_iter().min_by_key(|kind| due(*kind));
        match first {
            Some(kind) if due(kind) <= now.0 => Next::Look(kind),
            Some(kind) => Next::Later(Millis(due(kind))),
            None => Next::Later(Millis(u64::MAX)),
        }
    }

    /// When a kind was looked at last.
    pub fn looked(&self, kind: Kind) -> Option<Looked> {
        self.looked.get(&kind).copied()
    }

    /// A kind was looked at, and a task was begun or not.
    pub fn note(&mut self, kind: Kind, looked: Looked, begun: bool) {
        self.looked.insert(kind, looked);
        self.begun.retain(|at| at.0 + DAY_MS > looked.at.0);
        if begun {
            self.begun.push(looked.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 60 * 60 * 1000;

    fn rules(per_day: u16) -> Upkeep {
        Upkeep {
            room: "ops".to_owned(),
            after: Duration::ZERO,
            rest: Duration::from_secs(6 * 60 * 60),
            per_day,
        }
    }

    fn at(hours: u64) -> Looked {
        Looked {
            at: Millis(hours * HOUR),
            upto: Seq(hours),
        }
    }

    #[test]
    fn each_kind_has_its_turn_and_rests_after_it() {
        let (rules, mut diary) = (rules(9), Diary::default());
        let now = |hours: u64| Millis(hours * HOUR);
        assert_eq!(diary.next(&rules, now(100)), Next::Look(Kind::Memories));
        diary.note(Kind::Memories, at(100), false);
        assert_eq!(diary.next(&rules, now(101)), Next::Look(Kind::Failures));
        diary.note(Kind::Failures, at(101), true);
        assert_eq!(diary.next(&rules, now(102)), Next::Later(now(106)));
        assert_eq!(diary.next(&rules, now(106)), Next::Look(Kind::Memories));
        assert_eq!(diary.looked(Kind::Failures), Some(at(101)));
    }

    #[test]
    fn no_more_is_begun_a_day_than_the_owner_allows() {
        let (rules, mut diary) = (rules(1), Diary::default());
        diary.note(Kind::Memories, at(100), true);
        assert_eq!(
            diary.next(&rules, Millis(107 * HOUR)),
            Next::Later(Millis(124 * HOUR))
        );
        let next = diary.next(&rules, Millis(124 * HOUR));
        assert_eq!(next, Next::Look(Kind::Failures));
        assert_eq!(
            diary.next(
                &Upkeep {
                    per_day: 0,
                    ..rules
                },
                Millis(200 * HOUR)
            ),
            Next::Later(Millis(224 * HOUR)),
            "none at all"
        );
    }

    #[test]
    fn it_outlives_the_worker() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(Diary::FILE);
        let mut diary = Diary::load(&path);
        diary.note(Kind::Failures, at(3), true);
        diary.save(&path).unwrap();
        assert_eq!(Diary::load(&path), diary);
        fs::write(&path, "{").unwrap();
        assert_eq!(Diary::load(&path), Diary::default());
    }
}
