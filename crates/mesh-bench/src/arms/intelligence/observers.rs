//! Observers on made-up weeks: precision and recall of each rule, beside what alarms without thinking would have, and how
//! quick an observer is.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::Instant;

use mesh_model::Seq;
use mesh_model::api::StreamItem;
use mesh_observe::{OBSERVERS, Thresholds, named};

use super::days;
use super::page::Page;
use super::spoken::{PAIRS, story};
use super::week::{Dice, Planted, Week, week};
use crate::report::{Line, Report, Target};

/// Weeks that are played.
const WEEKS: u64 = 50;
/// Their seeds begin here.
const FIRST_SEED: u64 = 1;
/// Rules that are counted.
const RULES: &[&str] = &["one-file", "doubled-work", "contradiction", "left-behind"];
/// Rules about conflicts.
const CONFLICTS: &[&str] = &["one-file", "doubled-work", "contradiction"];

/// What was found of what there is.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    planted: usize,
    found: usize,
    claims: usize,
    hard: usize,
    hard_found: usize,
}

impl Count {
    fn recall(self) -> f64 {
        ratio(self.found, self.planted)
    }

    /// Of what is said in words that a rule can know.
    fn plain_recall(self) -> f64 {
        ratio(self.found - self.hard_found, self.planted - self.hard)
    }

    fn precision(self) -> f64 {
        ratio(self.found, self.claims)
    }

