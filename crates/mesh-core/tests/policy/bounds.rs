//! Where policies end: each bound from both sides, and the place that the refusal names.

use mesh_core::State;
use mesh_model::command::PolicyCommand;
use mesh_model::policy::Policy;
use mesh_model::*;
use serde_json::{Value, json};

use crate::random::Random;
use crate::{Core, ROOM, actor, worlds};

fn check(state: &State, policy: &Value) -> Result<(), String> {
    let policy: Policy =
        serde_json::from_value(policy.clone()).unwrap_or_else(|why| panic!("{why}: {policy}"));
    let checked = state.access.check_policy(ROOM, &policy);
    checked.map_err(|refusal| {
        assert_eq!(refusal.code, ErrorCode::InvalidPolicy);
        refusal.at.unwrap_or_default().into_string()
    })
}

fn rule(name: &str, more: Value) -> Value {
    let mut rule = json!({"name": name, "effect": "deny", "capabilities": ["speak"]});
    for (field, value) in more.as_object().unwrap() {
        rule[field] = value.clone();
    }
    rule
}

fn many(count: usize, of: impl Fn(usize) -> Value) -> Value {
    Value::Array((0..count).map(of).collect())
}

#[test]
fn every_bound_holds_from_both_sides() {
    let (core, _) = worlds(&mut Random::new(7));
    let state = &core.state;
    let rules = |count| json!({"rules": many(count, |n| rule(&format!("r{n}"), json!({})))});
    let limits =
        |count| json!({"limits": many(count, |n| json!({"name": format!("l{n}"), "bytes": 1}))});
    let names = |count| many(count, |_| json!("p1"));
    let to = |to: Value| json!({"rules": [rule("r", json!({"to": to}))]});
    let why = |count| json!({"rules": [rule("r", json!({"why": "x".repeat(count)}))]});
    let rate = |count: u32, seconds: u32| json!({"limits": [{"name": "l", "rate": {"count": count, "seconds": seconds}}]});
    let days = |days: u32| json!({"retention_days": days});
    let guard = |mark: u8, quarantine: u8, refuse: u8| json!({"guard": {"mark": mark, "quarantine": quarantine, "refuse": refuse}});
    let hours = |from: &str, to: &str, offset: i16| json!({"rules": [rule("r", json!({"when": {"hours": [{"from": from, "to": to, "utc_offset": offset}]}}))]});
    let mesh = uuid::Uuid::nil().to_string();
    let leave = |leave: Value| json!({"data": {"leave": leave}});
    let schema = |bytes: usize| json!({"messages": {"schema": {"title": "x".repeat(bytes - 12)}}});
    let good = [
        rules(128),
        limits(32),
        to(json!({"participants": names(256)})),
        to(json!({"groups": many(256, |_| json!("g1"))})),
        to(json!({"roles": many(256, |_| json!("builder"))})),
        why(200),
        rate(1, 1),
        rate(1_000_000, 86_400),
        days(1),
        days(36_500),
        guard(0, 0, 0),
        guard(100, 101, 101),
        guard(50, 50, 50),
        hours("00:00", "24:00", 840),
        hours("23:59", "00:00", -840),
        leave(json!({"rooms": many(256, |_| json!("room"))})),
        leave(json!({"meshes": many(256, |_| json!(mesh))})),
        json!({"execution": {"peers": names(256)}}),
        json!({"messages": {"types": many(256, |_| json!("build"))}}),
        schema(16 * 1024),
        json!({"messages": {"kinds": ["command"], "types": ["build"]}}),
        json!({"messages": {"kinds": ["event"], "schema": {}}}),
        json!({"execution": {"triggers": {"trust": ["local", "untrusted"]}}}),
        json!({"execution": {"triggers": {"trust": ["owner"]}}}),
    ];
    for policy in &good {
        assert_eq!(check(state, policy), Ok(()), "{}", short(policy));
    }
    let bad = [
        (rules(129), "rules"),
        (limits(33), "limits"),
        (to(json!({"participants": names(257)})), "rules[0].to"),
        (
            to(json!({"groups": many(257, |_| json!("g1"))})),
            "rules[0].to",
        ),
        (
            to(json!({"roles": many(257, |_| json!("builder"))})),
            "rules[0].to",
        ),
        (to(json!({"roles": [" x"]})), "rules[0].to.roles[0]"),
        (why(201), "rules[0].why"),
        (
            json!({"rules": [rule("r", json!({"why": "a\nb"}))]}),
            "rules[0].why",
        ),
        (rate(0, 1), "limits[0].rate"),
        (rate(1, 0), "limits[0].rate"),
        (rate(1_000_001, 1), "limits[0].rate"),
        (rate(1, 86_401), "limits[0].rate"),
        (days(0), "retention_days"),
        (days(36_501), "retention_days"),
        (guard(101, 101, 101), "guard.mark"),
        (guard(0, 0, 102), "guard.refuse"),
        (guard(0, 102, 102), "guard.quarantine"),
        (guard(2, 1, 3), "guard"),
        (guard(1, 3, 2), "guard"),
        (hours("24:00", "01:00", 0), "rules[0].when.hours[0]"),
        (hours("1:00", "02:00", 0), "rules[0].when.hours[0]"),
        (hours("01:60", "02:00", 0), "rules[0].when.hours[0]"),
        (hours("01:00", "24:01", 0), "rules[0].when.hours[0]"),
        (hours("+1:00", "02:00", 0), "rules[0].when.hours[0]"),
        (
            hours("01:00", "02:00", 841),
            "rules[0].when.hours[0].utc_offset",
        ),
        (
            hours("01:00", "02:00", -841),
            "rules[0].when.hours[0].utc_offset",
        ),
        (
            leave(json!({"rooms": many(257, |_| json!("room"))})),
            "data.leave",
        ),
        (
            leave(json!({"meshes": many(257, |_| json!(mesh))})),
            "data.leave",
        ),
        (
            json!({"data": {"enter": {"rooms": ["nowhere"]}}}),
            "data.enter.rooms[0]",
        ),
        (
            json!({"data": {"enter": {"carriers": {"groups": ["none"]}}}}),
            "data.enter.carriers.groups[0]",
        ),
        (
            json!({"execution": {"peers": names(257)}}),
            "execution.peers",
        ),
        (
            json!({"execution": {"triggers": {"participants": ["nobody"]}}}),
            "execution.triggers.participants[0]",
        ),
        (
            json!({"messages": {"types": many(257, |_| json!("build"))}}),
            "messages.types",
        ),
        (
            json!({"messages": {"types": ["Build"]}}),
            "messages.types[0]",
        ),
        (schema(16 * 1024 + 1), "messages.schema"),
        (
            json!({"limits": [{"name": "l", "bytes": 1}, {"name": "l", "bytes": 2}]}),
            "limits[1].name",
        ),
        (
            json!({"limits": [{"name": "L", "bytes": 1}]}),
            "limits[0].name",
        ),
        (
            json!({"limits": [{"name": "l", "bytes": 1, "to": {"participants": ["nobody"]}}]}),
            "limits[0].to.participants[0]",
        ),
        (
            json!({"rules": [rule("r", json!({"capabilities": ["data-read"], "when": {"kinds": ["text"]}}))]}),
            "rules[0].when",
        ),
    ];
    for (policy, place) in &bad {
        assert_eq!(
            check(state, policy),
            Err((*place).to_owned()),
            "{}",
            short(policy)
        );
    }
    // All of it as JSON: 32 KiB and one byte more.
    let filled = |bytes: usize| json!({"messages": {"types": ["a"], "schema": {"title": "x".repeat(bytes)}}});
    let with = |bytes: usize| {
        let mut policy = filled(12_000);
        policy["rules"] = many(100, |n| {
            rule(&format!("r{n}"), json!({"why": "y".repeat(120)}))
        });
        let policy: Policy = serde_json::from_value(policy).unwrap();
        let length = serde_json::to_string(&policy).unwrap().len();
        filled(12_000 + bytes - length)
    };
    for (bytes, held) in [(32 * 1024, true), (32 * 1024 + 1, false)] {
        let mut policy = with(bytes);
        policy["rules"] = many(100, |n| {
            rule(&format!("r{n}"), json!({"why": "y".repeat(120)}))
        });
        let typed: Policy = serde_json::from_value(policy.clone()).unwrap();
        assert_eq!(serde_json::to_string(&typed).unwrap().len(), bytes);
        let expected = if held {
            Ok(())
        } else {
            Err("policy".to_owned())
        };
        assert_eq!(check(state, &policy), expected);
    }
}

