//! What the observers of sessions, threads and rooms make of stories, and what holds for every observer whatever happens.

use std::collections::BTreeSet;

use mesh_model::Seq;
use mesh_observe::testing::{Story, handle, room};
use mesh_observe::{Claim, OBSERVERS, named};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What an observer claims. Whether it runs through or is stopped after each event makes no difference.
fn told(observer: &str, story: &Story, set: &[&str]) -> Vec<(Seq, Claim)> {
    let set: Vec<String> = set.iter().map(|one| (*one).to_owned()).collect();
    let about = named(observer).unwrap();
    let told = story.observed(about, &set, 0);
    assert_eq!(told, story.observed(about, &set, 1), "{observer} forgets");
    told
}

/// Rule, evidence and the place at which it was said.
fn claims(observer: &str, story: &Story, set: &[&str]) -> Vec<(&'static str, Vec<u64>, u64)> {
    let brief = |(at, claim): (Seq, Claim)| {
        let evidence = claim.evidence.iter().map(|one| one.seq.0).collect();
        (claim.rule, evidence, at.0)
    };
    told(observer, story, set).into_iter().map(brief).collect()
}

fn rules(observer: &str, story: &Story, set: &[&str]) -> Vec<&'static str> {
    let told = told(observer, story, set);
    told.into_iter().map(|(_, claim)| claim.rule).collect()
}

const ABOUT_QUOTA: [&str; 2] = [
    "The importer of Oslo loses rows when the nightly ledger is compacted in src/ledger/merge.rs",
    "Rows vanish from the ledger: the importer of Oslo and the nightly compaction meet in src/ledger/merge.rs",
];

#[test]
fn two_threads_about_one_thing_resonate_unless_their_people_know() {
    let mut story = Story::default();
    let one = story.says(1, room(1), "First of all good morning.");
    let first = story.says_in(1, room(1), one, ABOUT_QUOTA[0]);
    let two = story.says(2, room(1), "A new day.");
    let second = story.says_in(2, room(1), two, ABOUT_QUOTA[1]);
    story.says_in(2, room(1), two, ABOUT_QUOTA[0]);
    let told = told("resonance", &story, &[]);
    assert_eq!(told.len(), 1, "{told:?}");
    let (at, claim) = &told[0];
    assert_eq!((*at, claim.across.len()), (second, 0));
    let places: Vec<Seq> = claim.evidence.iter().map(|one| one.seq).collect();
    assert_eq!(places, [first, second]);

    let mut story = Story::default();
    story.names(1, room(1), &[2], ABOUT_QUOTA[0]);
    story.wait_minutes(300);
    story.says(2, room(1), ABOUT_QUOTA[1]);
    assert_eq!(
        rules("resonance", &story, &[]),
        [""; 0],
        "it was named there"
    );
}

#[test]
fn what_resonates_across_rooms_is_told_in_neither() {
    let mut story = Story::default();
    story.says(1, room(1), ABOUT_QUOTA[0]);
    story.says(2, room(2), ABOUT_QUOTA[1]);
    let told = told("resonance", &story, &[]);
    assert_eq!(told.len(), 1, "{told:?}");
    let claim = &told[0].1;
    assert_eq!(claim.across, [room(1), room(2)]);
    let rooms: Vec<_> = claim.evidence.iter().filter_map(|one| one.room).collect();
    assert_eq!(rooms, [room(1), room(2)]);
    assert!(!claim.says.contains("ledger"), "{}", claim.says);
}

#[test]
fn a_subject_that_more_and_more_turn_to_is_a_well_and_is_told_once() {
    let mut story = Story::default();
    for (who, text) in [
        (1, "The quota in src/quota/limits.rs is reached at night."),
        (2, "I cannot upload: src/quota/limits.rs again."),
        (
            3,
            "Customers write about uploads; it is src/quota/limits.rs.",
        ),
        (4, "And src/quota/limits.rs in my logs too."),
    ] {
        story.wait_minutes(120);
        story.says(who, room(1), text);
    }
    let told = told("gravity", &story, &[]);
    assert_eq!(told.len(), 1, "{told:?}");
    let (at, claim) = &told[0];
    assert_eq!(*at, Seq(3));
    assert_eq!(claim.details["path"], "src/quota/limits.rs");
    assert_eq!(claim.concerns, [handle(1), handle(2), handle(3)]);

    let mut one_talk = Story::default();
    for who in 1..5 {
        one_talk.says(who, room(1), "The quota in src/quota/limits.rs.");
    }
    assert_eq!(rules("gravity", &one_talk, &[]), [""; 0]);
}

