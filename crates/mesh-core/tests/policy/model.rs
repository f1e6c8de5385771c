//! The second opinion. Slow, plain, and by the words of the documentation.

use serde_json::Value;

/// How many people a world has, the owner included.
pub const PEOPLE: usize = 9;

#[derive(Debug, Clone)]
pub struct Person {
    pub owner: bool,
    pub creator: bool,
    pub member: bool,
    pub disabled: bool,
    pub kind: &'static str,
    pub own_trust: &'static str,
    pub parent: usize,
    pub roles: Vec<String>,
    pub groups: Vec<String>,
    /// What was set for this member.
    pub own: Option<Vec<&'static str>>,
    /// Muted: until when, or for ever.
    pub muted: Option<Option<u64>>,
    /// Whether it runs commands, if the owner of the mesh said so.
    pub agreed: Option<bool>,
}

impl Person {
    pub fn owner() -> Person {
        Person {
            owner: true,
            own_trust: "owner",
            ..Person::new("human", 0)
        }
    }

    pub fn new(kind: &'static str, parent: usize) -> Person {
        Person {
            owner: false,
            creator: false,
            member: false,
            disabled: false,
            kind,
            own_trust: "local",
            parent,
            roles: Vec::new(),
            groups: Vec::new(),
            own: None,
            muted: None,
            agreed: None,
        }
    }
}

/// What somebody wants to say.
#[derive(Debug, Clone)]
pub struct Deed {
    pub who: usize,
    /// Minute of the week, Monday 00:00 UTC first.
    pub minute: u32,
    pub payload: bool,
    pub bytes: u32,
    pub answers: bool,
    pub named: bool,
    /// Whom it asks to run a command.
    pub asks: Option<usize>,
    pub score: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Posted { marked: bool },
    Waits,
    Refused(&'static str),
}

pub struct World {
    pub people: Vec<Person>,
    pub defaults: Vec<&'static str>,
    pub policy: Value,
}

const DENIED: Outcome = Outcome::Refused("capability_denied");

/// Whether a list that is given and not empty holds the word. A list that is not there holds any.
fn fits(list: &Value, word: &str) -> bool {
    match list.as_array() {
        Some(list) if !list.is_empty() => list.iter().any(|one| one == word),
        _ => true,
    }
}

fn rank(trust: &str) -> usize {
    ["untrusted", "federated", "local", "owner"]
        .iter()
        .position(|one| *one == trust)
        .unwrap()
}

impl World {
    /// The lowest trust of a person and everybody above it.
    fn trust(&self, who: usize) -> &'static str {
        let person = &self.people[who];
        if person.owner {
            return "owner";
        }
        let above = self.trust(person.parent);
        if rank(above) < rank(person.own_trust) {
            above
        } else {
            person.own_trust
        }
    }

    /// Whether one is above the other: made it, or who made it.
    pub fn above(&self, upper: usize, lower: usize) -> bool {
        let person = &self.people[lower];
        !person.owner && (person.parent == upper || self.above(upper, person.parent))
    }

    /// Whether what the room's creator allows counts for somebody who is to run commands. What the owner
    /// of the mesh allows counts for everybody, unless its own side said no.
    fn creator_counts(&self, who: usize) -> bool {
        let creator = self.people.iter().position(|person| person.creator);
        let creator = creator.expect("a creator");
        self.people[who]
            .agreed
            .unwrap_or(creator == who || self.above(creator, who))
    }

    fn disabled_above(&self, who: usize) -> bool {
        let person = &self.people[who];
        person.disabled || (!person.owner && self.disabled_above(person.parent))
    }

    fn meant(&self, to: &Value, who: usize) -> bool {
        let person = &self.people[who];
        let any = |list: &Value, own: &[String]| match list.as_array() {
            Some(list) if !list.is_empty() => {
                list.iter().any(|one| own.iter().any(|name| one == name))
            }
            _ => true,
        };
        fits(&to["participants"], &format!("p{who}"))
            && fits(&to["kinds"], person.kind)
            && fits(&to["trust"], self.trust(who))
            && any(&to["roles"], &person.roles)
            && any(&to["groups"], &person.groups)
    }

    /// Whether a rule's conditions hold: one of the kinds, one of the spans.
    fn holds(&self, when: &Value, kind: Option<&str>, minute: u32) -> bool {
        let kinds = match when["kinds"].as_array() {
            Some(list) if !list.is_empty() => {
                kind.is_some_and(|kind| list.iter().any(|one| one == kind))
            }
            _ => true,
        };
        let hours = match when["hours"].as_array() {
            Some(list) if !list.is_empty() => list.iter().any(|span| within(span, minute)),
            _ => true,
        };
        kinds && hours
    }

