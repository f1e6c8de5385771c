//! A worker as the state holds it, its breaker and its reputation.
//!
//! The score is an upper confidence bound: the share of good work among what others verified, with
//! a neutral beginning of one good and one bad, and a bonus for having been tried little:
//!
//! ```text
//! mean  = (good + 1) / (good + bad + 2)
//! bonus = 1/2 · √( ln 2 · ⌊log2(N + 1)⌋ / (good + bad + 1) )        N: verified of all workers
//! ```
//!
//! The logarithm is rounded down to whole powers of two, so that the order of the workers changes
//! only when one of them is judged or N doubles, and so that every machine computes the same: the
//! operations used are exact to the last bit everywhere.

use std::sync::Arc;

use mesh_model::api::BreakerState;
use mesh_model::events::WorkerMode;
use mesh_model::limits::{BREAKER_FAILURES, BREAKER_MS};
use mesh_model::{Millis, ParticipantId, TaskId};
use serde::{Deserialize, Serialize};

/// A participant that takes tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    /// Who.
    pub id: ParticipantId,
    /// Whether it speaks for a peer mesh, which is asked when nobody here is free.
    pub abroad: bool,
    /// Tasks at the same time, as it says.
    pub(crate) own_slots: u16,
    /// What it can do, as it says; sorted.
    pub(crate) own_capabilities: Vec<Arc<str>>,
    /// The same as an operator says.
    pub(crate) set_slots: Option<u16>,
    pub(crate) set_capabilities: Option<Vec<Arc<str>>>,
    /// Whether it is there.
    pub online: bool,
    /// Whether it takes work.
    pub mode: WorkerMode,
    /// Failures in a row.
    pub failures: u8,
    /// Until when it gets nothing; set until a task succeeds.
    pub(crate) open_until_ms: Option<u64>,
    /// The one task that was let through since.
    pub(crate) trial: Option<TaskId>,
    /// What others found of its work, by capability; sorted.
    pub(crate) records: Vec<(Arc<str>, Record)>,
    /// The tasks it holds; sorted.
    #[serde(skip)]
    pub(crate) running: Vec<TaskId>,
}

/// What others found of a worker's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Verified as good.
    pub good: u32,
    /// Verified as bad.
    pub bad: u32,
}

/// A score and its parts, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// What is compared.
    pub score: u32,
    /// The share of good work.
    pub mean: u32,
    /// For having been tried little.
    pub bonus: u32,
}

/// How much the bonus counts.
const EXPLORE: f64 = 0.5;

impl Record {
    /// The score among `verified` results of all workers.
    pub fn score(self, verified: u32) -> Score {
        let tried = f64::from(self.good) + f64::from(self.bad);
        let mean = (f64::from(self.good) + 1.0) / (tried + 2.0);
        let log = f64::from(rounds(verified)) * std::f64::consts::LN_2;
        let bonus = EXPLORE * (log / (tried + 1.0)).sqrt();
        let millionths = |part: f64| (part * 1e6) as u32;
        let (mean, bonus) = (millionths(mean), millionths(bonus));
        Score {
            score: mean + bonus,
            mean,
            bonus,
        }
    }
}

/// The logarithm of the number of verified results, rounded down.
pub(crate) fn rounds(verified: u32) -> u32 {
    (u64::from(verified) + 1).ilog2()
}

impl Worker {
    pub(crate) fn new(id: ParticipantId, abroad: bool) -> Worker {
        Worker {
            id,
            abroad,
            own_slots: 0,
            own_capabilities: Vec::new(),
            set_slots: None,
            set_capabilities: None,
            online: false,
            mode: WorkerMode::Open,
            failures: 0,
            open_until_ms: None,
            trial: None,
            records: Vec::new(),
            running: Vec::new(),
        }
    }

    /// Tasks at the same time.
    pub fn slots(&self) -> u16 {
        self.set_slots.unwrap_or(self.own_slots)
    }

    /// The slots and capabilities that an operator set, whatever it says of itself.
    pub fn limits(&self) -> (Option<u16>, Option<&[Arc<str>]>) {
        (self.set_slots, self.set_capabilities.as_deref())
    }