#[test]
fn a_working_session_has_a_beacon_and_its_end_lights_the_last_one() {
    let mut story = Story::default();
    let session = story.opens(1);
    let task = story.creates(9, room(1), "Mend the retry", "In src/net.rs.");
    let taken = story.takes(1, room(1), &task);
    story.leases(1, room(1), &["src/net.rs"], false);
    story.wait_minutes(20);
    let said = story.says(1, room(1), "Decision: use a backoff that doubles.");
    let asked = story.names(9, room(1), &[1], "Which backoff?");
    let progress = story.progresses(1, room(1), &task, "The timer is there.");
    story.puts(1, room(1), "notes.md");
    let lost = story.closes(1, &session, "lost");
    let all = told("meta-officer", &story, &[]);
    let beacons: Vec<&(Seq, Claim)> = all.iter().filter(|(_, one)| one.rule == "beacon").collect();
    let at: Vec<Seq> = beacons.iter().map(|(at, _)| *at).collect();
    assert_eq!(at, [taken, said, lost]);
    let details = &beacons[2].1.details;
    assert_eq!(details["session"], json!(session));
    assert_eq!(
        details["tasks"],
        json!([{"task": task, "taken": taken, "told": progress}])
    );
    assert_eq!(details["decisions"], json!([said]));
    assert_eq!(details["asked"], json!([asked]));
    assert_eq!(details["files"][0]["path"], "notes.md");
    assert_eq!(details["ended"], true);

    story.wait_minutes(90);
    story.says(2, room(1), "Good evening.");
    let updates = told("meta-officer", &story, &[]);
    let update = &updates.last().unwrap().1;
    assert_eq!(
        (update.rule, &update.figures["gone"]),
        ("sessions", &json!(1))
    );
    assert_eq!(update.concerns, [handle(1)]);
}

#[test]
fn mission_control_tells_what_is_under_way_stuck_decided_and_asked_and_what_others_found() {
    let mut story = Story::default();
    story.says(1, room(1), "Good morning.");
    let stuck = story.creates(9, room(1), "Slow", "Take your time.");
    let silent = story.takes(1, room(1), &stuck);
    let decided = story.says(2, room(1), "Decision: ship the beta on Friday.");
    story.requests(2, room(1));
    let found = story.claims(8, room(1), "resonance-detected");
    story.wait_minutes(239);
    let busy = story.creates(9, room(1), "Quick", "Be quick.");
    let taken = story.takes(2, room(1), &busy);
    story.wait_minutes(2);
    story.says(1, room(1), "Good evening.");
    let told = told("mission-control", &story, &[]);
    assert_eq!(told.len(), 1, "{told:?}");
    let details = &told[0].1.details;
    assert_eq!(details["under_way"], json!([taken]));
    assert_eq!(details["stuck"], json!([silent]));
    assert_eq!(details["decided"], json!([decided]));
    assert_eq!(
        details["found"],
        json!([{"type": "resonance-detected", "seq": found}])
    );
    assert_eq!(told[0].1.figures["needs_a_person"], 1);
}

#[test]
fn the_first_officer_sees_drift_circles_repeated_failure_and_silence() {
    let mut story = Story::default();
    let task = story.creates(9, room(1), "Mend", "Fix the retry in src/net/retry.rs");
    let taken = story.takes(1, room(1), &task);
    story.says(1, room(1), "Editing src/net/timer.rs.");
    let mut astray = vec![taken.0];
    for path in ["web/a.ts", "web/b.ts", "web/c.ts", "web/d.ts"] {
        astray.push(story.says(1, room(1), &format!("Editing {path} now.")).0);
    }
    let mut circles = Vec::new();
    for _ in 0..3 {
        let text = "Running the integration suite once more against the staging proxy";
        circles.push(story.progresses(1, room(1), &task, text).0);
    }
    let asked = [
        story
            .names(2, room(1), &[1], "Did you see the staging logs?")
            .0,
        story.names(3, room(1), &[1], "Which port is it?").0,
    ];
    story.wait_minutes(40);
    let went_on = story
        .progresses(1, room(1), &task, "Something else entirely happens.")
        .0;
    let why = "the proxy of staging refuses connections on port 8443";
    let one = story.fails(1, room(1), &task, why).0;
    story.takes(1, room(1), &task);
    let two = story.fails(1, room(1), &task, why).0;
    assert_eq!(
        claims("first-officer", &story, &[]),
        [
            ("drift", astray.clone(), astray[4]),
            ("circles", circles.clone(), circles[2]),
            ("unread", vec![asked[0], asked[1], went_on], went_on),
            ("same-failure", vec![one, two], two),
        ]
    );
}

