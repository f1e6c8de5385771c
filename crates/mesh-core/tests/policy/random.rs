//! Random policies and deeds, the same ones every time.

use serde_json::{Value, json};

use crate::model::{Deed, PEOPLE};

/// A small generator (xorshift64*): fast, and the same on every machine.
pub struct Random(u64);

const CAPABILITIES: [&str; 7] = [
    "speak",
    "listen",
    "execute",
    "moderate",
    "bridge",
    "data-read",
    "data-write",
];

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True once in so many.
    pub fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    pub fn one<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    fn some<T: Copy>(&mut self, list: &[T], one_in: usize) -> Vec<T> {
        list.iter()
            .copied()
            .filter(|_| self.chance(one_in))
            .collect()
    }

    pub fn capabilities(&mut self) -> Vec<&'static str> {
        self.some(&CAPABILITIES, 2)
    }
}

fn who(random: &mut Random) -> Value {
    let mut who = json!({});
    if random.chance(4) {
        let number = random.below(PEOPLE);
        who["participants"] = json!([format!("p{number}"), format!("p{}", (number + 3) % PEOPLE)]);
    }
    if random.chance(4) {
        who["groups"] = json!([format!("g{}", random.below(3))]);
    }
    if random.chance(5) {
        who["roles"] = json!(random.some(&["builder", "tester"], 2));
    }
    if random.chance(3) {
        who["kinds"] = json!(random.some(&["human", "agent", "bot", "bridge"], 2));
    }
    if random.chance(3) {
        who["trust"] = json!(random.some(&["untrusted", "federated", "local", "owner"], 2));
    }
    who
}

fn when(random: &mut Random) -> Value {
    let mut when = json!({});
    if random.chance(3) {
        when["kinds"] = json!(random.some(&["text", "payload", "event", "command"], 2));
    }
    if random.chance(3) {
        let minute = |random: &mut Random| {
            format!("{:02}:{:02}", random.below(24), random.one(&[0, 1, 30, 59]))
        };
        let to = if random.chance(6) {
            "24:00".to_owned()
        } else {
            minute(random)
        };
        when["hours"] = json!([{
            "days": random.some(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 2),
            "from": minute(random),
            "to": to,
            "utc_offset": random.one(&[0, 0, 60, -300, 345, 840, -840]),
        }]);
    }
    when
}

fn rule(random: &mut Random, number: usize) -> Value {
    let mut rule = json!({
        "name": format!("r{number}"),
        "effect": random.one(&["allow", "allow", "deny"]),
        "to": who(random),
        "capabilities": random.some(&CAPABILITIES, 3),
    });
    if random.chance(2) {
        // Rules about what is read hold always.
        rule["capabilities"] = json!(["speak"]);
        rule["when"] = when(random);
    }
    rule
}

/// A policy of up to eight rules. Some are refused; those that are not are tried.
pub fn policy(random: &mut Random) -> Value {
    let count = random.below(9);
    let mut policy = json!({
        "rules": (0..count).map(|number| rule(random, number)).collect::<Vec<_>>(),
    });
    if random.chance(4) {
        policy["messages"] = json!({
            "kinds": random.some(&["text", "payload", "command"], 2),
            "replies": random.one(&["free", "threads-only", "none"]),
            "agents_when_named": random.chance(3),
        });
    }
    if random.chance(3) {
        policy["limits"] =
            json!([{"name": "l", "to": who(random), "bytes": 1 + random.below(100)}]);
    }
    if random.chance(3) {
        policy["execution"] =
            json!({"triggers": who(random), "peers": [format!("p{}", random.below(PEOPLE))]});
    }
    if random.chance(3) {
        let mark = random.below(101);
        let quarantine = mark + random.below(102 - mark);
        let refuse = quarantine + random.below(102 - quarantine);
        policy["guard"] = json!({
            "scan": random.one(&["all", "boundary"]),
            "mark": mark, "quarantine": quarantine, "refuse": refuse,
        });
    }
    policy
}

pub fn deed(random: &mut Random) -> Deed {
    Deed {
        who: 1 + random.below(PEOPLE - 1),
        minute: random.below(7 * 1440) as u32,
        payload: random.chance(3),
        bytes: random.below(120) as u32,
        answers: random.chance(2),
        named: random.chance(2),
        asks: random.chance(4).then(|| 1 + random.below(PEOPLE - 1)),
        score: random.below(101) as u8,
    }
}