fn short(policy: &Value) -> String {
    policy.to_string().chars().take(300).collect()
}

#[test]
fn contradictions_are_between_rules_that_meet() {
    let (core, _) = worlds(&mut Random::new(7));
    let two = |second: Value| {
        let first = json!({"name": "a", "effect": "allow", "capabilities": ["speak", "bridge"], "to": {"kinds": ["agent"]}});
        let mut other = json!({"name": "b", "effect": "deny", "capabilities": ["speak"], "to": {"kinds": ["agent"]}});
        for (field, value) in second.as_object().unwrap() {
            other[field] = value.clone();
        }
        check(&core.state, &json!({"rules": [first, other]}))
    };
    assert_eq!(two(json!({})), Err("rules[1]".to_owned()));
    // Another effect, other ones, other times, other capabilities: no contradiction.
    for second in [
        json!({"effect": "allow"}),
        json!({"to": {"kinds": ["bot"]}}),
        json!({"when": {"kinds": ["text"]}}),
        json!({"capabilities": ["execute"]}),
    ] {
        assert_eq!(two(second.clone()), Ok(()), "{second}");
    }
}

#[test]
fn a_policy_can_be_read_again() {
    let (mut core, _): (Core, _) = worlds(&mut Random::new(9));
    let policy: Policy = serde_json::from_value(json!({"retention_days": 9})).unwrap();
    assert!(core.state.access.policy(ROOM).is_none());
    for version in 1..=2 {
        let set = Command::Policy(PolicyCommand::Set {
            room: ROOM,
            policy: Box::new(if version == 1 {
                policy.clone()
            } else {
                Policy::default()
            }),
            expected: Some(version - 1),
            force: false,
        });
        core.run(actor(0), &set).unwrap();
        let record = core.state.access.policy(ROOM).expect("a policy");
        assert_eq!((record.version, record.seq), (version, core.state.head()));
        assert_eq!(record.policy.retention_days, (version == 1).then_some(9));
    }
    let drafted = core.state.access.with_policy(ROOM, &policy, None).unwrap();
    assert_eq!(drafted.policy(ROOM).map(|record| record.version), Some(3));
    assert_eq!(
        core.state.access.policy(ROOM).map(|record| record.version),
        Some(2)
    );
}
