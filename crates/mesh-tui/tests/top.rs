//! `mesh top`: what it shows, and that nothing is answered that was not seen whole.

mod support;

use jiff::tz::TimeZone;
use mesh_model::Millis;
use mesh_tui::screen::{Arrived, Screen, Standing, Trouble};
use mesh_tui::top::{Tag, Top};
use proptest::prelude::*;
use serde_json::json;
use support::*;

/// `mesh top` of a small mesh in the middle of its work.
fn top() -> Top {
    let mut top = Top::new(me(), TimeZone::UTC, false);
    top.arrived(Arrived::Subscribed, NOW);
    let (ada, rex) = (
        who(1, "ada", "human", "owner"),
        who(2, "rex", "agent", "local"),
    );
    let (ci, eve) = (
        who(3, "ci", "bot", "local"),
        who(4, "eve", "agent", "federated"),
    );
    let answers = [
        (
            Tag::Presence,
            json!({"items": [
                {"participant": ada, "presence": {"state": "idle"}},
                {"participant": rex, "presence": {"state": "busy", "summary": "reading the parser"}},
                {"participant": ci, "presence": {"state": "idle"}},
                {"participant": eve, "presence": {"state": "away", "summary": "waits for its home"}},
            ]}),
        ),
        (
            Tag::Rooms,
            json!({"items": [room(100, "general", 2, 40), room(101, "workshop", 0, 30)]}),
        ),
        (
            Tag::Tasks,
            json!({"items": [
            {"id": id(201), "room": id(101), "title": "Survey the parser", "state": "running", "priority": 5,
             "urgency": "low", "tries": 1, "created_at": ago(300_000), "seq": 11,
             "attempt": {"fence": 12, "worker": id(2), "since": ago(150_000), "until": ago(0), "reserved": {}}},
            {"id": id(202), "room": id(101), "title": "Write the release notes", "state": "queued", "priority": 5,
             "urgency": "low", "tries": 0, "created_at": ago(45_000), "seq": 13},
            {"id": id(203), "room": id(101), "title": "Deploy to production", "state": "blocked", "priority": 9,
             "urgency": "high", "tries": 0, "created_at": ago(7_300_000), "seq": 14, "assigned": ci},
        ], "next": null, "prev": null}),
        ),
        (
            Tag::Stats,
            json!({"states": [{"state": "running", "count": 1}, {"state": "queued", "count": 1},
             {"state": "blocked", "count": 1}], "workers": [],
             "days": [{"day": "2026-11-30", "created": 3, "done": 0, "failed": 0, "spend": {"micros": 420_000}}]}),
        ),
        (
            Tag::Approvals,
            json!({"items": [
                {"id": id(301), "room": id(101), "from": rex, "question": "May I run the migration on the live database?",
                 "detail": {"command": format!("psql -f migrate.sql\n{}\nDROP TABLE old", "-- a step\n".repeat(40)), "cwd": "/srv/app"},
                 "until": Millis(NOW.0 + 900_000).to_string()},
                {"id": id(302), "room": id(101), "from": eve, "question": "May I read the logs?", "task": id(203),
                 "until": Millis(NOW.0 + 3_000_000).to_string()},
            ]}),
        ),
        (
            Tag::Alerts,
            json!({"items": [
            {"alert": 50, "cause": {"kind": "overdue", "task": id(203), "room": id(101)}, "severity": "warning",
             "title": "Deploy to production is overdue", "since": ago(1_200_000), "last": ago(1_000), "count": 1,
             "evidence": [14], "yours": true, "escalated": false},
        ], "rules": []}),
        ),
    ];
    for (tag, answer) in answers {
        top.arrived(Arrived::Answer(tag, Ok(answer)), NOW);
    }
    let output = json!({"type": "output", "room": id(101), "task": id(201), "fence": 12, "participant": rex,
        "text": "looking\nparsing src/lexer.rs (3 of 9)\n"});
    top.arrived(
        Arrived::Passing(serde_json::from_value(output).unwrap()),
        NOW,
    );
    for seq in 41..44 {
        let said = posted(&message(seq, who(2, "rex", "agent", "local"), "at it"));
        top.arrived(Arrived::Item(Box::new(said)), NOW);
    }
    top
}

#[test]
fn it_is_legible_at_every_size_without_colour() {
    insta::assert_snapshot!("top_80x24", shown(&mut top(), 80, 24));
    insta::assert_snapshot!("top_120x40", shown(&mut top(), 120, 40));
    insta::assert_snapshot!("top_40x10", shown(&mut top(), 40, 10));
}

#[test]
fn what_would_be_carried_out_is_shown_whole_before_a_yes_counts() {
    let mut top = top();
    shown(&mut top, 80, 24);
    assert!(
        press(&mut top, "a").is_empty(),
        "it is opened, not answered"
    );
    let first = shown(&mut top, 80, 24);
    assert!(first.contains("psql -f migrate.sql") && !first.contains("DROP TABLE"));
    assert!(first.contains("more lines below"), "{first}");
    assert!(press(&mut top, "a").is_empty(), "its end was not seen");
    assert!(shown(&mut top, 80, 24).contains("Scroll to the end first"));
    press(&mut top, "pagedown pagedown pagedown");
    let last = shown(&mut top, 80, 24);
    assert!(
        last.contains("DROP TABLE old") && last.contains("that is all of it"),
        "{last}"
    );
    let asks = press(&mut top, "a");
    assert_eq!(asks.len(), 1);
    assert_eq!(asks[0].input["approval"], json!(id(301)));
    assert_eq!(asks[0].input["approve"], json!(true));
    assert!(press(&mut top, "a").is_empty(), "it is answered once");
    top.arrived(
        Arrived::Answer(asks[0].tag.clone(), Ok(json!({"seq": 60}))),
        NOW,
    );
    assert!(shown(&mut top, 80, 24).contains("Approved, once. @rex goes on."));
}

