//! Attention: what of all that is said deserves a look. Decisions, work that cannot be taken back and was not agreed to,
//! insights with what became of them, and what a session costs.

mod economics;
mod insights;

use mesh_model::api::StreamItem;
use mesh_model::{Millis, RoomId, Seq};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::economics::Economics;
use self::insights::Insights;
use crate::acts::{What, act};
use crate::claim::{Claim, Evidence, handle};
use crate::conflicts::{decides, sentences};
use crate::lately::Lately;
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, Published};
use crate::thresholds::{Threshold, Thresholds};
use crate::words::{fold, split};

const DECISION: &str = "attention-decision";
const COHERENCE: &str = "coherence-alert";
const AHA: &str = "aha-moment";
const BEGINS: &str = "economics-session-start";
const ENDS: &str = "economics-session-end";

/// Rooms whose last approval is remembered.
const ROOMS_MAX: usize = 1024;

const APPROVED_MINUTES: Threshold = Threshold {
    name: "approved-minutes",
    about: "how long a person's yes in a room covers what cannot be taken back",
    unit: "minutes",
    why: "work that was agreed to begins soon after, and an old yes was about something else",
    default: 60,
    least: 1,
    most: 1440,
};
const AHA_HOURS: Threshold = Threshold {
    name: "aha-hours",
    about: "after how many hours without an outcome an insight is expired",
    unit: "hours",
    why: "what is right about work at hand shows within two days",
    default: 48,
    least: 1,
    most: 720,
};
const SATS_PER_UNIT: Threshold = Threshold {
    name: "sats-per-unit",
    about: "how many sats a unit of the mesh's currency is; 0: costs are not told in sats",
    unit: "sats",
    why: "an observer has no network and knows no rate: somebody has to say it",
    default: 0,
    least: 0,
    most: 100_000_000,
};

/// What it declares.
pub const ABOUT: About = About {
    name: "attention",
    says: "decisions, steps that cannot be taken back without a yes, insights and whether they held, and what sessions cost",
    inputs: &[
        "approval.decided",
        "message.deleted",
        "message.posted",
        "message.redacted",
        "session.closed",
        "session.opened",
        "task.attempt_failed",
        "task.cancelled",
        "task.confirmed",
        "task.decided",
        "task.finished",
        "task.handed_off",
        "task.progressed",
        "task.resolved",
        "task.taken",
    ],
    published: &[
        Published {
            kind: DECISION,
            about: "Somebody decided something here.",
            details: None,
        },
        Published {
            kind: COHERENCE,
            about: "Somebody is about to do what cannot be taken back, and no person said yes to it.",
            details: None,
        },
        Published {
            kind: AHA,
            about: "Somebody says that it has understood something; later, whether that held.",
            details: None,
        },
        Published {
            kind: BEGINS,
            about: "A session begins to work here: what it costs is counted from here on.",
            details: None,
        },
        Published {
            kind: ENDS,
            about: "What a session cost here, in tokens and money.",
            details: None,
        },
    ],
    thresholds: &[APPROVED_MINUTES, AHA_HOURS, SATS_PER_UNIT, CLAIMS_PER_HOUR],
    start,
};

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory = memory.map(serde_json::from_value).transpose()?;
    Ok(Box::new(Attention {
        thresholds,
        memory: memory.unwrap_or_default(),
    }))
}

struct Attention {
    thresholds: Thresholds,
    memory: Memory,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    /// When a person last said yes in a room.
    approved: Lately<RoomId, (Seq, Millis), ROOMS_MAX>,
    insights: Insights,
    economics: Economics,
}

