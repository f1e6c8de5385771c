//! From signals to a score.

use crate::model::MODEL;
use crate::signals::Signals;
use crate::verdict::{Thresholds, Verdict, action};

/// Reads a text and says what it tries.
#[must_use]
pub fn check(text: &str) -> Verdict {
    let signals = Signals::of(text);
    let model = &*MODEL;
    let sum: f32 = model.sum_bias
        + signals
            .values
            .iter()
            .zip(&model.signals)
            .map(|(value, weight)| value * weight)
            .sum::<f32>();
    let score = 1.0 / (1.0 + (-sum).exp());
    Verdict {
        score,
        action: action(score, &Thresholds::default()),
        reasons: signals.reasons(&model.signals),
    }
}
