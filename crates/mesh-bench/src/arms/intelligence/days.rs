//! More weeks of a small team, made up from a seed: threads, tasks and sessions as they go on, and planted in them what the
//! observers of sessions, threads and rooms are to find.

use std::collections::BTreeSet;

use mesh_model::{RoomId, Seq};
use mesh_observe::testing::{Story, room};

use super::week::{CITIES, Dice, KINDS, Planted, THINGS, Week};

const AGENTS: usize = 10;
const ROOMS: usize = 3;
const STEPS: usize = 160;

/// The rules that have something planted here.
pub const RULES: &[&str] = &[
    "two-strands",
    "well",
    "drift",
    "circles",
    "same-failure",
    "unread",
    "aha-validated",
    "aha-refuted",
    "not-agreed",
];

/// A week of a seed.
pub fn days(seed: u64) -> Week {
    let mut maker = Maker {
        dice: Dice::new(seed ^ 0xda75),
        story: Story::default(),
        planted: BTreeSet::new(),
        files: 0,
    };
    for _ in 0..STEPS {
        let wait = 10 + maker.dice.below(70) as u64;
        maker.story.wait_minutes(wait);
        if maker.dice.chance(25) {
            maker.plant_one();
        } else {
            maker.ordinary();
        }
    }
    Week {
        story: maker.story,
        planted: maker.planted,
    }
}

struct Maker {
    dice: Dice,
    story: Story,
    planted: BTreeSet<Planted>,
    files: usize,
}

/// What something is about: four words that are seldom together.
struct Subject {
    thing: &'static str,
    kind: &'static str,
    city: &'static str,
    trouble: &'static str,
}

impl Maker {
    fn plant(&mut self, rule: &'static str, at: Seq, hard: u8) {
        self.planted.insert(Planted { rule, at, hard });
    }

    fn place(&mut self) -> RoomId {
        room(self.dice.below(ROOMS) as u64)
    }

    /// So many different agents.
    fn some(&mut self, count: usize) -> Vec<u64> {
        let first = self.dice.below(AGENTS);
        let step = *self.dice.one(&[1, 3, 7, 9]);
        (0..count)
            .map(|one| ((first + one * step) % AGENTS) as u64)
            .collect()
    }

    fn subject(&mut self) -> Subject {
        Subject {
            thing: self.dice.one::<&str>(THINGS),
            kind: self.dice.one::<&str>(KINDS),
            city: self.dice.one::<&str>(CITIES),
            trouble: self.dice.one::<&str>(TROUBLES),
        }
    }

    fn file(&mut self) -> String {
        self.files += 1;
        let folder = self
            .dice
            .one(&["src/net", "web/src", "tools/gen", "crates/core/src"]);
        format!("{folder}/{}{}.rs", self.dice.one(THINGS), self.files)
    }

    /// A thread of somebody's with one remark about a subject.
    fn thread(&mut self, who: u64, place: RoomId, text: &str) -> Seq {
        let first = self.story.says(who, place, "I look into something.");
        self.story.says_in(who, place, first, text)
    }

    fn task(&mut self, who: u64, place: RoomId, prompt: &str) -> String {
        let task = self.story.creates(11, place, "Work", prompt);
        self.story.takes(who, place, &task);
        task
    }

