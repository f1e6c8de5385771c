//! Weeks of a small team, made up from a seed: work as it goes on, and planted in it what observers are to find. Each planted
//! thing is known by the rule that should find it and the place of the act that completes it.

use std::collections::BTreeSet;

use mesh_model::Seq;
use mesh_observe::testing::{Story, room};

/// A generator of numbers that is the same on every machine.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Something planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Planted {
    pub rule: &'static str,
    /// The act that completes it.
    pub at: Seq,
    /// How hard it is to see: 0 as it mostly is, 1 said in quite other words.
    pub hard: u8,
}

/// A week, and what is planted in it.
#[derive(Debug, Default)]
pub struct Week {
    pub story: Story,
    pub planted: BTreeSet<Planted>,
}

const AGENTS: u64 = 6;
const ROOMS: u64 = 3;

/// A week of a seed.
pub fn week(seed: u64) -> Week {
    let mut maker = Maker {
        dice: Dice::new(seed),
        week: Week::default(),
        files: 0,
        subjects: 0,
    };
    let sessions: Vec<String> = (0..AGENTS).map(|who| maker.week.story.opens(who)).collect();
    for _ in 0..300 {
        let wait = maker.dice.below(6) as u64;
        maker.week.story.wait_minutes(wait);
        maker.ordinary();
        if maker.dice.chance(9) {
            maker.conflict();
        }
    }
    maker.deaths(&sessions);
    maker.week
}

struct Maker {
    dice: Dice,
    week: Week,
    /// Counted, so that ordinary work never meets by chance.
    files: usize,
    subjects: usize,
}

impl Maker {
    fn plant(&mut self, rule: &'static str, at: Seq, hard: u8) {
        self.week.planted.insert(Planted { rule, at, hard });
    }

    fn last(&self) -> Seq {
        Seq(self.week.story.items().len() as u64)
    }

    /// Two different agents and a room.
    fn two(&mut self) -> (u64, u64, mesh_model::RoomId) {
        let one = self.dice.below(AGENTS as usize) as u64;
        let two = (one + 1 + self.dice.below(AGENTS as usize - 1) as u64) % AGENTS;
        (one, two, room(self.dice.below(ROOMS as usize) as u64))
    }

    /// A file that nothing else in the week is about.
    fn file(&mut self) -> String {
        self.files += 1;
        let folder = self
            .dice
            .one(&["src", "src/net", "web/src", "tools", "crates/core/src"]);
        let ending = self.dice.one(&["rs", "py", "ts", "sql", "md"]);
        format!("{folder}/{}{}.{ending}", self.dice.one(THINGS), self.files)
    }

    /// What work is about: words that no other work of the week has together.
    fn subject(&mut self) -> (String, String) {
        let place = self.subjects;
        self.subjects += 1;
        let what = THINGS[place % THINGS.len()];
        let which = KINDS[(place / THINGS.len() + place) % KINDS.len()];
        let city = CITIES[(place / (THINGS.len() * KINDS.len()) + place) % CITIES.len()];
        (format!("{which} {city}"), what.to_owned())
    }