#[test]
fn an_insight_is_open_until_an_outcome_shows_whether_it_held() {
    let mut story = Story::default();
    let told_of = |story: &mut Story, text: &str| {
        let task = story.creates(9, room(1), "Look", "Why does it fail?");
        story.takes(1, room(1), &task);
        let seq = story.progresses(1, room(1), &task, text);
        (task, seq)
    };
    let (held, one) = told_of(&mut story, "Turns out the timer is never reset.");
    story.finishes(1, room(1), &held);
    let good = story.confirms(9, room(1), &held, true);
    let (wrong, two) = told_of(&mut story, "The root cause is the cache.");
    let failed = story.fails(1, room(1), &wrong, "it was not");
    let three = story.says(2, room(1), "Found it: the port is closed.");
    let back = story.says(2, room(1), "No, I was wrong.");
    let four = story.says(3, room(1), "Now I see why it hangs.");
    story.wait_minutes(49 * 60);
    let late = story.says(9, room(1), "A new week.");
    let of_aha = claims("attention", &story, &[]);
    let of_aha: Vec<_> = of_aha
        .into_iter()
        .filter(|one| one.0.starts_with("aha"))
        .collect();
    let handed = good.0 - 1;
    assert_eq!(
        of_aha,
        [
            ("aha-open", vec![one.0], one.0),
            ("aha-validated", vec![one.0, handed, good.0], good.0),
            ("aha-open", vec![two.0], two.0),
            ("aha-refuted", vec![two.0, failed.0], failed.0),
            ("aha-open", vec![three.0], three.0),
            ("aha-refuted", vec![three.0, back.0], back.0),
            ("aha-open", vec![four.0], four.0),
            ("aha-expired", vec![four.0], late.0),
        ]
    );
}

#[test]
fn attention_sees_decisions_what_was_not_agreed_and_what_sessions_cost() {
    let mut story = Story::default();
    let session = story.opens(1);
    let task = story.creates(9, room(1), "Clean", "Clean up.");
    story.takes(1, room(1), &task);
    story.says(1, room(1), "Now I'm deleting the old backups.");
    let approval = story.requests(1, room(1));
    story.answers(9, room(1), &approval, true);
    story.says(1, room(1), "Now I'm deleting the old backups.");
    story.says(2, room(1), "Decision: keep the newest backup.");
    story.finishes(1, room(1), &task);
    story.closes(1, &session, "closed");
    assert_eq!(
        rules("attention", &story, &[]),
        [
            "economics-start",
            "not-agreed",
            "decision",
            "decision",
            "economics-end"
        ]
    );
    let told = told("attention", &story, &["sats-per-unit=1000"]);
    let end = &told.last().unwrap().1;
    assert_eq!(end.figures["micros"], 40_000);
    assert_eq!(end.figures["sats"], 40);
}

#[test]
fn contexts_are_entered_and_left() {
    let mut story = Story::default();
    let task = story.creates(9, room(1), "Mend", "Mend it.");
    let taken = story.takes(1, room(1), &task);
    let lease = story.leases(1, room(1), &["src/a.rs"], false);
    let said = story.says(2, room(1), "Editing src/b.rs now.");
    let released = story.releases(1, room(1), lease);
    let done = story.finishes(1, room(1), &task);
    story.wait_minutes(40);
    let late = story.says(9, room(1), "Hello?");
    assert_eq!(
        claims("context", &story, &[]),
        [
            ("enter", vec![taken.0], taken.0),
            ("enter", vec![lease.0], lease.0),
            ("enter", vec![said.0], said.0),
            ("exit", vec![lease.0, released.0], released.0),
            ("exit", vec![taken.0, done.0], done.0),
            ("exit", vec![said.0], late.0),
        ]
    );
}

