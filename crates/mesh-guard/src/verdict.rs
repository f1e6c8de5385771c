//! What the guard answers: a score, the reasons for it and what to do.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// What to do with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing stands out: hand it on.
    Deliver,
    /// Hand it on in an [`Envelope`](crate::Envelope) that says it is data.
    Mark,
    /// Hold it until somebody looked at it.
    Quarantine,
    /// Turn it away.
    Refuse,
}

/// One thing that speaks for (or, with a negative weight, against) an attack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// The rule's stable name, such as `override_instructions`.
    pub rule: &'static str,
    /// One plain sentence.
    pub detail: Cow<'static, str>,
    /// Where in the original text, in bytes; on character boundaries.
    pub span: Option<(usize, usize)>,
    /// What it added to the sum that the score comes from.
    pub weight: f32,
}

/// What the guard thinks of a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// 0 is harmless, 1 is certainly an attack.
    pub score: f32,
    /// What [`Thresholds::default`] make of the score.
    pub action: Action,
    /// The heaviest first.
    pub reasons: Vec<Reason>,
}

/// The scores from which on an action is taken.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// From here on a text is marked.
    pub mark: f32,
    /// From here on it is held.
    pub quarantine: f32,
    /// From here on it is turned away.
    pub refuse: f32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            mark: 0.5,
            quarantine: 0.8,
            refuse: 0.98,
        }
    }
}

/// What these thresholds make of a score.
#[must_use]
pub fn action(score: f32, thresholds: &Thresholds) -> Action {
    if score >= thresholds.refuse {
        Action::Refuse
    } else if score >= thresholds.quarantine {
        Action::Quarantine
    } else if score >= thresholds.mark {
        Action::Mark
    } else {
        Action::Deliver
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_belongs_to_its_action() {
        let thresholds = Thresholds::default();
        assert_eq!(action(0.499, &thresholds), Action::Deliver);
        assert_eq!(action(0.5, &thresholds), Action::Mark);
        assert_eq!(action(0.8, &thresholds), Action::Quarantine);
        assert_eq!(action(0.98, &thresholds), Action::Refuse);
        assert_eq!(
            serde_json::to_string(&Action::Quarantine).unwrap(),
            "\"quarantine\""
        );
    }
}