    /// Something that happens every day and is no conflict, though some of it looks like one.
    fn ordinary(&mut self) {
        let (one, two, place) = self.two();
        let (which, what) = self.subject();
        let file = self.file();
        let story = &mut self.week.story;
        match self.dice.below(12) {
            0 => {
                let task = story.creates(
                    9,
                    place,
                    &format!("Write the {which} {what}"),
                    &format!("Write the {which} {what} in {file}."),
                );
                story.takes(one, place, &task);
                story.progresses(
                    one,
                    place,
                    &task,
                    &format!("Editing {file}; half of it is there."),
                );
                story.finishes(one, place, &task);
            }
            1 => {
                let review = format!("Review the {which} {what}");
                let task = story.creates(
                    9,
                    place,
                    &review,
                    &format!("{review} in {file} and name each line that is wrong."),
                );
                story.takes(one, place, &task);
                story.says(two, place, &format!("I'm editing {file} while you read."));
                story.says(two, place, &format!("Done with {file}."));
                story.finishes(one, place, &task);
            }
            2 => {
                let lease = story.leases(one, place, &[&file], false);
                story.says(
                    two,
                    place,
                    &format!("Who edits {file}? I would like to look at it."),
                );
                story.releases(one, place, lease);
                story.says(two, place, &format!("Then I'm editing {file} now."));
            }
            3 => {
                story.leases(one, place, &[&file], true);
                story.leases(two, place, &[&file], true);
                story.says(two, place, &format!("Editing {file} together with you."));
            }
            4 => {
                story.says(
                    one,
                    place,
                    &format!("Please don't touch {file} before Friday."),
                );
                story.says(
                    two,
                    place,
                    &format!("I'm working on {file} from Monday on."),
                );
            }
            5 => {
                story.says(
                    one,
                    place,
                    &format!("Decision: the {which} {what} uses Postgres."),
                );
                let (other, thing) = self.subject();
                self.week.story.says(
                    two,
                    place,
                    &format!("Decision: the {other} {thing} uses SQLite."),
                );
            }
            6 => {
                story.says(
                    one,
                    place,
                    &format!("Decision: use Postgres for the {which} {what}."),
                );
                story.says(
                    two,
                    place,
                    &format!(
                        "Decision: use Redis for the {which} {what} instead, Postgres is too slow."
                    ),
                );
            }
            7 => {
                story.says(
                    one,
                    place,
                    &format!("Should we use SQLite for the {which} {what}?"),
                );
                story.says(
                    two,
                    place,
                    &format!("I'd rather use Postgres for the {which} {what}."),
                );
            }
            8 => {
                story.puts(one, place, &file);
                story.wait_minutes(20);
                story.puts(two, place, &file);
            }
            9 => {
                story.sets(one, place, &format!("{which}-{what}"), "on");
                story.sets(two, place, &format!("{which}-{what}"), "off");
            }
            10 => {
                for page in 1..=3 {
                    let task = story.creates(
                        9,
                        place,
                        &format!("Translate page {page} of the {which} {what}"),
                        "Keep the headings.",
                    );
                    story.takes(one, place, &task);
                    story.finishes(one, place, &task);
                }
            }
            _ => {
                story.says(
                    one,
                    place,
                    &format!("The {which} {what} in {file} fails in the second test."),
                );
                story.says(
                    two,
                    place,
                    &format!("I read {file}; the {what} looks right to me."),
                );
            }
        }
    }

    fn conflict(&mut self) {
        match self.dice.below(3) {
            0 => self.one_file(),
            1 => self.doubled(),
            _ => self.contradiction(),
        }
    }

    fn one_file(&mut self) {
        let (one, two, place) = self.two();
        let file = self.file();
        let folder = file
            .rsplit_once('/')
            .map_or("src", |(folder, _)| folder)
            .to_owned();
        let story = &mut self.week.story;
        let mut work = Vec::new();
        match self.dice.below(7) {
            0 => {
                story.leases(one, place, &[&file], false);
                story.says(two, place, &format!("I'm refactoring {file} now."));
            }
            1 => {
                let first = story.creates(
                    9,
                    place,
                    "Retry",
                    &format!("Add retries with backoff to {file}."),
                );
                let second = story.creates(
                    8,
                    place,
                    "Names",
                    &format!("Rename the settings in {file} as agreed."),
                );
                story.takes(one, place, &first);
                story.takes(two, place, &second);
                work = vec![(one, first), (two, second)];
            }
            2 => {
                story.puts(one, place, &file);
                story.puts(two, place, &file);
            }
            3 => {
                story.says(one, place, &format!("Working on {file} today."));
                story.says(
                    two,
                    place,
                    &format!("Rewriting `{file}` to use the new client."),
                );
            }
            4 => {
                story.leases(one, place, &[&format!("{folder}/{}*", stem(&file))], false);
                let task = story.creates(
                    9,
                    place,
                    "Clean up",
                    "Clean up what the last change left behind.",
                );
                story.takes(two, place, &task);
                story.progresses(
                    two,
                    place,
                    &task,
                    &format!("Found it. Changing {file} now."),
                );
                work = vec![(two, task)];
            }
            5 => {
                story.says(one, place, &format!("I take care of {file}."));
                story.says(two, place, &format!("{file} is mine for the next hour."));
            }
            _ => {
                story.says(
                    one,
                    place,
                    &format!("{file} will look quite different tonight."),
                );
                story.says(
                    two,
                    place,
                    &format!("I have half of a patch for {file} here."),
                );
                let at = self.last();
                return self.plant("one-file", at, 1);
            }
        }
        let at = self.last();
        for (who, task) in work {
            self.week.story.finishes(who, place, &task);
        }
        self.plant("one-file", at, 0);
    }