#[test]
fn the_graph_is_told_as_what_changed_and_edges_fade() {
    let mut story = Story::default();
    let task = story.creates(9, room(1), "Mend", "Mend src/a.rs.");
    story.takes(1, room(1), &task);
    story.wait_minutes(31);
    story.says(2, room(1), "Good morning.");
    story.wait_minutes(60 * 24 * 30);
    story.says(2, room(1), "Good evening.");
    story.wait_minutes(31);
    story.says(2, room(1), "Nothing changed.");
    let told = told("graph", &story, &[]);
    assert_eq!(told.len(), 2, "{told:?}");
    let first = told[0].1.details["edges"].as_array().unwrap();
    let ends: BTreeSet<String> = first
        .iter()
        .map(|edge| {
            format!(
                "{} {}",
                edge["from"].as_str().unwrap(),
                edge["to"].as_str().unwrap()
            )
        })
        .collect();
    let task = format!("task:{task}");
    let expected = [
        format!("@agent-1 {task}"),
        format!("@agent-9 {task}"),
        format!("{task} file:src/a.rs"),
    ];
    assert_eq!(ends, BTreeSet::from(expected));
    assert_eq!(
        told[1].1.figures,
        *json!({"new": 0, "faded": 3, "edges": 0})
            .as_object()
            .unwrap()
    );
}

#[test]
fn decisions_and_tasks_rest_on_principles_or_go_against_them() {
    let mut story = Story::default();
    let said = story.says(
        1,
        room(1),
        "Principle 1: deploys never go out on Friday\nPrinciple 2: errors go to stderr",
    );
    let cites = story.says(
        2,
        room(1),
        "Decision: the importer waits until Monday, by P1.",
    );
    let against = story.says(3, room(1), "Decision: deploys go out on Friday");
    story.says(3, room(1), "Deploys never go out on Friday, do they, P1?");
    story.says(4, room(2), "Decision: deploys never go out on Friday, P1");
    let task = story.creates(
        2,
        room(1),
        "Move the deploy",
        "By principle 1 it has to wait.",
    );
    let asked = story.items().last().unwrap().seq;
    story.finishes(2, room(1), &task);
    story.confirms(1, room(1), &task, true);
    let edges = claims("steward", &story, &[]);
    assert_eq!(
        edges,
        [
            ("cites", vec![said.0, cites.0], cites.0),
            ("against", vec![said.0, against.0], against.0),
            ("cites", vec![said.0, asked.0], asked.0),
        ]
    );
    story.wait_minutes(25 * 60);
    let changed = story.says(1, room(1), "Principle 1: deploys go out on any day");
    let told = told("steward", &story, &[]);
    let (_, stands) = told
        .iter()
        .find(|(_, claim)| claim.rule == "stands")
        .unwrap();
    let figures = json!(stands.figures);
    let expected = json!({"principles": 2, "bare": 1, "decisions": 2, "alone": 1, "against": 1, "good": 1, "bad": 0});
    assert_eq!(figures, expected);
    let (at, lost) = told.last().unwrap();
    assert_eq!((*at, lost.rule), (changed, "changed"));
    let places: Vec<u64> = lost.evidence.iter().map(|one| one.seq.0).collect();
    assert_eq!(places, [cites.0, asked.0, changed.0]);
    assert_eq!(lost.concerns, [handle(1), handle(2)]);
}

#[test]
fn a_principle_that_is_taken_back_takes_its_words_along() {
    let mut story = Story::default();
    let said = story.says(1, room(1), "Principle: secrets never stand in logs");
    story.says_in(
        2,
        room(1),
        said,
        "Decision: tokens are masked in the audit trail",
    );
    let gone = json!({"message": format!("m{said}"), "room": room(1), "reason": ""});
    story.event(1, "message.deleted", Some(room(1)), gone);
    story.says(3, room(1), "Decision: secrets stand in logs");
    assert_eq!(rules("steward", &story, &[]), ["cites", "gone"]);
}

#[test]
fn a_monologue_is_gathered_by_its_places_and_repeats_no_word() {
    let mut story = Story::default();
    let task = story.creates(9, room(1), "Mend", "Mend it.");
    story.takes(1, room(1), &task);
    for piece in 0..5 {
        story.progresses(
            1,
            room(1),
            &task,
            &format!("Changing src/file{piece}.rs, unicorn {piece}."),
        );
    }
    story.finishes(1, room(1), &task);
    let told = told("monologue", &story, &["pieces=4"]);
    let pieces: Vec<&Value> = told.iter().map(|(_, one)| &one.figures["pieces"]).collect();
    assert_eq!(pieces, [&json!(4), &json!(1)]);
    assert_eq!(told[1].1.details["last"], true);
    assert!(told.iter().all(|(_, one)| !one.says.contains("unicorn")));
}

