//! Which model a task is asked of, when a worker has several.
//!
//! The worker learns from what was verified of its own results and from nothing else: a check that the node ran, a second
//! opinion or a vote, a person's word. What a model says of itself counts for nothing. Tasks are told apart by their capability
//! and the length of their prompt; what is known of a capability begins the estimate for each length.
//!
//! ```text
//! mean  = (good + mean of the capability) / (good + bad + 1)
//! bonus = 0.7 · √( ln(N + 1) / (good + bad + running + 1) )          N: verified of this kind of task, all models
//! score = mean + bonus − give_up · cost / cost of the dearest
//! ```
//!
//! The model with the best score is asked. `give_up` is how much worse a model may be that costs nothing. A model that was
//! asked for the task before is not asked again while there is another one. Where nothing was ever verified, the first is asked.

mod kept;
mod tally;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use mesh_model::events::{FailureCause, TaskFacts};
use mesh_model::{Facts, ParticipantId, Seq, TaskId};
use serde::{Deserialize, Serialize};

pub use kept::{Known, Routes};
pub use tally::Tally;

/// Tasks whose verdict may still come. An older one that is judged after so many others teaches nothing.
const OPEN_MAX: usize = 1000;
/// Attempts at one task that are remembered.
const ATTEMPTS_MAX: usize = 16;
/// How much worse a model may be that costs nothing, unless it is set.
pub const GIVE_UP: f64 = 0.1;

/// How long a prompt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// Up to 1,000 bytes.
    Short,
    /// Up to 8,000 bytes.
    Middle,
    /// More.
    Long,
}

impl Length {
    /// Of a prompt of so many bytes.
    pub fn of(bytes: usize) -> Length {
        match bytes {
            0..=1_000 => Length::Short,
            1_001..=8_000 => Length::Middle,
            _ => Length::Long,
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Length::Short => "short",
            Length::Middle => "middle",
            Length::Long => "long",
        }
    }
}

/// What is alike in tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// What it takes to do them; empty: nothing in particular.
    pub capability: String,
    /// How long the prompt is.
    pub length: Length,
}

/// An attempt at a task that a model was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Attempted {
    fence: Seq,
    model: String,
    /// It has ended.
    over: bool,
    /// It is under way in this process.
    #[serde(skip)]
    runs: bool,
    /// What was found of it, once.
    good: Option<bool>,
}

/// A task and the models that were asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Asked {
    kind: Kind,
    attempts: Vec<Attempted>,
}

/// What is known of each model, by length and capability.
pub type Table = BTreeMap<String, BTreeMap<Length, BTreeMap<String, Tally>>>;

/// What a router remembers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    table: Table,
    open: BTreeMap<TaskId, Asked>,
}

/// What was spent, and what asking the dearest model of each kind of task would have cost, millionths of the currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// What was spent.
    pub spent: u64,
    /// What it would have been.
    pub always: u64,
}

/// The model to ask, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The model.
    pub model: String,
    /// For people.
    pub why: String,
}

impl Choice {
    fn named(model: &str) -> Choice {
        Choice {
            model: model.to_owned(),
            why: format!("asks {model}: the task names it"),
        }
    }
}

/// Chooses models and learns how they did. Pure: no clock, chance or file.
#[derive(Debug, Clone)]
pub struct Router {
    /// In the order of their user.
    models: Vec<String>,
    give_up: f64,
    memory: Memory,
}

/// A model as it stands for one kind of task.
struct Standing<'a> {
    model: &'a str,
    tally: Tally,
    /// Millionths of the currency for a task; absent: not known yet.
    cost: Option<f64>,
    score: f64,
}

impl Router {
    /// Chooses among these models; the first one where nothing is known.
    pub fn new(models: Vec<String>, give_up: f64, memory: Memory) -> Router {
        Router {
            models,
            give_up,
            memory,
        }
    }

    /// What it remembers.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The model for an attempt at a task. `named` is the model that the task wants, which is asked in any case.
    pub fn choose(&mut self, task: TaskId, fence: Seq, kind: Kind, named: Option<&str>) -> Choice {
        let choice = match named {
            Some(named) => Choice::named(named),
            None => self.best(task, &kind),
        };
        // Of a model that is none of the worker's there is nothing to learn.
        if self.models.contains(&choice.model) {
            self.memory.begin(task, fence, kind, &choice.model);
        }
        choice
    }