    fn can(&self, who: usize, capability: &str, kind: Option<&str>, minute: u32, now: u64) -> bool {
        let person = &self.people[who];
        if !person.member || person.disabled {
            return false;
        }
        if person.owner || person.creator {
            return true;
        }
        let silenced = person
            .muted
            .is_some_and(|until| until.is_none_or(|until| now < until));
        if capability == "speak" && silenced {
            return false;
        }
        let none = Vec::new();
        let rules = self.policy["rules"].as_array().unwrap_or(&none);
        let about = |rule: &&Value, effect: &str| {
            rule["effect"] == effect
                && rule["capabilities"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|one| one == capability)
                && self.meant(&rule["to"], who)
                && self.holds(&rule["when"], kind, minute)
        };
        if rules.iter().any(|rule| about(&rule, "deny")) {
            return false;
        }
        if capability == "execute" && person.agreed == Some(false) {
            return false;
        }
        let by_creator = capability != "execute" || self.creator_counts(who);
        let base = match &person.own {
            Some(own) => own.contains(&capability),
            None => by_creator && self.defaults.contains(&capability),
        };
        base || rules.iter().any(|rule| about(&rule, "allow"))
    }

    pub fn listens(&self, who: usize) -> bool {
        self.can(who, "listen", None, 0, 0)
    }

    pub fn outcome(&self, deed: &Deed, now: u64) -> Outcome {
        let person = &self.people[deed.who];
        if self.disabled_above(deed.who) {
            return Outcome::Refused("permission_denied");
        }
        let kind = match (deed.asks.is_some(), deed.payload) {
            (true, _) => "command",
            (_, true) => "payload",
            _ => "text",
        };
        if !self.can(deed.who, "speak", Some(kind), deed.minute, now) {
            return DENIED;
        }
        let (messages, trust) = (&self.policy["messages"], self.trust(deed.who));
        if !fits(&messages["kinds"], kind) {
            return DENIED;
        }
        let moderates = self.can(deed.who, "moderate", None, deed.minute, now);
        match messages["replies"].as_str() {
            Some("none") if deed.answers => return DENIED,
            Some("threads-only") if !deed.answers && !moderates => return DENIED,
            _ => {}
        }
        let program = ["agent", "bot"].contains(&person.kind);
        if messages["agents_when_named"] == true && program && !(deed.answers && deed.named) {
            return DENIED;
        }
        let none = Vec::new();
        for limit in self.policy["limits"].as_array().unwrap_or(&none) {
            let most = limit["bytes"].as_u64().unwrap();
            if self.meant(&limit["to"], deed.who) && u64::from(deed.bytes) > most {
                return Outcome::Refused("too_large");
            }
        }
        if let Some(asked) = deed.asks {
            let execution = &self.policy["execution"];
            let trusted = rank(trust) >= rank("local");
            let named = execution["peers"].as_array().unwrap_or(&none);
            let may = if trusted {
                self.meant(&execution["triggers"], deed.who)
            } else {
                named.iter().any(|one| *one == format!("p{}", deed.who))
            };
            // Whoever is named and cannot hear it is not told, so nothing is asked of it.
            let heard = self.people[asked].member && self.listens(asked);
            if !may || (heard && !self.can(asked, "execute", None, deed.minute, now)) {
                return DENIED;
            }
        }
        self.guarded(deed.score, rank(trust) < rank("local"))
    }

    fn guarded(&self, score: u8, outside: bool) -> Outcome {
        let guard = &self.policy["guard"];
        let at = |name: &str, usual: u64| guard[name].as_u64().unwrap_or(usual);
        let score = u64::from(score);
        if !outside && guard["scan"] != "all" {
            return Outcome::Posted { marked: false };
        }
        if score >= at("refuse", 101) {
            return Outcome::Refused("content_refused");
        }
        if score >= at("quarantine", 80) {
            return Outcome::Waits;
        }
        Outcome::Posted {
            marked: outside || score >= at("mark", 50),
        }
    }
}

/// Whether a minute of the week lies in a span: looked for in all seven days, and in the week
/// before for spans that go past midnight.
fn within(span: &Value, minute: u32) -> bool {
    const WEEK: i64 = 7 * 1440;
    let time = |text: &Value| {
        let text = text.as_str().unwrap();
        text[..2].parse::<i64>().unwrap() * 60 + text[3..].parse::<i64>().unwrap()
    };
    let (from, to) = (time(&span["from"]), time(&span["to"]));
    let length = if to > from {
        to - from
    } else {
        to + 1440 - from
    };
    let local = i64::from(minute) + span["utc_offset"].as_i64().unwrap_or(0);
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    days.iter()
        .enumerate()
        .filter(|(_, day)| fits(&span["days"], day))
        .any(|(index, _)| {
            let begin = index as i64 * 1440 + from;
            [-WEEK, 0, WEEK]
                .iter()
                .any(|week| (begin + week..begin + week + length).contains(&local))
        })
}
