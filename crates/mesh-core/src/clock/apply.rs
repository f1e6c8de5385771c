//! What the events of simulation clocks do to the state.

use mesh_model::events::{ClockCause, ClockFacts};

use super::Clock;
use crate::{State, Stored};

pub(crate) fn apply(state: &mut State, facts: &ClockFacts, event: &Stored<'_>) {
    let work = state.work_at(event.seq);
    match facts {
        ClockFacts::Started(it) => {
            let clock = Clock {
                since: event.seq,
                at: it.at,
                base: event.at.0,
                // Whatever the log holds, a clock runs.
                rate: it.rate.max(1),
                paused: it.paused.then_some(ClockCause::Paused),
                tick_s: it.tick_s.filter(|seconds| *seconds > 0),
                ticked: it.at,
                ticked_at: 0,
                ticks: 0,
                alone: None,
            };
            work.set_clock(it.room, Some(clock));
        }
        ClockFacts::Changed(it) => work.change_clock(it.room, |clock| {
            if it.cause == ClockCause::Set {
                // What it leaps over was no time that passed, and what it goes back over comes again.
                clock.ticked = it.at;
            }
            let before = clock.paused.unwrap_or(it.cause);
            (clock.at, clock.base, clock.rate) = (it.at, event.at.0, it.rate.max(1));
            clock.paused = it.paused.then_some(match it.cause {
                ClockCause::Set | ClockCause::Rate | ClockCause::Stepped => before,
                cause => cause,
            });
            (clock.ticks, clock.alone) = (0, None);
        }),
        ClockFacts::Ticked(it) => work.change_clock(it.room, |clock| {
            (clock.ticked, clock.ticked_at) = (it.at, event.at.0);
            clock.ticks = clock.ticks.saturating_add(1);
            clock.alone = it.alone.then(|| clock.alone.unwrap_or(event.at.0));
        }),
        ClockFacts::Stopped(it) => work.set_clock(it.room, None),
    }
}