    fn doubled(&mut self) {
        let (one, two, place) = self.two();
        let (which, what) = self.subject();
        let (first, second, hard) = match self.dice.below(5) {
            0 => (
                format!("Fix the {which} {what}"),
                format!("Fix the {which} {what}"),
                0,
            ),
            1 => (
                format!("Add caching to the {which} {what}"),
                format!("Implement a cache for the {which} {what}s"),
                0,
            ),
            2 => (
                format!("The {which} {what} crashes on empty input, please repair it"),
                format!("Fix crash: {which} {what} with empty input"),
                0,
            ),
            3 => (
                format!("Write documentation for the {which} {what}"),
                format!("{which} {what}: write the docs"),
                0,
            ),
            _ => (
                format!("Make the {which} {what} faster"),
                format!("Cut the time that people wait for the {what}"),
                1,
            ),
        };
        self.week.story.creates(one, place, &first, "");
        self.week.story.wait_minutes(3);
        self.week.story.creates(two, place, &second, "");
        let at = self.last();
        self.plant("doubled-work", at, hard);
    }

    fn contradiction(&mut self) {
        let (one, two, place) = self.two();
        let (which, what) = self.subject();
        let (first, second, hard) = match self.dice.below(5) {
            0 => (
                format!("Decision: use Postgres for the {which} {what}."),
                format!("We decided to use SQLite for the {which} {what}."),
                0,
            ),
            1 => (
                format!("Decision: the {which} {what} timeout is 30 s"),
                format!("Decided: the {which} {what} timeout is 90 s"),
                0,
            ),
            2 => (
                format!("Agreed: we ship the {which} {what} with telemetry."),
                format!("Decision: ship the {which} {what} without telemetry"),
                0,
            ),
            3 => (
                format!("We agreed to support the {which} {what}."),
                format!("Decision: we will not support the {which} {what}"),
                0,
            ),
            _ => (
                format!("Decision: the {which} {what} stays in the main process."),
                format!("Decision: we split the {which} {what} off into a service of its own."),
                1,
            ),
        };
        self.week.story.says(one, place, &first);
        self.week.story.says(9, place, "Thanks, noted.");
        self.week.story.says(two, place, &second);
        let at = self.last();
        self.plant("contradiction", at, hard);
    }

    /// At the week's end some sessions die with work in hand, others go in peace, and others come back.
    fn deaths(&mut self, sessions: &[String]) {
        // Leases of the week are over by then.
        self.week.story.wait_minutes(60);
        for (who, session) in sessions.iter().enumerate() {
            let who = who as u64;
            let place = room(who % ROOMS);
            let holds = self.dice.chance(60);
            let file = self.file();
            let story = &mut self.week.story;
            let task = story.creates(9, place, &format!("Last work of {who}"), "Carry on.");
            story.takes(who, place, &task);
            if !holds {
                story.finishes(who, place, &task);
            }
            story.says(who, place, &format!("I read {file}."));
            let closed = story.closes(
                who,
                session,
                if self.dice.chance(70) {
                    "lost"
                } else {
                    "closed"
                },
            );
            let back = self.dice.chance(30);
            if back {
                self.week.story.opens(who);
            } else if holds {
                self.plant("left-behind", closed, 0);
            }
        }
        self.week.story.wait_minutes(30);
        self.week.story.says(9, room(0), "A new week.");
    }
}

fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.split('.').next().unwrap_or(name)
}

pub const THINGS: &[&str] = &[
    "parser",
    "scheduler",
    "importer",
    "ledger",
    "gateway",
    "mailer",
    "renderer",
    "indexer",
    "sampler",
    "watcher",
    "resolver",
    "exporter",
    "dashboard",
    "tokenizer",
    "allocator",
    "compactor",
    "verifier",
    "router",
    "planner",
    "archive",
];

pub const KINDS: &[&str] = &[
    "nightly",
    "public",
    "french",
    "legacy",
    "mobile",
    "quarterly",
    "internal",
    "remote",
    "binary",
    "hourly",
    "customer",
    "partner",
    "offline",
    "regional",
    "encrypted",
    "streaming",
    "wholesale",
    "academic",
    "medical",
    "municipal",
];

pub const CITIES: &[&str] = &[
    "lisbon", "oslo", "cairo", "lima", "perth", "quito", "riga", "sofia", "tunis", "turin", "vigo",
    "york", "accra", "basel", "bergen", "brno", "cork", "davos", "essen", "fargo", "genoa",
    "haifa", "izmir", "jena",
];