#[test]
fn a_claim_of_another_observer_is_no_act() {
    let mut story = Story::default();
    story.leases(1, room(1), &["src/a.rs"], false);
    for about in OBSERVERS {
        for published in about.published {
            story.claims(8, room(1), published.kind);
        }
    }
    for observer in ["conflicts", "context", "gravity", "resonance"] {
        let by = |(_, claim): &(Seq, Claim)| claim.concerns.contains(&handle(8));
        assert!(!told(observer, &story, &[]).iter().any(by), "{observer}");
    }
}

/// One step of a made-up week.
#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Says(u64, u64, usize),
    Stranger(u64, usize),
    Creates(u64, u64, usize),
    Takes(u64, usize),
    Progresses(u64, usize, usize),
    Finishes(u64, usize),
    Fails(u64, usize),
    Leases(u64, u64, usize),
    Puts(u64, u64, usize),
    Opens(u64),
    Closes(usize),
}

const TEXTS: [&str; 8] = [
    "Editing src/ledger/merge.rs now, the importer loses rows at night.",
    "Decision: use Postgres for the job queue.",
    "Decision: use SQLite for the job queue.",
    "Turns out the importer of Oslo drops rows while the ledger is compacted.",
    "I was wrong about the importer.",
    "Deleting the old backups of production now.",
    "Fix the flaky login test in src/login.rs",
    "Rows vanish: the nightly compaction and the importer of Oslo meet in src/ledger/merge.rs",
];

fn step() -> impl Strategy<Value = Step> {
    let who = 1..6_u64;
    let place = 1..3_u64;
    let text = 0..TEXTS.len();
    prop_oneof![
        (0..400_u64).prop_map(Step::Wait),
        (who.clone(), place.clone(), text.clone()).prop_map(|(a, b, c)| Step::Says(a, b, c)),
        (place.clone(), text.clone()).prop_map(|(a, b)| Step::Stranger(a, b)),
        (who.clone(), place.clone(), text.clone()).prop_map(|(a, b, c)| Step::Creates(a, b, c)),
        (who.clone(), 0..9_usize).prop_map(|(a, b)| Step::Takes(a, b)),
        (who.clone(), 0..9_usize, text.clone()).prop_map(|(a, b, c)| Step::Progresses(a, b, c)),
        (who.clone(), 0..9_usize).prop_map(|(a, b)| Step::Finishes(a, b)),
        (who.clone(), 0..9_usize).prop_map(|(a, b)| Step::Fails(a, b)),
        (who.clone(), place.clone(), text.clone()).prop_map(|(a, b, c)| Step::Leases(a, b, c)),
        (who.clone(), place, text).prop_map(|(a, b, c)| Step::Puts(a, b, c)),
        who.prop_map(Step::Opens),
        (0..9_usize).prop_map(Step::Closes),
    ]
}

