//! A clock that goes on while the machine sleeps, and an alarm by it. A lease goes on at the node
//! meanwhile; the usual clock of a program stands still.

use std::io;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

#[cfg(target_os = "linux")]
const CLOCK: ClockId = ClockId::Boottime;
/// Elsewhere the usual clock counts sleep, or nothing does.
#[cfg(not(target_os = "linux"))]
const CLOCK: ClockId = ClockId::Monotonic;

/// A point in time, milliseconds since the machine was started; all processes of a machine agree on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub u64);

impl Moment {
    /// What cannot be reached: without an end.
    pub const NEVER: Moment = Moment(u64::MAX);

    /// This moment.
    pub fn now() -> Moment {
        let now = clock_gettime(CLOCK);
        let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
        let millis = u64::try_from(now.tv_nsec).unwrap_or(0) / 1_000_000;
        Moment(seconds.saturating_mul(1000).saturating_add(millis))
    }

    /// So much later.
    #[must_use]
    pub fn plus(self, time: Duration) -> Moment {
        Moment(self.0.saturating_add(millis(time)))
    }

    /// So much earlier.
    #[must_use]
    pub fn minus(self, time: Duration) -> Moment {
        Moment(self.0.saturating_sub(millis(time)))
    }

    /// How long it is until then; nothing if it is over.
    pub fn left(self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(Moment::now().0))
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

pub use alarm::Alarm;

#[cfg(target_os = "linux")]
mod alarm {
    use std::fs::File;
    use std::io::Read;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };

    use super::{Moment, io};

    /// Rings at a moment, at once when the machine wakes after it.
    #[derive(Debug)]
    pub struct Alarm(File);

    impl Alarm {
        /// One that is not set.
        pub fn new() -> io::Result<Alarm> {
            let timer = timerfd_create(TimerfdClockId::Boottime, TimerfdFlags::CLOEXEC)?;
            Ok(Alarm(timer.into()))
        }

        /// Sets it for a moment instead of an earlier one.
        pub fn set(&self, at: Moment) -> io::Result<()> {
            let zero = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            let mut then = zero;
            if at != Moment::NEVER {
                // Zero would switch it off.
                let at = at.0.max(1);
                then.tv_sec = i64::try_from(at / 1000).unwrap_or(i64::MAX);
                then.tv_nsec = i64::try_from(at % 1000 * 1_000_000).unwrap_or(0);
            }
            let value = Itimerspec {
                it_interval: zero,
                it_value: then,
            };
            timerfd_settime(&self.0, TimerfdTimerFlags::ABSTIME, &value)?;
            Ok(())
        }

        /// Waits until it rings. What it was set for may have changed just then.
        pub fn rung(&self) -> io::Result<()> {
            let mut count = [0; 8];
            (&self.0).read_exact(&mut count)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod alarm {
    use std::sync::{Condvar, Mutex};
    use std::time::Duration;

    use super::{Moment, io};

    /// Rings at a moment; when the machine has slept, a little after it wakes.
    #[derive(Debug)]
    pub struct Alarm(Mutex<Moment>, Condvar);

    /// The clock is looked at this often, since a wait may stand still while the machine sleeps.
    const LOOK: Duration = Duration::from_secs(1);

    impl Alarm {
        /// One that is not set.
        pub fn new() -> io::Result<Alarm> {
            Ok(Alarm(Mutex::new(Moment::NEVER), Condvar::new()))
        }

        /// Sets it for a moment instead of an earlier one.
        pub fn set(&self, at: Moment) -> io::Result<()> {
            *self.0.lock().unwrap_or_else(|broken| broken.into_inner()) = at;
            self.1.notify_all();
            Ok(())
        }

        /// Waits until it rings. What it was set for may have changed just then.
        pub fn rung(&self) -> io::Result<()> {
            let mut at = self.0.lock().unwrap_or_else(|broken| broken.into_inner());
            while !at.left().is_zero() {
                let waited = self.1.wait_timeout(at, at.left().min(LOOK));
                at = waited.unwrap_or_else(|broken| broken.into_inner()).0;
            }
            *at = Moment::NEVER;
            Ok(())
        }
    }
}
