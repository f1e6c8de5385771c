//! What is known of one model for one kind of task.

use serde::{Deserialize, Serialize};

/// What the estimate begins with counts as so many results.
const BEGIN: f64 = 1.0;
/// How much the bonus for having been tried little counts. With less, a cheap model that is unlucky at first is left for too
/// long; with more, dear ones are tried for longer than they save.
const EXPLORE: f64 = 0.7;

/// What is known of one model for one kind of task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Attempts that it was asked for.
    pub asked: u64,
    /// Those that have ended.
    pub ended: u64,
    /// What these have cost together, millionths of the currency.
    pub micros: u64,
    /// Verified as good.
    pub good: u32,
    /// Verified as bad.
    pub bad: u32,
    /// Attempts under way.
    #[serde(skip)]
    pub(super) running: u32,
}

impl Tally {
    /// Results of which something was found.
    pub fn verified(self) -> u32 {
        self.good + self.bad
    }

    /// What a task costs on average, millionths of the currency; absent: none has ended.
    pub fn cost(self) -> Option<f64> {
        (self.ended > 0).then(|| self.micros as f64 / self.ended as f64)
    }

    /// The share of good work, from a beginning.
    pub(super) fn mean(self, begin: f64) -> f64 {
        (f64::from(self.good) + BEGIN * begin) / (f64::from(self.verified()) + BEGIN)
    }

    /// For having been tried little, among so many verified results of all models.
    pub(super) fn bonus(self, verified: u32) -> f64 {
        let tried = f64::from(self.verified()) + f64::from(self.running);
        EXPLORE * ((f64::from(verified) + 1.0).ln() / (tried + 1.0)).sqrt()
    }

    pub(super) fn ended(&mut self, micros: u64, ran: bool) {
        if ran {
            self.lost();
        }
        self.ended += 1;
        self.micros = self.micros.saturating_add(micros);
    }

    pub(super) fn lost(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    pub(super) fn judged(&mut self, before: Option<bool>, good: bool) {
        if let Some(before) = before {
            let counted = self.found(before);
            *counted = counted.saturating_sub(1);
        }
        let counted = self.found(good);
        *counted = counted.saturating_add(1);
    }

    fn found(&mut self, good: bool) -> &mut u32 {
        if good { &mut self.good } else { &mut self.bad }
    }

    pub(super) fn plus(self, other: Tally) -> Tally {
        Tally {
            asked: self.asked + other.asked,
            ended: self.ended + other.ended,
            micros: self.micros.saturating_add(other.micros),
            good: self.good + other.good,
            bad: self.bad + other.bad,
            running: self.running + other.running,
        }
    }
}