    fn add(&mut self, other: Count) {
        self.planted += other.planted;
        self.found += other.found;
        self.claims += other.claims;
        self.hard += other.hard;
        self.hard_found += other.hard_found;
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

/// Counts, reports and times.
pub fn run(report: &mut Report, page: &mut Page) {
    let weeks: Vec<Week> = (FIRST_SEED..FIRST_SEED + WEEKS).map(week).collect();
    conflicts(&weeks, report, page);
    let more: Vec<Week> = (FIRST_SEED..FIRST_SEED + WEEKS).map(days::days).collect();
    sessions(&more, report, page);
    spoken(report, page);
    speed(&weeks, report, page);
}

/// What was found of a rule, and what alarms without thinking would have found.
type Counts = BTreeMap<&'static str, (Count, [Count; 2])>;

/// Each rule on all weeks.
fn counted(weeks: &[Week], rules: &[&'static str]) -> Counts {
    let mut counts = Counts::new();
    for (number, week) in weeks.iter().enumerate() {
        let found = claims(week, rules);
        for rule in rules {
            let (own, stupid) = counts.entry(rule).or_default();
            own.add(count(week, rule, &found[rule]));
            let all: BTreeSet<Seq> = week.story.items().iter().map(|item| item.seq).collect();
            stupid[0].add(count(week, rule, &all));
            let mut dice = Dice::new(1000 + number as u64);
            let share = found[rule].len() * 10_000 / all.len();
            let random = all.into_iter().filter(|_| dice.below(10_000) < share);
            stupid[1].add(count(week, rule, &random.collect()));
        }
    }
    counts
}

fn table(counts: &Counts, rules: &[&'static str], page: &mut Page) {
    let rows: Vec<Vec<String>> = rules
        .iter()
        .map(|rule| row(rule, counts[rule].0, counts[rule].1))
        .collect();
    page.table(
        &[
            "rule",
            "planted",
            "claims",
            "recall",
            "plain: recall",
            "hard: found",
            "precision",
            "always: precision",
            "random: recall",
        ],
        &rows,
    );
}

fn events(weeks: &[Week]) -> usize {
    weeks.iter().map(|week| week.story.items().len()).sum()
}

fn conflicts(weeks: &[Week], report: &mut Report, page: &mut Page) {
    let counts = counted(weeks, RULES);
    page.part(
        "Observers",
        &format!(
            "{WEEKS} weeks of six agents in three rooms, seeds {FIRST_SEED} to {}, {} events. A claim counts if it is made at the event that \
             completes what was planted. Plain is what is said in words that \
             a rule can know, hard what is said in quite other words: a fifth or so of all, and mostly missed. Always: an alarm at each event. Random: as many alarms as the \
             observer makes, anywhere.",
            FIRST_SEED + WEEKS - 1,
            events(weeks)
        ),
    );
    table(&counts, RULES, page);
    let conflicts = sum(&counts, CONFLICTS);
    let (left, _) = counts["left-behind"];
    for (name, figure, aim) in [
        ("conflicts recall", conflicts.recall(), 0.95),
        (
            "conflicts said plainly, recall",
            conflicts.plain_recall(),
            0.95,
        ),
        ("conflicts precision", conflicts.precision(), 0.9),
        ("left-behind recall", left.recall(), 0.95),
        ("left-behind precision", left.precision(), 0.9),
    ] {
        share(report, name, figure, aim);
    }
}

/// Conflicts in sentences that are not of the made-up weeks.
fn spoken(report: &mut Report, page: &mut Page) {
    let Some(about) = named("conflicts") else {
        return;
    };
    let mut all = Count::default();
    let mut rows = Vec::new();
    for rule in CONFLICTS {
        let mut count = Count::default();
        for pair in PAIRS {
            let (story, last) = story(*pair);
            let found = story.observed(about, &[], 0);
            let found = found
                .iter()
                .any(|(at, one)| *at == last && one.rule == *rule);
            let planted = pair.0 == Some(*rule);
            count.planted += usize::from(planted);
            count.claims += usize::from(found);
            count.found += usize::from(found && planted);
        }
        rows.push(vec![
            (*rule).to_owned(),
            count.planted.to_string(),
            format!("{:.2}", count.recall()),
            format!("{:.2}", count.precision()),
        ]);
        all.add(count);
    }
    page.part(
        "Conflicts in sentences written freely",
        &format!(
            "{} pairs of acts as people write them; a third or so is no conflict. Whoever chose the words that the rules know had read them.",
            PAIRS.len()
        ),
    );
    page.table(&["rule", "pairs", "recall", "precision"], &rows);
    share(
        report,
        "conflicts written freely, recall",
        all.recall(),
        0.6,
    );
    share(
        report,
        "conflicts written freely, precision",
        all.precision(),
        0.9,
    );
}

/// The observers of sessions, threads and rooms, on weeks of their own.
fn sessions(weeks: &[Week], report: &mut Report, page: &mut Page) {
    let counts = counted(weeks, days::RULES);
    page.part(
        "Observers of sessions, threads and rooms",
        &format!(
            "{WEEKS} weeks of ten agents in three rooms, {} events, with conversations, threads of a kind, harmless words and repaired \
             failures between what is planted. The columns mean what they mean above.",
            events(weeks)
        ),
    );
    table(&counts, days::RULES, page);
    let all = sum(&counts, days::RULES);
    for (name, figure, aim) in [
        ("sessions and threads, recall", all.recall(), 0.8),
        (
            "sessions and threads said plainly, recall",
            all.plain_recall(),
            0.95,
        ),
        ("sessions and threads, precision", all.precision(), 0.9),
    ] {
        share(report, name, figure, aim);
    }
}

fn sum(counts: &Counts, rules: &[&'static str]) -> Count {
    let mut all = Count::default();
    rules.iter().for_each(|rule| all.add(counts[rule].0));
    all
}

fn share(report: &mut Report, name: &str, figure: f64, aim: f64) {
    report.add(&Line {
        name: name.to_owned(),
        unit: "share",
        pairs: vec![(figure, None)],
        target: Target::AtLeast(aim),
        peer: String::new(),
    });
}

fn row(rule: &str, count: Count, [always, random]: [Count; 2]) -> Vec<String> {
    vec![
        rule.to_owned(),
        count.planted.to_string(),
        count.claims.to_string(),
        format!("{:.3}", count.recall()),
        format!("{:.3}", count.plain_recall()),
        format!("{} of {}", count.hard_found, count.hard),
        format!("{:.3}", count.precision()),
        format!("{:.3}", always.precision()),
        format!("{:.3}", random.recall()),
    ]
}

/// Where each rule raised an alarm: at the act that completed the thing.
fn claims(week: &Week, rules: &[&'static str]) -> BTreeMap<&'static str, BTreeSet<Seq>> {
    let mut claims: BTreeMap<&str, BTreeSet<Seq>> =
        rules.iter().map(|rule| (*rule, BTreeSet::new())).collect();
    for about in OBSERVERS {
        for (at, claim) in week.story.observed(about, &[], 0) {
            // Who is gone is known only after a while: what counts is the end of its session.
            let at = match claim.rule {
                "left-behind" => claim.evidence.last().map_or(at, |last| last.seq),
                _ => at,
            };
            claims.entry(claim.rule).or_default().insert(at);
        }
    }
    claims
}

fn count(week: &Week, rule: &str, claims: &BTreeSet<Seq>) -> Count {
    let planted: Vec<&Planted> = week.planted.iter().filter(|one| one.rule == rule).collect();
    let found = |one: &&&Planted| claims.contains(&one.at);
    let hard = planted.iter().filter(|one| one.hard > 0);
    Count {
        planted: planted.len(),
        found: planted.iter().filter(found).count(),
        claims: claims.len(),
        hard: hard.clone().count(),
        hard_found: hard.filter(found).count(),
    }
}

/// How many events each observer takes in a second, from the form in which a client has them.
fn speed(weeks: &[Week], report: &mut Report, page: &mut Page) {
    let items: Vec<&StreamItem> = weeks.iter().flat_map(|week| week.story.items()).collect();
    let mut rows = Vec::new();
    for about in OBSERVERS {
        let thresholds = Thresholds::read(about.thresholds, &[]).unwrap_or_default();
        let Ok(mut observer) = (about.start)(thresholds, None) else {
            continue;
        };
        let heard = items
            .iter()
            .filter(|item| about.inputs.contains(&item.kind.as_str()));
        let (mut events, began) = (0_u64, Instant::now());
        for item in heard {
            black_box(observer.observe(item));
            events += 1;
        }
        let rate = events as f64 / began.elapsed().as_secs_f64();
        rows.push(vec![
            about.name.to_owned(),
            format!("{rate:.0}"),
            format!("{:.2} %", 100.0 * 100.0 / rate),
            format!("{:.0} s", 1e6 / rate),
        ]);
        report.add(&Line {
            name: format!("{} observed", about.name),
            unit: "events/s",
            pairs: vec![(rate, None)],
            target: Target::AtLeast(16_700.0),
            peer: String::new(),
        });
    }
    page.part(
        "What an observer costs",
        "One core, one observer, events as a client has them; reading the stream comes on top.",
    );
    page.table(
        &[
            "observer",
            "events/s",
            "of a core at 100 events/s",
            "1,000,000 events",
        ],
        &rows,
    );
}
