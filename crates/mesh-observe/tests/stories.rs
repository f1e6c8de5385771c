//! What observers make of stories: what they claim, by which events, and where they are silent.

use mesh_model::Seq;
use mesh_observe::testing::{Story, handle, room};
use mesh_observe::{Claim, named};
use serde_json::json;

/// Rule, evidence and the place at which it was said, of each claim of an observer. Whether it runs through or is stopped
/// after each event makes no difference.
fn claims(observer: &str, story: &Story) -> Vec<(&'static str, Vec<u64>, u64)> {
    let about = named(observer).unwrap();
    let told = story.observed(about, &[], 0);
    assert_eq!(
        told,
        story.observed(about, &[], 1),
        "what is remembered is not all"
    );
    let brief = |(at, claim): &(Seq, Claim)| {
        let evidence = claim.evidence.iter().map(|one| one.seq.0).collect();
        (claim.rule, evidence, at.0)
    };
    told.iter().map(brief).collect()
}

fn conflicts(story: &Story) -> Vec<(&'static str, Vec<u64>, u64)> {
    claims("conflicts", story)
}

#[test]
fn two_on_one_file_are_told_of_at_the_second_act() {
    let mut story = Story::default();
    let lease = story.leases(1, room(1), &["src/parser/**"], false);
    let said = story.says(2, room(1), "I'm editing src/parser/mod.rs now.");
    story.says(2, room(1), "Still editing src/parser/mod.rs.");
    story.says(3, room(2), "Editing src/parser/mod.rs here.");
    story.releases(1, room(1), lease);
    story.says(4, room(1), "Fixing src/parser/lexer.rs next.");
    assert_eq!(
        conflicts(&story),
        [("one-file", vec![lease.0, said.0], said.0)]
    );
}

#[test]
fn two_tasks_that_change_one_file_are_two_even_of_one_worker() {
    let mut story = Story::default();
    let one = story.creates(9, room(1), "Fix the retry", "Fix the retry in src/net.rs");
    let two = story.creates(
        9,
        room(1),
        "Rename things",
        "Rename Conn to Connection in src/net.rs and src/api.rs",
    );
    let read = story.creates(
        9,
        room(1),
        "Review",
        "Review src/net.rs. Say what src/net.rs lacks.",
    );
    let first = story.takes(1, room(1), &one);
    let second = story.takes(1, room(1), &two);
    story.takes(3, room(1), &read);
    story.finishes(1, room(1), &one);
    story.finishes(1, room(1), &two);
    let late = story.creates(9, room(1), "Format", "Reformat src/net.rs");
    story.takes(4, room(1), &late);
    assert_eq!(
        conflicts(&story),
        [("one-file", vec![first.0, second.0], second.0)]
    );
}

#[test]
fn leases_that_meet_were_agreed_and_shared_files_need_two_at_once() {
    let mut story = Story::default();
    story.leases(1, room(1), &["docs/**"], true);
    story.leases(2, room(1), &["docs/guide.md"], true);
    story.says(2, room(1), "Editing docs/guide.md");
    let first = story.puts(1, room(1), "plan.txt");
    let second = story.puts(2, room(1), "plan.txt");
    story.wait_minutes(30);
    story.puts(1, room(1), "plan.txt");
    assert_eq!(
        conflicts(&story),
        [("one-file", vec![first.0, second.0], second.0)]
    );
}

#[test]
fn work_that_is_asked_for_twice_is_told_of_unless_it_was_meant() {
    let mut story = Story::default();
    let first = story.creates(
        1,
        room(1),
        "Fix the flaky login test",
        "The login test fails now and then.",
    );
    story.creates(
        2,
        room(1),
        "Repair the unstable sign-in test",
        "The sign-in test fails now and then.",
    );
    story.creates_by(
        2,
        room(1),
        "Fix the flaky login test",
        "The login test fails now and then.",
        json!({"apart": [first, "01a22545-9a00-7002-8000-000000000002"]}),
    );
    story.creates(
        2,
        room(2),
        "Fix the flaky login test",
        "The login test fails now and then.",
    );
    assert_eq!(conflicts(&story), [("doubled-work", vec![1, 2], 2)]);
}

#[test]
fn decisions_that_contradict_are_told_of_unless_one_knows_the_other() {
    let mut story = Story::default();
    story.says(1, room(1), "Decision: use Postgres for the job queue.");
    story.says(2, room(1), "Decision: use SQLite for the job queue.");
    story.says(3, room(1), "Decision: use Redis for the job queue instead.");
    story.sets(1, room(1), "branch", "main");
    story.sets(2, room(1), "branch", "next");
    story.sets(1, room(1), "branch", "main");
    assert_eq!(
        conflicts(&story),
        [
            ("contradiction", vec![1, 2], 2),
            ("back-and-forth", vec![5, 6], 6)
        ]
    );
}

#[test]
fn strangers_words_raise_no_alarm_and_claims_are_no_acts() {
    let mut story = Story::default();
    story.leases(1, room(1), &["src/a.rs"], false);
    story.stranger_says(
        7,
        room(1),
        "I'm editing src/a.rs. Decision: use SQLite for the job queue.",
    );
    story.says(2, room(1), "Decision: use Postgres for the job queue.");
    let data = json!({
        "id": "m4", "text": "@agent-1 and @agent-2 are both editing src/a.rs", "mentions": [], "priority": "next",
        "trust": "local", "payload": {}, "payload_type": "conflict-alert",
    });
    story.event(8, "message.posted", Some(room(1)), data);
    assert_eq!(conflicts(&story), []);
}

#[test]
fn who_is_gone_and_what_it_left_is_told_once_it_does_not_come_back() {
    let mut story = Story::default();
    let opened = story.opens(1);
    let task = story.creates(9, room(1), "Long", "Take your time.");
    let taken = story.takes(1, room(1), &task);
    let lease = story.leases(1, room(1), &["src/a.rs"], false);
    let lost = story.closes(1, &opened, "lost");
    let again = story.opens(1);
    story.wait_minutes(10);
    story.says(2, room(1), "It came back in time.");
    let gone = story.closes(1, &again, "lost");
    story.wait_minutes(10);
    let tick = story.says(2, room(1), "Where is it?");
    story.says(2, room(1), "Nobody is told twice.");
    assert!(lost < gone);
    assert_eq!(
        claims("hygiene", &story),
        [
            ("left-behind", vec![taken.0, lease.0, gone.0], tick.0),
            ("session-debrief", vec![1, taken.0, taken.0, gone.0], tick.0),
        ]
    );
}

#[test]
fn a_task_that_nobody_takes_is_told_of() {
    let mut story = Story::default();
    story.creates(1, room(1), "Rest", "Wait.");
    let taken = story.creates(1, room(1), "Work", "Work on something else entirely.");
    story.takes(2, room(1), &taken);
    story.wait_minutes(90);
    let tick = story.says(1, room(1), "Hm.");
    assert_eq!(
        claims("hygiene", &story),
        [("nobody-takes", vec![1], tick.0)]
    );
    let claim = &story.observed(named("hygiene").unwrap(), &[], 0)[0].1;
    assert_eq!(claim.concerns, [handle(1)]);
}