    /// What it can do.
    pub fn capabilities(&self) -> &[Arc<str>] {
        self.set_capabilities
            .as_deref()
            .unwrap_or(&self.own_capabilities)
    }

    /// The tasks it holds.
    pub fn running(&self) -> &[TaskId] {
        &self.running
    }

    /// Whether it can do this; everybody can do what needs nothing.
    pub fn can(&self, capability: &str) -> bool {
        capability.is_empty()
            || self
                .capabilities()
                .binary_search_by(|own| (**own).cmp(capability))
                .is_ok()
    }

    /// What others found of its work of this kind.
    pub fn record(&self, capability: &str) -> Record {
        let found = self
            .records
            .binary_search_by(|(name, _)| (**name).cmp(capability));
        found.map_or(Record::default(), |at| self.records[at].1)
    }

    /// The same for every kind of which something is known, by capability.
    pub fn records(&self) -> impl Iterator<Item = (&str, Record)> {
        self.records.iter().map(|(name, record)| (&**name, *record))
    }

    /// Until when its breaker lets nothing through, if it is not closed.
    pub fn breaker_until(&self) -> Option<Millis> {
        self.open_until_ms.map(Millis)
    }

    pub(crate) fn judge(&mut self, capability: &str, good: bool) {
        let found = self
            .records
            .binary_search_by(|(name, _)| (**name).cmp(capability));
        let at = match found {
            Ok(at) => at,
            Err(at) => {
                self.records
                    .insert(at, (capability.into(), Record::default()));
                at
            }
        };
        let record = &mut self.records[at].1;
        let count = if good {
            &mut record.good
        } else {
            &mut record.bad
        };
        *count = count.saturating_add(1);
    }

    /// Its breaker at this moment.
    pub fn breaker(&self, now: Millis) -> BreakerState {
        match self.open_until_ms {
            None => BreakerState::Closed,
            Some(until) if now.0 < until => BreakerState::Open,
            Some(_) => BreakerState::HalfOpen,
        }
    }

    /// How many tasks it may take now.
    pub(crate) fn room_for(&self, now: Millis) -> usize {
        if !self.online || self.mode != WorkerMode::Open {
            return 0;
        }
        let free = self.free_slots();
        match self.breaker(now) {
            BreakerState::Closed => free,
            BreakerState::Open => 0,
            BreakerState::HalfOpen => free.min(usize::from(self.trial.is_none())),
        }
    }

    /// Slots in which nothing runs.
    pub(crate) fn free_slots(&self) -> usize {
        usize::from(self.slots()).saturating_sub(self.running.len())
    }

    /// Whether others are measured against it: it could take a task whatever the time.
    pub(crate) fn is_free(&self) -> bool {
        self.online
            && !self.abroad
            && self.mode == WorkerMode::Open
            && self.open_until_ms.is_none()
            && self.free_slots() > 0
    }

    pub(crate) fn took(&mut self, task: TaskId) {
        if self.open_until_ms.is_some() {
            self.trial = Some(task);
        }
    }

    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
        self.open_until_ms = None;
        self.trial = None;
    }

    /// A failure opens the breaker when it is one too many, or the one task that was let through.
    pub(crate) fn failed(&mut self, task: TaskId, at: Millis) {
        let tried = self.trial == Some(task);
        self.failures = self.failures.saturating_add(1);
        if tried || (self.open_until_ms.is_none() && self.failures >= BREAKER_FAILURES) {
            self.open_until_ms = Some(at.plus(BREAKER_MS).0);
            self.trial = None;
        }
    }

    /// The task ended without saying anything about the worker.
    pub(crate) fn let_go(&mut self, task: TaskId) {
        if self.trial == Some(task) {
            self.trial = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_begin_neutral_and_favour_good_work_and_little_tried_workers() {
        let score = |good, bad, verified| Record { good, bad }.score(verified).score;
        assert_eq!(score(0, 0, 0), 500_000);
        assert!(score(9, 1, 100) > score(5, 5, 100));
        assert!(score(0, 0, 100) > score(5, 5, 100));
        assert!(score(40, 0, 100) > score(20, 20, 100));
        // What was verified of others makes no difference until it doubles.
        assert_eq!(score(3, 1, 63), score(3, 1, 126));
        assert!(score(3, 1, 127) > score(3, 1, 126));
    }
}
