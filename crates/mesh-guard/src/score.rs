//! From signals to a score.

use crate::provenance::Provenance;
use crate::signals::Readings;
use crate::verdict::{Thresholds, Verdict, action};

/// Reads a text of which nothing else is known, and says what it tries.
#[must_use]
pub fn check(text: &str) -> Verdict {
    check_from(text, &Provenance::default())
}

/// Reads a text that comes from somewhere, and says what it tries.
#[must_use]
pub fn check_from(text: &str, provenance: &Provenance<'_>) -> Verdict {
    let signals = Readings::of(text).worst(text, provenance);
    let score = 1.0 / (1.0 + (-signals.sum()).exp());
    Verdict {
        score,
        action: action(score, &Thresholds::default()),
        reasons: signals.reasons(),
    }
}