    /// The model for a task of a stranger's. It teaches nothing: whoever declares a check that nothing passes would have the dearest
    /// model asked for everybody's tasks.
    pub fn choose_untaught(&self, task: TaskId, kind: &Kind, named: Option<&str>) -> Choice {
        named.map_or_else(|| self.best(task, kind), Choice::named)
    }

    fn best(&self, task: TaskId, kind: &Kind) -> Choice {
        // Whoever is asked for a task again did not do it well the last time, even if nobody has said so yet.
        let failed = |model: &str| {
            let asked = self.memory.open.get(&task);
            asked.is_some_and(|asked| asked.attempts.iter().any(|it| it.model == model))
        };
        let standings = self.standings(kind);
        let verified: u32 = standings.iter().map(|it| it.tally.verified()).sum();
        let open = standings.iter().filter(|it| !failed(it.model));
        let best = if verified == 0 {
            open.clone().next()
        } else {
            // Of equals the first.
            open.clone()
                .rev()
                .max_by(|one, other| one.score.total_cmp(&other.score))
        };
        // If all of them have failed at it, the one that is best otherwise.
        let best = best.or_else(|| {
            standings
                .iter()
                .rev()
                .max_by(|one, other| one.score.total_cmp(&other.score))
        });
        let Some(best) = best else {
            return Choice {
                model: String::new(),
                why: String::new(),
            };
        };
        let again = if self.models.iter().any(|model| failed(model)) {
            ", after another one failed at it"
        } else {
            ""
        };
        let told = match verified {
            0 => {
                "nothing of this kind was verified yet, so they are asked in their order".to_owned()
            }
            _ => standings
                .iter()
                .map(Standing::told)
                .collect::<Vec<_>>()
                .join("; "),
        };
        Choice {
            model: best.model.to_owned(),
            why: format!("asks {}{again}: {told}", best.model),
        }
    }

    fn standings(&self, kind: &Kind) -> Vec<Standing<'_>> {
        let own = |model: &str| self.memory.known(kind, model);
        let verified: u32 = self.models.iter().map(|it| own(it).verified()).sum();
        let mut standings: Vec<_> = (self.models.iter())
            .map(|model| {
                let (tally, all) = (own(model), self.memory.all_lengths(kind, model));
                let mean = tally.mean(all.mean(0.5));
                Standing {
                    model,
                    tally,
                    cost: tally.cost().or_else(|| all.cost()),
                    score: mean + tally.bonus(verified),
                }
            })
            .collect();
        let dearest = standings
            .iter()
            .filter_map(|it| it.cost)
            .fold(0.0, f64::max);
        for it in &mut standings {
            // A model whose cost is not known yet is taken for one that costs nothing: it is tried, and then it is known.
            if dearest > 0.0 {
                it.score -= self.give_up * it.cost.unwrap_or(0.0) / dearest;
            }
        }
        standings
    }

    /// Takes in what happened to a task of this worker; whether something was learned.
    pub fn learn(&mut self, me: ParticipantId, facts: &Facts) -> bool {
        let Facts::Task(facts) = facts else {
            return false;
        };
        match facts {
            TaskFacts::Finished(it) if it.worker == me => {
                let ended = self.ended(it.task, it.fence, it.cost.spend.micros);
                // A check that did not pass ends as a failed attempt.
                ended && {
                    if it.check == Some(true) {
                        self.verdict(it.task, Some(it.fence), true);
                    }
                    true
                }
            }
            TaskFacts::AttemptFailed(it) if it.worker == me => {
                let ended = self.ended(it.task, it.fence, it.cost.spend.micros);
                // A lost worker is no model's fault, nor is what failed before a model was asked.
                let asked = it.cost.spend.tokens > 0 || it.cause == FailureCause::CheckFailed;
                if asked && it.cause != FailureCause::LeaseExpired {
                    self.verdict(it.task, Some(it.fence), false);
                }
                ended
            }
            TaskFacts::HandedOff(it) if it.worker == me => {
                let ended = self.ended(it.task, it.fence, it.cost.spend.micros);
                // Whoever goes on with it may go on with the same model.
                if let Some(asked) = self.memory.open.get_mut(&it.task) {
                    asked.attempts.retain(|attempt| attempt.fence != it.fence);
                }
                ended
            }
            TaskFacts::Confirmed(it) => self.verdict(it.task, None, it.good),
            TaskFacts::Decided(it) => it
                .judged
                .is_some_and(|judged| self.verdict(judged.task, None, judged.good)),
            _ => false,
        }
    }

    /// An attempt has ended, and has cost so much.
    fn ended(&mut self, task: TaskId, fence: Seq, micros: u64) -> bool {
        let Some(asked) = self.memory.open.get_mut(&task) else {
            return false;
        };
        let attempt = asked
            .attempts
            .iter_mut()
            .find(|it| it.fence == fence && !it.over);
        let Some(attempt) = attempt else {
            return false;
        };
        attempt.over = true;
        let ran = std::mem::take(&mut attempt.runs);
        let (kind, model) = (asked.kind.clone(), attempt.model.clone());
        self.memory.tally(&kind, &model).ended(micros, ran);
        true
    }

    /// What was found of an attempt; of the last one that ended, if none is named. The last word counts.
    fn verdict(&mut self, task: TaskId, fence: Option<Seq>, good: bool) -> bool {
        let Some(asked) = self.memory.open.get_mut(&task) else {
            return false;
        };
        let mut over = asked.attempts.iter_mut().rev().filter(|it| it.over);
        let Some(attempt) = over.find(|it| fence.is_none_or(|fence| it.fence == fence)) else {
            return false;
        };
        let before = attempt.good.replace(good);
        let (kind, model) = (asked.kind.clone(), attempt.model.clone());
        self.memory.tally(&kind, &model).judged(before, good);
        before != Some(good)
    }
}