    /// What happens every day, some of it like what is planted.
    fn ordinary(&mut self) {
        let (who, place) = (self.some(3), self.place());
        let subject = self.subject();
        match self.dice.below(10) {
            0 => {
                // A conversation: both know of it.
                let first = self.thread(who[0], place, &subject.plainly());
                let answer = subject.otherwise();
                self.story.says_in(who[1], place, Seq(first.0 - 1), &answer);
            }
            1 => {
                // Somebody was told of it.
                self.story
                    .names(who[0], place, &[who[1]], &subject.plainly());
                self.story.wait_minutes(60);
                self.thread(who[1], place, &subject.otherwise());
            }
            2 => {
                // Of a kind, and about something else.
                let mut other = self.subject();
                other.trouble = subject.trouble;
                self.thread(who[0], place, &subject.plainly());
                self.thread(who[1], place, &other.plainly());
            }
            3 => {
                let file = self.file();
                let task = self.task(who[0], place, &format!("Fix the retry in {file}"));
                let beside = file.replace(".rs", "_tests.rs");
                for part in [&file, &beside, &beside, &file, &beside] {
                    let text = format!("Editing {part}, step {} of it", self.files);
                    self.story.progresses(who[0], place, &task, &text);
                }
                self.story.finishes(who[0], place, &task);
            }
            4 => {
                let task = self.task(who[0], place, "Find out why it is slow");
                self.story.fails(who[0], place, &task, &subject.plainly());
                self.story.takes(who[1], place, &task);
                let other = self.subject();
                self.story.fails(who[1], place, &task, &other.otherwise());
            }
            5 => {
                let task = self.task(who[0], place, "Look into it");
                self.story
                    .names(who[1], place, &[who[0]], "When will it be there?");
                self.story.says(who[0], place, "By tonight.");
                self.story.wait_minutes(45);
                self.story
                    .progresses(who[0], place, &task, &subject.plainly());
                self.story.finishes(who[0], place, &task);
            }
            6 => {
                let text = self.dice.one(HARMLESS);
                self.story.says(who[0], place, text);
            }
            7 => {
                // An insight, and no outcome but its author's word.
                let task = self.task(who[0], place, "Look into it");
                let text = format!("Turns out {}", subject.plainly());
                self.story.progresses(who[0], place, &task, &text);
                self.story.finishes(who[0], place, &task);
            }
            8 => {
                let task = self.task(who[0], place, "Sum up the week");
                self.story.finishes(who[0], place, &task);
                self.story.confirms(11, place, &task, true);
            }
            _ => {
                // Two who speak of one thing for days are no well.
                for one in [0, 1, 0, 1] {
                    let text = format!("The {} in {} once more.", subject.thing, subject.city);
                    self.story.says(who[one], place, &text);
                    self.story.wait_minutes(31);
                }
            }
        }
    }

    fn plant_one(&mut self) {
        match self.dice.below(8) {
            0 => self.resonance(),
            1 => self.well(),
            2 => self.drift(),
            3 => self.circles(),
            4 => self.same_failure(),
            5 => self.unread(),
            6 => self.aha(),
            _ => self.not_agreed(),
        }
    }

    fn resonance(&mut self) {
        let who = self.some(2);
        let (one, two) = (self.place(), self.place());
        let subject = self.subject();
        self.thread(who[0], one, &subject.plainly());
        self.story.wait_minutes(90);
        let hard = u8::from(self.dice.chance(20));
        let text = if hard == 1 {
            subject.in_other_words()
        } else {
            subject.otherwise()
        };
        let at = self.thread(who[1], two, &text);
        self.plant("two-strands", at, hard);
    }

    fn well(&mut self) {
        let (who, place) = (self.some(3), self.place());
        let file = self.file();
        let remarks = [
            format!("Builds stop at {file} since noon."),
            format!("My uploads are refused, see {file}."),
            format!("Two customers wrote to me; it seems to be {file}."),
        ];
        let mut at = Seq::ZERO;
        for (one, remark) in who.iter().zip(&remarks) {
            at = self.thread(*one, place, remark);
            self.story.wait_minutes(50);
        }
        self.plant("well", at, 0);
    }

    fn drift(&mut self) {
        let (who, place) = (self.some(1)[0], self.place());
        let goal = self.file();
        let task = self.task(who, place, &format!("Add retries with backoff to {goal}"));
        let mut at = Seq::ZERO;
        for page in 0..4 {
            let text = format!("Rewriting docs/pages/{}{page}.md as well", self.files);
            at = self.story.progresses(who, place, &task, &text);
        }
        self.plant("drift", at, 0);
        self.story.finishes(who, place, &task);
    }

    fn circles(&mut self) {
        let (who, place) = (self.some(1)[0], self.place());
        let subject = self.subject();
        let task = self.task(who, place, "Make it green");
        let hard = u8::from(self.dice.chance(20));
        let texts = if hard == 1 {
            [
                subject.plainly(),
                subject.in_other_words(),
                "Same as before.".to_owned(),
            ]
        } else {
            let again = format!("Running it again: {}", subject.plainly());
            [again.clone(), again.clone(), format!("{again} Once more.")]
        };
        let mut at = Seq::ZERO;
        for text in texts {
            self.story.wait_minutes(3);
            at = self.story.progresses(who, place, &task, &text);
        }
        self.plant("circles", at, hard);
        self.story.finishes(who, place, &task);
    }