#[test]
fn a_question_about_a_task_waits_for_its_words() {
    let mut top = top();
    shown(&mut top, 80, 24);
    let asks = press(&mut top, "down enter");
    assert_eq!(asks[0].name, "task.get");
    assert!(press(&mut top, "a").is_empty());
    assert!(shown(&mut top, 80, 24).contains("still being fetched"));
    let refused = Trouble {
        code: None,
        words: "not for you".to_owned(),
    };
    top.arrived(Arrived::Answer(asks[0].tag.clone(), Err(refused)), NOW);
    assert!(shown(&mut top, 80, 24).contains("not shown: not for you"));
    assert_eq!(press(&mut top, "r")[0].input["approve"], json!(false));
}

#[test]
fn hidden_letters_of_a_command_are_written_out() {
    let mut top = top();
    let list = json!({"items": [{"id": id(303), "room": id(101), "from": who(4, "eve", "agent", "untrusted"),
        "question": "ok?", "detail": {"command": "rm -rf \u{200b}/tmp\u{202e}x \u{1b}[2J"}, "until": ago(0)}]});
    top.arrived(Arrived::Answer(Tag::Approvals, Ok(list)), NOW);
    press(&mut top, "a");
    let shown = shown(&mut top, 80, 24);
    assert!(
        shown.contains("rm -rf <U+200B>/tmp<U+202E>x <U+001B>[2J"),
        "{shown}"
    );
    assert!(
        shown.contains("[OUTSIDE]") && shown.contains("From outside"),
        "{shown}"
    );
}

#[test]
fn somebody_elses_answer_closes_the_question() {
    let mut top = top();
    shown(&mut top, 80, 24);
    press(&mut top, "a end");
    let decided = json!({"seq": 70, "at": ago(0), "type": "approval.decided", "room": id(101),
        "from": who(5, "bob", "human", "local"), "data": {"approval": id(301), "room": id(101), "approved": false}});
    top.arrived(
        Arrived::Item(Box::new(serde_json::from_value(decided).unwrap())),
        NOW,
    );
    assert!(shown(&mut top, 80, 24).contains("@bob refused this"));
    assert!(press(&mut top, "a").is_empty());
}

#[test]
fn a_broken_line_is_told_and_nothing_is_answered_over_it() {
    let mut top = top();
    shown(&mut top, 80, 24);
    top.arrived(Arrived::Link(Standing::Lost(NOW)), NOW);
    let seen = shown(&mut top, 80, 24);
    assert!(seen.contains("○ not connected since 11:43"), "{seen}");
    assert!(seen.contains("What you see is as of 11:43."), "{seen}");
    press(&mut top, "a end");
    assert!(press(&mut top, "a").is_empty() && press(&mut top, "r").is_empty());
    assert!(shown(&mut top, 80, 24).contains("Not connected: nothing was answered."));
    let asks = top.arrived(Arrived::Link(Standing::Live), NOW);
    assert!(
        asks.iter().any(|ask| ask.name == "approval.list"),
        "everything is asked anew"
    );
}

#[test]
fn a_thousand_agents_are_a_list_like_any_other() {
    let mut top = top();
    let items: Vec<_> = (0..1000)
        .map(|n| json!({"participant": who(1000 + n, &format!("agent-{n}"), "agent", "local"), "presence": {"state": "busy"}}))
        .collect();
    top.arrived(
        Arrived::Answer(Tag::Presence, Ok(json!({"items": items}))),
        NOW,
    );
    press(&mut top, "tab tab G");
    let seen = shown(&mut top, 80, 24);
    assert!(
        seen.contains("@agent-999") && seen.contains("1000 agents"),
        "{seen}"
    );
    press(&mut top, "g");
    assert!(shown(&mut top, 80, 24).contains("@agent-0 "));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn hostile_words_break_nothing(text in "(?s).{0,400}|[\u{200b}\u{301}\u{202e}\u{1b}\u{9b}中👩\u{200d}﷽𒐫\n\t ]{0,200}", width in 1u16..130, height in 1u16..50) {
        let mut top = top();
        let list = json!({"items": [{"id": id(303), "room": id(101), "from": who(4, "eve", "agent", "untrusted"),
            "question": text, "detail": {text.as_str(): text, "n": [text]}, "until": ago(0)}]});
        top.arrived(Arrived::Answer(Tag::Approvals, Ok(list)), NOW);
        let presence = json!({"items": [{"participant": who(4, "eve", "agent", "local"), "presence": {"state": "busy", "summary": text}}]});
        top.arrived(Arrived::Answer(Tag::Presence, Ok(presence)), NOW);
        let refused = Trouble { code: None, words: mesh_tui::text::one_line(&text) };
        top.arrived(Arrived::Answer(Tag::Acknowledged(mesh_model::Seq(1)), Err(refused)), NOW);
        shown(&mut top, width, height);
        press(&mut top, "a");
        shown(&mut top, width, height);
        press(&mut top, "pagedown");
        shown(&mut top, width, height);
        press(&mut top, "esc ?");
        shown(&mut top, width, height);
    }
}
