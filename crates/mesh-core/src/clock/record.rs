//! What the state remembers of a simulation clock, and what it shows when.

use mesh_model::events::ClockCause;
use mesh_model::limits::CLOCK_TICK_REAL_MS_MIN;
use mesh_model::{Millis, RoomId, Seq};
use serde::{Deserialize, Serialize};

use crate::Work;
use crate::work::Due;

/// A room's simulation clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Where it was started.
    pub since: Seq,
    /// What it showed when it changed last, unix milliseconds.
    pub at: u64,
    /// The moment when that was, by the node's clock.
    pub base: u64,
    /// How many times as fast it runs.
    pub rate: u8,
    /// Why it stands still.
    pub paused: Option<ClockCause>,
    /// After how many simulated seconds it ticks.
    pub tick_s: Option<u32>,
    /// The simulated time up to which it has ticked.
    pub ticked: u64,
    /// The moment of its last tick, by the node's clock.
    pub ticked_at: u64,
    /// How often it ticked since somebody touched it.
    pub ticks: u32,
    /// Since when nobody hears it, by the node's clock.
    pub alone: Option<u64>,
}

impl Clock {
    /// What it shows at a moment. It ends with the calendar and stands still there.
    pub fn shows(&self, moment: Millis) -> Millis {
        if self.paused.is_some() {
            return Millis(self.at);
        }
        let passed = moment.since(Millis(self.base));
        Millis(self.at).plus(passed.saturating_mul(u64::from(self.rate)))
    }

    /// The first moment at which it shows this or more; `None` if it never does as things stand.
    pub fn comes(&self, simulated: u64) -> Option<u64> {
        let ahead = simulated.saturating_sub(self.at);
        if ahead == 0 {
            return Some(self.base);
        }
        let runs = self.paused.is_none() && Millis(0).plus(simulated).0 == simulated;
        runs.then(|| {
            self.base
                .saturating_add(ahead.div_ceil(u64::from(self.rate.max(1))))
        })
    }

    /// The last multiple of its interval up to a simulated time that it has not told yet, and for how many it stands.
    pub(super) fn tick_at(&self, simulated: u64) -> Option<(u64, u64)> {
        let interval = u64::from(self.tick_s?) * 1000;
        let (told, reached) = (self.ticked / interval, simulated / interval);
        (reached > told).then(|| (reached * interval, reached - told))
    }

    /// When the node has to let it tick.
    fn alarm(&self) -> Option<u64> {
        let interval = u64::from(self.tick_s?) * 1000;
        let next = (self.ticked / interval + 1) * interval;
        let at = self.paused.is_none().then(|| self.comes(next)).flatten()?;
        Some(at.max(self.ticked_at.saturating_add(CLOCK_TICK_REAL_MS_MIN)))
    }
}

impl Work {
    /// A room's simulation clock.
    pub fn clock(&self, room: RoomId) -> Option<&Clock> {
        self.clocks.get(&room)
    }

    /// All simulation clocks, in the order of their rooms' ids.
    pub fn clocks(&self) -> impl Iterator<Item = (RoomId, &Clock)> {
        self.clocks.iter().map(|(room, clock)| (*room, clock))
    }

    /// Changes a room's clock, and with it when it ticks and when what follows it is due.
    pub(crate) fn set_clock(&mut self, room: RoomId, clock: Option<Clock>) {
        let followers = self.schedules.followers(room);
        for id in &followers {
            self.unset_alarm(*id);
        }
        if let Some(at) = self.clocks.get(&room).and_then(Clock::alarm) {
            self.index.due.remove(&(at, Due::Clock(room)));
        }
        match clock {
            Some(clock) => self.clocks.insert(room, clock),
            None => self.clocks.remove(&room),
        };
        if let Some(at) = clock.and_then(|clock| clock.alarm()) {
            self.index.due.insert((at, Due::Clock(room)));
        }
        for id in followers {
            self.set_alarm(id);
        }
    }

    pub(crate) fn change_clock(&mut self, room: RoomId, change: impl FnOnce(&mut Clock)) {
        if let Some(mut clock) = self.clocks.get(&room).copied() {
            change(&mut clock);
            self.set_clock(room, Some(clock));
        }
    }

    /// When all clocks tick, when a snapshot was read.
    pub(crate) fn set_ticks(&mut self) {
        let ticks = self
            .clocks
            .iter()
            .filter_map(|(room, clock)| Some((clock.alarm()?, Due::Clock(*room))));
        let ticks: Vec<_> = ticks.collect();
        self.index.due.extend(ticks);
    }
}
