//! The lease by the worker's own clock: never later than by the node's.

use std::time::Duration;

use mesh_model::api::LeaseView;
use mesh_model::time::Millis;

use crate::awake::Moment;

/// How long an attempt may go on.
#[derive(Debug)]
pub(super) struct Lease {
    /// When it ends at the earliest.
    ends: Moment,
    /// When it ends by the node's clock.
    until: Millis,
    pub(super) length: Duration,
}

impl Lease {
    /// A lease begins when the task is given out, which is after it was asked for.
    pub(super) fn new(asked: Moment, length: Duration, until: Millis) -> Lease {
        Lease {
            ends: asked.plus(length),
            until,
            length,
        }
    }

    /// The node extends a lease when less than half of it is left. So after each heartbeat half of it
    /// is left at the least, and all of it if it was extended, counted from before the heartbeat was
    /// sent.
    pub(super) fn beaten(&mut self, sent: Moment, answer: &LeaseView) {
        let left = if answer.until > self.until {
            self.length
        } else {
            self.length / 2
        };
        self.ends = self.ends.max(sent.plus(left));
        self.until = answer.until;
    }

    pub(super) fn ends(&self) -> Moment {
        self.ends
    }

    /// Whether so little is left that a heartbeat cannot wait.
    pub(super) fn is_short(&self) -> bool {
        self.ends.left() < self.length / 2
    }

    /// When the runner has to be told to stop, so that it is gone before the lease is, and before its
    /// keeper ends it without being asked.
    pub(super) fn stop_at(&self, grace: Duration) -> Moment {
        let margin = (grace + Duration::from_secs(1)).min(self.length / 6);
        self.ends.minus(margin)
    }
}

#[cfg(test)]
mod tests {
    use mesh_model::Seq;
    use mesh_model::events::WorkerMode;

    use super::*;

    fn answered(until: u64) -> LeaseView {
        LeaseView {
            until: Millis(until),
            mode: WorkerMode::Open,
            seq: Seq(1),
        }
    }

    #[test]
    fn a_lease_is_counted_from_before_it_was_asked_for() {
        let second = Duration::from_secs(1);
        let mut lease = Lease::new(Moment(5_000), second * 60, Millis(1_000_000));
        assert_eq!(lease.ends(), Moment(65_000));
        // Nothing was extended: half of it is left at the least, which is less than what is known.
        lease.beaten(Moment(15_000), &answered(1_000_000));
        assert_eq!(lease.ends(), Moment(65_000));
        lease.beaten(Moment(40_000), &answered(1_030_000));
        assert_eq!(lease.ends(), Moment(100_000));
        assert_eq!(lease.stop_at(second * 2), Moment(97_000));
    }
}