fn played(steps: &[Step]) -> Story {
    let mut story = Story::default();
    let (mut tasks, mut sessions) = (Vec::new(), Vec::new());
    for step in steps {
        match step {
            Step::Wait(minutes) => story.wait_minutes(*minutes),
            Step::Says(who, at, text) => drop(story.says(*who, room(*at), TEXTS[*text])),
            Step::Stranger(at, text) => drop(story.stranger_says(7, room(*at), TEXTS[*text])),
            Step::Creates(who, at, text) => {
                tasks.push((*at, story.creates(*who, room(*at), "Work", TEXTS[*text])));
            }
            Step::Takes(who, task) => {
                if let Some((at, task)) = tasks.get(*task) {
                    story.takes(*who, room(*at), task);
                }
            }
            Step::Progresses(who, task, text) => {
                if let Some((at, task)) = tasks.get(*task) {
                    story.progresses(*who, room(*at), task, TEXTS[*text]);
                }
            }
            Step::Finishes(who, task) => {
                if let Some((at, task)) = tasks.get(*task) {
                    story.finishes(*who, room(*at), task);
                }
            }
            Step::Fails(who, task) => {
                if let Some((at, task)) = tasks.get(*task) {
                    story.fails(
                        *who,
                        room(*at),
                        task,
                        "the proxy refuses connections on 8443",
                    );
                }
            }
            Step::Leases(who, at, text) => {
                let path = ["src/a.rs", "src/**", "web/"][*text % 3];
                story.leases(*who, room(*at), &[path], false);
            }
            Step::Puts(who, at, text) => {
                story.puts(*who, room(*at), ["a.md", "b.md"][*text % 2]);
            }
            Step::Opens(who) => sessions.push((*who, story.opens(*who))),
            Step::Closes(which) => {
                if let Some((who, session)) = sessions.get(*which) {
                    story.closes(*who, session, "lost");
                }
            }
        }
    }
    story
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same events give the same claims, stopped or not; each is made once, by what was before it, in a room of its
    /// evidence, and its payload fits the schema's bounds.
    #[test]
    fn every_observer_is_a_function_of_the_log(steps in proptest::collection::vec(step(), 1..80)) {
        let story = played(&steps);
        for about in OBSERVERS {
            let whole = story.observed(about, &[], 0);
            prop_assert_eq!(&whole, &story.observed(about, &[], 0));
            prop_assert_eq!(&whole, &story.observed(about, &[], 1), "{} forgets", about.name);
            prop_assert_eq!(&whole, &story.observed(about, &[], 7), "{} forgets", about.name);
            let mut keys = BTreeSet::new();
            for (at, claim) in &whole {
                prop_assert!(keys.insert(claim.key()), "{} said twice: {}", about.name, claim.key());
                prop_assert!(claim.key().len() <= 128, "{}", claim.key());
                prop_assert!(about.published.iter().any(|one| one.kind == claim.kind));
                prop_assert!(!claim.evidence.is_empty() && claim.evidence.iter().all(|one| one.seq <= *at));
                for one in &claim.evidence {
                    let item = &story.items()[one.seq.0 as usize - 1];
                    let place = one.room.unwrap_or(claim.room);
                    prop_assert!(item.room.is_none_or(|there| there == place), "{}: {claim:?}", about.name);
                    prop_assert!(item.from.as_ref().unwrap().handle != handle(7), "a stranger: {claim:?}");
                }
                let payload = claim.payload();
                prop_assert!(payload["concerns"].as_array().unwrap().len() <= 16);
                prop_assert!(payload.get("figures").is_none_or(|all| all.as_object().unwrap().len() <= 15));
                prop_assert!(serde_json::to_string(&payload).unwrap().len() < 16_000);
            }
        }
    }
}

/// A flood: nothing in it ends, and each act is about something new.
fn flood(story: &mut Story, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let (who, place) = (number % 60, room(number % 2));
        match number % 6 {
            0 => drop(story.opens(who)),
            1 => {
                let title = format!("Work {number} on src/f{number}.rs");
                let prompt = format!("subject{number} thing{number}");
                let task = story.creates(who, place, &title, &prompt);
                story.takes(who, place, &task);
                let text = format!("editing web/g{number}.ts word{number}");
                story.progresses(who, place, &task, &text);
            }
            2 => drop(story.leases(who, place, &[&format!("src/f{number}.rs")], false)),
            3 => {
                let text = format!("Decision: topic{number} uses thing{number}");
                story.names(who, place, &[who + 1], &text);
            }
            4 => drop(story.puts(who, place, &format!("p{number}.md"))),
            _ => {
                let text =
                    format!("Turns out word{number} breaks item{number} in src/h{number}.rs");
                story.says(who, place, &text);
            }
        }
    }
}

/// What an observer remembers stays within a bound, however much happens.
#[test]
fn a_flood_fills_no_memory() {
    let mut story = Story::default();
    flood(&mut story, 0..25_000);
    let mark = story.items().len();
    flood(&mut story, 25_000..38_000);
    for about in OBSERVERS {
        let thresholds = mesh_observe::Thresholds::read(about.thresholds, &[]).unwrap();
        let mut observer = (about.start)(thresholds, None).unwrap();
        let mut sizes = Vec::new();
        for half in [&story.items()[..mark], &story.items()[mark..]] {
            for item in half {
                if about.inputs.contains(&item.kind.as_str()) {
                    observer.observe(item);
                }
            }
            sizes.push(observer.memory().unwrap().to_string().len());
        }
        // The same many things, with longer numbers in their names.
        assert!(10 * sizes[1] < 12 * sizes[0], "{}: {sizes:?}", about.name);
    }
}