impl Memory {
    /// What is known of each model.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What choosing has saved. Whether the dearest model would have needed as many attempts is not known.
    pub fn saved(&self) -> Saved {
        let kinds = self.table.values().flat_map(BTreeMap::values);
        kinds.fold(Saved::default(), |sum, models| {
            let dearest = models
                .values()
                .filter_map(|it| it.cost())
                .fold(0.0, f64::max);
            let ended: u64 = models.values().map(|it| it.ended).sum();
            let spent: u64 = models.values().map(|it| it.micros).sum();
            Saved {
                spent: sum.spent + spent,
                always: sum.always + (dearest * ended as f64).round() as u64,
            }
        })
    }

    fn begin(&mut self, task: TaskId, fence: Seq, kind: Kind, model: &str) {
        let tally = self.tally(&kind, model);
        tally.asked += 1;
        tally.running += 1;
        let asked = self.open.entry(task).or_insert_with(|| Asked {
            kind,
            attempts: Vec::new(),
        });
        asked.attempts.push(Attempted {
            fence,
            model: model.to_owned(),
            over: false,
            runs: true,
            good: None,
        });
        if asked.attempts.len() > ATTEMPTS_MAX {
            let (kind, first) = (asked.kind.clone(), asked.attempts.remove(0));
            self.forget(&kind, &first);
        }
        while self.open.len() > OPEN_MAX {
            // Ids grow with time: the first is the oldest.
            let Some((_, old)) = self.open.pop_first() else {
                break;
            };
            for attempt in &old.attempts {
                self.forget(&old.kind, attempt);
            }
        }
    }

    /// An attempt whose end will not be heard of is no longer under way.
    fn forget(&mut self, kind: &Kind, attempt: &Attempted) {
        if attempt.runs {
            self.tally(kind, &attempt.model).lost();
        }
    }

    fn tally(&mut self, kind: &Kind, model: &str) -> &mut Tally {
        let lengths = self.table.entry(kind.capability.clone()).or_default();
        let models = lengths.entry(kind.length).or_default();
        models.entry(model.to_owned()).or_default()
    }

    fn known(&self, kind: &Kind, model: &str) -> Tally {
        let lengths = self.table.get(&kind.capability);
        let models = lengths.and_then(|lengths| lengths.get(&kind.length));
        let tally = models.and_then(|models| models.get(model));
        tally.copied().unwrap_or_default()
    }

    fn all_lengths(&self, kind: &Kind, model: &str) -> Tally {
        let lengths = self.table.get(&kind.capability);
        let models = lengths.into_iter().flat_map(BTreeMap::values);
        let tallies = models.filter_map(|models| models.get(model));
        tallies.copied().fold(Tally::default(), Tally::plus)
    }
}

impl Standing<'_> {
    fn told(&self) -> String {
        let cost = self.cost.map_or(String::new(), |micros| {
            format!(", {:.4} each", micros / 1e6)
        });
        match self.tally.verified() {
            0 => format!("{} is not verified yet{cost}", self.model),
            verified => format!(
                "{} {} of {verified} good{cost}",
                self.model, self.tally.good,
            ),
        }
    }
}
