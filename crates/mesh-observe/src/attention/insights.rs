//! Insights: somebody says that it has understood something. That is a claim until an outcome shows it: the task on which it
//! was said is found good or bad, or the author takes it back. Without an outcome it expires.

use mesh_model::api::StreamItem;
use mesh_model::{MessageId, Millis, ParticipantId, RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};

use super::AHA;
use crate::acts::What;
use crate::claim::{Claim, Evidence, handle};
use crate::conflicts::sentences;
use crate::lately::Lately;

/// Insights that are open at once.
const OPEN_MAX: usize = 512;
/// Tasks whose workers are remembered.
const TASKS_MAX: usize = 4096;

/// What somebody has understood, as far as it is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Insight {
    room: RoomId,
    who: ParticipantId,
    handle: String,
    at: Millis,
    /// The task that it was said about.
    task: Option<TaskId>,
    message: Option<MessageId>,
    /// Its author handed in the task: no outcome by itself, for it says so of itself.
    handed_in: Option<Seq>,
}

/// The open insights, by their places.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Insights {
    open: Lately<Seq, Insight, OPEN_MAX>,
    /// Who works on which task.
    workers: Lately<TaskId, (RoomId, ParticipantId), TASKS_MAX>,
}

/// What became of one.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    Validated,
    Refuted,
}

impl Insights {
    /// Those that had their time without an outcome.
    pub fn expire(&mut self, item: &StreamItem, hours: u64) -> Vec<Claim> {
        let mut claims = Vec::new();
        self.open.retain(|seq, insight| {
            let open = item.at.since(insight.at) < 3_600_000 * hours;
            if !open {
                let says = format!(
                    "what @{} understood at {seq} has had no outcome for {hours} h",
                    insight.handle
                );
                claims.push(claim("aha-expired", *seq, insight, says, Vec::new()));
            }
            open
        });
        claims
    }