impl Observer for Attention {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        let hours = self.thresholds.get(&AHA_HOURS);
        let mut claims = self.memory.insights.expire(item, hours);
        let Some(what) = act(item) else {
            return claims;
        };
        let sats = self.thresholds.get(&SATS_PER_UNIT);
        claims.extend(self.memory.economics.take(item, &what, sats));
        let Some(room) = item.room else {
            return claims;
        };
        match &what {
            What::Said(message) => {
                claims.extend(decision(item, room, &message.text));
                claims.extend(self.risky(item, room, &message.text));
            }
            What::Progressed { text, .. } => claims.extend(self.risky(item, room, text)),
            What::Answered {
                approved: Some(yes),
                ..
            } => {
                if *yes {
                    self.memory.approved.put(room, (item.seq, item.at));
                }
                let did = if *yes { "said yes" } else { "said no" };
                claims.push(decided(item, room, did));
            }
            _ => {}
        }
        claims.extend(self.memory.insights.take(item, room, &what));
        claims
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl Attention {
    /// Somebody says that it does now what cannot be taken back.
    fn risky(&self, item: &StreamItem, room: RoomId, text: &str) -> Option<Claim> {
        sentences(text).find(|sentence| is_risky(sentence))?;
        let covers = 60_000 * self.thresholds.get(&APPROVED_MINUTES);
        let yes = self.memory.approved.get(&room);
        if yes.is_some_and(|(_, at)| item.at.since(*at) <= covers) {
            return None;
        }
        let by = handle(item);
        let says = format!(
            "@{by} is about to do at {} what cannot be taken back, and nobody has said yes to it here lately",
            item.seq
        );
        let evidence = vec![Evidence::of(item, "says what it is about to do")];
        let claim = Claim::new((COHERENCE, "not-agreed"), room, says, evidence);
        Some(claim.sure(65).concerning([by]))
    }
}

fn decision(item: &StreamItem, room: RoomId, text: &str) -> Option<Claim> {
    sentences(text)
        .any(decides)
        .then(|| decided(item, room, "decided"))
}

fn decided(item: &StreamItem, room: RoomId, did: &str) -> Claim {
    let by = handle(item);
    let says = format!("@{by} {did} at {}", item.seq);
    let evidence = vec![Evidence::of(item, did)];
    let claim = Claim::new((DECISION, "decision"), room, says, evidence);
    claim.sure(90).concerning([by])
}

/// Whether a sentence says that its author does now, or next, what cannot be taken back.
fn is_risky(sentence: &str) -> bool {
    if sentence.ends_with('?') {
        return false;
    }
    let lower = sentence.to_lowercase();
    let words: Vec<&str> = split(&lower).collect();
    if words.iter().any(|word| UNREAL.contains(word)) {
        return false;
    }
    let folded: Vec<String> = words.iter().map(|word| fold(word)).collect();
    let has = |all: &[&str]| folded.iter().any(|word| all.contains(&word.as_str()));
    let past = words
        .iter()
        .any(|word| word.ends_with("ed") && DESTROYING.contains(&fold(word).as_str()));
    let done = past && !has(BEGINNING);
    let phrase = PHRASES.iter().any(|phrase| lower.contains(phrase));
    !done && (phrase || (has(DESTROYING) && has(PRECIOUS)))
}

/// Words with which a sentence asks, forbids or tells of a rule.
const UNREAL: &[&str] = &[
    "not", "don't", "don’t", "never", "should", "could", "would", "might", "may", "can", "please",
    "if", "before", "without", "nicht", "bitte", "who", "you", "nobody",
];

/// Folded words with which somebody begins.
const BEGINNING: &[&str] = &[
    "will", "now", "about", "go", "i'm", "next", "start", "begin",
];

/// Folded verbs that destroy, or that many feel.
const DESTROYING: &[&str] = &[
    "delet", "destroy", "drop", "eras", "overwrit", "purg", "remov", "reset", "revok", "rotat",
    "truncat", "wip", "deploy", "rollback", "disabl", "lösch", "löschen",
];

/// Folded words for what is hard to get back.
const PRECIOUS: &[&str] = &[
    "backup",
    "bucket",
    "credential",
    "databas",
    "datenbank",
    "history",
    "key",
    "log",
    "prod",
    "production",
    "schema",
    "secret",
    "snapshot",
    "tabl",
    "volum",
    "wallet",
    "customer",
];

/// What cannot be taken back by itself.
const PHRASES: &[&str] = &[
    "force push",
    "force-push",
    "push --force",
    "push -f ",
    "rm -rf",
    "drop table",
    "drop database",
    "git reset --hard",
    "terraform destroy",
];

#[cfg(test)]
mod tests {
    use super::is_risky;

    #[test]
    fn what_is_about_to_be_destroyed_is_told_from_what_is_spoken_of() {
        for text in [
            "I'm dropping the customers table in production now.",
            "Deleting the old backups.",
            "Next I force-push the branch.",
            "Rotating the signing key.",
        ] {
            assert!(is_risky(text), "{text}");
        }
        for text in [
            "Should I drop the customers table?",
            "Never delete the backups.",
            "I deleted the backups yesterday.",
            "Please don't force-push the branch.",
            "The table of contents is fine.",
            "I removed a comma.",
        ] {
            assert!(!is_risky(text), "{text}");
        }
    }
}
