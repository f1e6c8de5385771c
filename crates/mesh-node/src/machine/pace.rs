//! When the node lets the core look at the clock.
//!
//! A clock that jumps ahead (a computer that slept, a node that was down, a clock that was set) would end all leases at
//! once although their workers are there and beat as soon as they can. So after a jump ticks wait a little as long as a
//! lease would end by them: whoever is alive extends its lease meanwhile, and the rest ends as it should.

use mesh_core::Work;
use mesh_model::Millis;
use mesh_model::limits::LEASE_MS_DEFAULT;

/// A clock that is ahead by less than this did not jump.
const JUMP_MS: u64 = 2_000;
/// So long leases that a jump would end are kept at most: who works beats three times in a lease.
const HOLD_MS_MAX: u64 = LEASE_MS_DEFAULT as u64;
/// After so long one looks again, whatever is due: the clock may have jumped.
const LOOK_MS: u64 = 30_000;

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Tick: something is due.
    Tick,
    /// Look again after so many milliseconds, or when work has changed.
    After(u64),
}

/// Compares the wall clock with one that only counts.
#[derive(Debug, Clone)]
pub struct Pace {
    wall: Millis,
    counted_ms: u64,
    /// Until when leases are kept, on the clock that only counts.
    hold_until: Option<u64>,
}

impl Pace {
    /// Begins at a moment that both clocks name: a node that starts takes the time of its last event for it.
    pub fn new(wall: Millis, counted_ms: u64) -> Pace {
        Pace {
            wall,
            counted_ms,
            hold_until: None,
        }
    }

    /// What to do, now that the clocks stand here.
    pub fn look(&mut self, wall: Millis, counted_ms: u64, work: &Work) -> Then {
        let passed = counted_ms.saturating_sub(self.counted_ms);
        let jumped = wall.since(self.wall).saturating_sub(passed);
        if jumped > JUMP_MS {
            self.hold_until = Some(counted_ms + jumped.min(HOLD_MS_MAX));
        }
        // A clock that was set back is no reason to wait for a jump ahead when it comes right again.
        (self.wall, self.counted_ms) = (self.wall.max(wall), counted_ms);
        let Some(due) = work.next_due() else {
            return Then::After(LOOK_MS);
        };
        if due > wall {
            return Then::After(due.since(wall).min(LOOK_MS));
        }
        match self.hold_until {
            Some(until) if counted_ms < until && ends_a_lease(work, wall) => {
                Then::After(until - counted_ms)
            }
            _ => Then::Tick,
        }
    }
}

fn ends_a_lease(work: &Work, wall: Millis) -> bool {
    let held = work.workers().flat_map(|worker| worker.running());
    held.filter_map(|task| work.task(*task)?.attempt.as_ref())
        .any(|attempt| attempt.until() <= wall)
}