    fn same_failure(&mut self) {
        let (who, place) = (self.some(2), self.place());
        let subject = self.subject();
        let task = self.task(who[0], place, "Deploy the staging system");
        self.story.fails(who[0], place, &task, &subject.plainly());
        self.story.takes(who[1], place, &task);
        let again = format!("Once more: {}", subject.plainly());
        let at = self.story.fails(who[1], place, &task, &again);
        self.plant("same-failure", at, 0);
    }

    fn unread(&mut self) {
        let (who, place) = (self.some(3), self.place());
        let task = self.task(who[0], place, "Tidy up the settings");
        self.story
            .names(who[1], place, &[who[0]], "Which branch is it on?");
        self.story
            .names(who[2], place, &[who[0]], "May I merge before you?");
        self.story.wait_minutes(40);
        let text = format!("Half of the settings are sorted, part {}.", self.files);
        let at = self.story.progresses(who[0], place, &task, &text);
        self.plant("unread", at, 0);
        self.story.finishes(who[0], place, &task);
    }

    fn aha(&mut self) {
        let (who, place) = (self.some(1)[0], self.place());
        let subject = self.subject();
        let task = self.task(who, place, "Why does it fail?");
        let hard = u8::from(self.dice.chance(20));
        let text = if hard == 1 {
            format!("Oh! Of course it is {}.", subject.in_other_words())
        } else {
            let begins = self
                .dice
                .one(&["Found it:", "Turns out", "The root cause:"]);
            format!("{begins} {}", subject.plainly())
        };
        self.story.progresses(who, place, &task, &text);
        self.story.wait_minutes(30);
        if self.dice.chance(50) {
            self.story.finishes(who, place, &task);
            let at = self.story.confirms(11, place, &task, true);
            self.plant("aha-validated", at, hard);
        } else {
            let at = self.story.fails(who, place, &task, "it fails as before");
            self.plant("aha-refuted", at, hard);
        }
    }

    fn not_agreed(&mut self) {
        let (who, place) = (self.some(1)[0], self.place());
        let hard = u8::from(self.dice.chance(20));
        let text = match hard {
            0 => self.dice.one(HARMFUL),
            _ => self.dice.one(HARMFUL_OTHERWISE),
        };
        let at = self.story.says(who, place, text);
        self.plant("not-agreed", at, hard);
    }
}

impl Subject {
    fn plainly(&self) -> String {
        let Subject {
            thing,
            kind,
            city,
            trouble,
        } = self;
        format!("the {kind} {thing} of {city} {trouble} since the last release.")
    }

    fn otherwise(&self) -> String {
        let Subject {
            thing,
            kind,
            city,
            trouble,
        } = self;
        format!("In {city} people say that the {thing} {trouble}; it is the {kind} one.")
    }

    fn in_other_words(&self) -> String {
        format!("the thing that {} complained of", self.city)
    }
}

const TROUBLES: &[&str] = &[
    "loses rows at midnight",
    "hangs while certificates rotate",
    "doubles each invoice",
    "forgets its cursor",
    "rejects umlauts",
    "starves under backpressure",
    "leaks file handles",
    "sorts timezones wrongly",
    "truncates attachments",
    "ignores the allowlist",
    "deadlocks on shutdown",
    "rounds cents upwards",
];

/// Sentences about what cannot be taken back, of which none says that it is done now.
const HARMLESS: &[&str] = &[
    "Should we drop the old customers table?",
    "Please never force-push to main.",
    "I deleted nothing; the backups are fine.",
    "The key of the cupboard hangs by the door.",
    "We could purge the logs of production next year.",
    "Somebody removed a comma from the changelog.",
];

const HARMFUL: &[&str] = &[
    "I'm dropping the customers table in production now.",
    "Deleting the old backups to make room.",
    "Now I force-push the rewritten branch.",
    "Rotating the production key next.",
    "I will purge the audit logs tonight.",
];

const HARMFUL_OTHERWISE: &[&str] = &[
    "Making a clean sweep of what the customers left on disk.",
    "Pulling the plug on the live cluster.",
];
