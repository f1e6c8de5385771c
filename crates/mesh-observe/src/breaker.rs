//! A bound on what an observer says: one that floods is worse than none. It counts by the log's hours, so a replay withholds
//! the same.

use mesh_model::Millis;
use serde::{Deserialize, Serialize};

const HOUR_MS: u64 = 3_600_000;

/// Counts the claims of an hour.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    hour: u64,
    said: u64,
    withheld: u64,
}

/// Whether a claim may be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// It may; so many were withheld since the last one that was said.
    Say {
        /// How many.
        withheld: u64,
    },
    /// The hour has had enough.
    Withhold,
}

impl Breaker {
    /// Asks for one more claim at a moment of the log.
    pub fn ask(&mut self, at: Millis, most_per_hour: u64) -> Leave {
        let hour = at.0 / HOUR_MS;
        if hour != self.hour {
            (self.hour, self.said) = (hour, 0);
        }
        if self.said >= most_per_hour {
            self.withheld += 1;
            return Leave::Withhold;
        }
        self.said += 1;
        Leave::Say {
            withheld: std::mem::take(&mut self.withheld),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_its_claims_and_the_next_one_tells_what_was_withheld() {
        let mut breaker = Breaker::default();
        let mut ask = |minute: u64| breaker.ask(Millis(minute * 60_000), 2);
        assert_eq!(ask(0), Leave::Say { withheld: 0 });
        assert_eq!(ask(1), Leave::Say { withheld: 0 });
        assert_eq!(ask(2), Leave::Withhold);
        assert_eq!(ask(59), Leave::Withhold);
        assert_eq!(ask(60), Leave::Say { withheld: 2 });
        assert_eq!(ask(61), Leave::Say { withheld: 0 });
    }
}