    /// Takes an act in.
    pub fn take(&mut self, item: &StreamItem, room: RoomId, what: &What) -> Vec<Claim> {
        match what {
            What::Said(message) => {
                let task = self.task_of(room, message.from.id);
                let answered = message.reply_to.or(message.thread);
                let settled = self.said(item, &message.text, answered);
                let opened = self.open(item, room, &message.text, task, Some(message.id));
                settled.into_iter().chain(opened).collect()
            }
            What::Gone(message) => {
                self.open.retain(|_, one| one.message != Some(*message));
                Vec::new()
            }
            What::Taken { task, worker } => {
                self.workers.put(*task, (room, *worker));
                Vec::new()
            }
            What::Progressed { task, text } => {
                let settled = self.said(item, text, None);
                let opened = self.open(item, room, text, Some(*task), None);
                settled.into_iter().chain(opened).collect()
            }
            What::Finished { task, good, .. } => {
                self.workers.remove(task);
                match good {
                    Some(true) => self.settle(item, *task, Outcome::Validated, "passed the check"),
                    Some(false) => self.settle(item, *task, Outcome::Refuted, "failed the check"),
                    None => self.handed_in(item.seq, *task),
                }
            }
            What::Judged { task, good: true } => {
                self.settle(item, *task, Outcome::Validated, "the result was found good")
            }
            What::Judged { task, good: false } => {
                self.settle(item, *task, Outcome::Refuted, "the result was found bad")
            }
            What::Failed { task, .. } => {
                self.workers.remove(task);
                self.settle(item, *task, Outcome::Refuted, "the attempt failed")
            }
            What::HandedOff { task, .. } | What::Over { task } => {
                self.workers.remove(task);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The task that somebody works on in a room, if it is one.
    fn task_of(&self, room: RoomId, who: ParticipantId) -> Option<TaskId> {
        let mut own = self
            .workers
            .iter()
            .filter(|(_, held)| **held == (room, who))
            .map(|(task, _)| *task);
        let task = own.next()?;
        own.next().is_none().then_some(task)
    }

    fn open(
        &mut self,
        item: &StreamItem,
        room: RoomId,
        text: &str,
        task: Option<TaskId>,
        message: Option<MessageId>,
    ) -> Option<Claim> {
        sentences(text).find(|sentence| understands(sentence))?;
        let insight = Insight {
            room,
            who: item.from.as_ref()?.id,
            handle: handle(item),
            at: item.at,
            task,
            message,
            handed_in: None,
        };
        let says = format!(
            "@{} says at {} that it has understood something; whether it holds is open",
            insight.handle, item.seq
        );
        let claim = claim("aha-open", item.seq, &insight, says, Vec::new());
        self.open.put(item.seq, insight);
        Some(claim.sure(60))
    }

    /// What somebody says of an insight: its author takes it back, or another one confirms or denies it in an answer.
    fn said(
        &mut self,
        item: &StreamItem,
        text: &str,
        answered: Option<MessageId>,
    ) -> Option<Claim> {
        let who = item.from.as_ref()?.id;
        let denies = sentences(text).any(|sentence| has(sentence, TAKING_BACK));
        let confirms = sentences(text).any(|sentence| has(sentence, CONFIRMING));
        if !denies && !confirms {
            return None;
        }
        let meant = self
            .open
            .iter()
            .filter(|(_, one)| Some(one.room) == item.room);
        let meant = meant.filter(|(_, one)| {
            let own = one.who == who;
            let answers = one.message.is_some() && one.message == answered;
            if denies {
                own || answers
            } else {
                answers && !own
            }
        });
        let seq = *meant.last()?.0;
        let insight = self.open.remove(&seq)?;
        let outcome = if denies {
            Outcome::Refuted
        } else {
            Outcome::Validated
        };
        let did = if denies {
            "says that it was wrong"
        } else {
            "says that it holds"
        };
        Some(settled(item, seq, &insight, outcome, did))
    }

    /// A worker handed in what it did: others have still to say whether it is good.
    fn handed_in(&mut self, at: Seq, task: TaskId) -> Vec<Claim> {
        for (_, insight) in self.open.iter_mut() {
            if insight.task == Some(task) {
                insight.handed_in = Some(at);
            }
        }
        Vec::new()
    }

    fn settle(&mut self, item: &StreamItem, task: TaskId, how: Outcome, did: &str) -> Vec<Claim> {
        let mut claims = Vec::new();
        self.open.retain(|seq, insight| {
            let meant = insight.task == Some(task);
            if meant {
                claims.push(settled(item, *seq, insight, how, did));
            }
            !meant
        });
        claims
    }
}

fn settled(item: &StreamItem, seq: Seq, insight: &Insight, how: Outcome, did: &str) -> Claim {
    let (rule, word) = match how {
        Outcome::Validated => ("aha-validated", "held"),
        Outcome::Refuted => ("aha-refuted", "did not hold"),
    };
    let says = format!(
        "what @{} understood at {seq} {word}: {did} at {}",
        insight.handle, item.seq
    );
    claim(rule, seq, insight, says, vec![Evidence::of(item, did)])
}

fn claim(
    rule: &'static str,
    seq: Seq,
    insight: &Insight,
    says: String,
    outcome: Vec<Evidence>,
) -> Claim {
    let by = &insight.handle;
    let mut evidence = vec![Evidence::at(
        seq,
        by,
        "says that it has understood something",
    )];
    let handed = insight.handed_in;
    evidence.extend(handed.map(|at| Evidence::at(at, by, "handed in the task")));
    evidence.extend(outcome);
    let mut claim = Claim::new((AHA, rule), insight.room, says, evidence)
        .sure(80)
        .concerning([by.clone()]);
    claim.about = format!("{rule}:{seq}");
    claim
}

fn has(sentence: &str, phrases: &[&str]) -> bool {
    let lower = sentence.to_lowercase();
    !sentence.ends_with('?') && phrases.iter().any(|phrase| lower.contains(phrase))
}

/// Whether a sentence says that its author has understood something.
fn understands(sentence: &str) -> bool {
    has(sentence, UNDERSTANDING) && !has(sentence, DOUBTING)
}

const UNDERSTANDING: &[&str] = &[
    "root cause",
    "the cause is",
    "the cause was",
    "the reason is",
    "turns out",
    "found it:",
    "found the cause",
    "found the bug",
    "that's why",
    "that’s why",
    "that is why",
    "now i understand",
    "now i see",
    "aha",
    "figured out",
    "the culprit is",
    "die ursache ist",
    "jetzt verstehe ich",
];

const DOUBTING: &[&str] = &[
    "perhaps",
    "maybe",
    "no idea",
    "not sure",
    "unclear",
    "looking for",
    "unknown",
    "still ",
    "don't know",
    "haven't",
    "if ",
    "need to",
    "vielleicht",
];

const TAKING_BACK: &[&str] = &[
    "i was wrong",
    "was wrong about",
    "that was not it",
    "that wasn't it",
    "not the cause",
    "false alarm",
    "does not hold",
    "doesn't hold",
    "still fails",
    "ich lag falsch",
];

const CONFIRMING: &[&str] = &[
    "confirmed",
    "can confirm",
    "that was it",
    "works now",
    "passes now",
    "that fixed it",
    "reproduced it",
    "das war es",
];

#[cfg(test)]
mod tests {
    use super::understands;

    #[test]
    fn who_has_understood_is_told_from_who_still_looks() {
        for text in [
            "Found it: the timer is never reset.",
            "Turns out the cache keys have no tenant.",
            "The root cause is a race in the pool.",
        ] {
            assert!(understands(text), "{text}");
        }
        for text in [
            "What is the root cause?",
            "Still looking for the root cause.",
            "Maybe the cause is the cache.",
            "I read the parser.",
        ] {
            assert!(!understands(text), "{text}");
        }
    }
}
