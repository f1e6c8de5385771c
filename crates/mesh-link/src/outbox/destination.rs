//! Destinations: one for each origin, whatever goes there. A destination that does not answer is left alone for longer and
//! longer; when the time has come one tries, and the others hear of it. What waits for it costs nothing: it stands in the log.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::{Instant, sleep_until};

/// Requests to one destination at the same time.
const AT_ONCE_MAX: usize = 4;

/// How long is waited between attempts.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// After the first failure.
    pub first: Duration,
    /// At most.
    pub most: Duration,
    /// For an answer; so long nobody else tries a destination that did not answer before.
    pub answer: Duration,
    /// A destination that does not answer for so long is given up.
    pub give_up: Duration,
    /// A browser is told of what happens within so long at once.
    pub gather: Duration,
    /// Of one conversation a browser is told no sooner than this after the last time.
    pub again: Duration,
    /// Chance, so that not all come back at the same moment.
    pub chance: fn() -> u64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            first: Duration::from_secs(1),
            most: Duration::from_secs(5 * 60),
            answer: Duration::from_secs(15),
            give_up: Duration::from_secs(3 * 24 * 60 * 60),
            gather: Duration::from_secs(2),
            again: Duration::from_secs(20),
            chance: || getrandom::u64().unwrap_or_default(),
        }
    }
}

impl Pace {
    /// How long is waited after so many failures in a row: twice as long each time, between half and all of it by chance.
    pub(crate) fn after(&self, failures: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(31));
        let whole = self.first.saturating_mul(doubled).min(self.most);
        let share = 0.5 + 0.5 * ((self.chance)() as f64 / u64::MAX as f64);
        whole.mul_f64(share)
    }
}

/// All destinations that somebody sends to now.
#[derive(Debug)]
pub(super) struct Destinations {
    known: Mutex<HashMap<String, Weak<Destination>>>,
    pace: Pace,
}

/// Where one or several send to.
#[derive(Debug)]
pub(super) struct Destination {
    gate: Semaphore,
    breaker: watch::Sender<Breaker>,
    pace: Pace,
}

#[derive(Debug, Clone, Copy, Default)]
struct Breaker {
    /// Failures in a row.
    failures: u32,
    /// Until when nobody tries.
    until: Option<Instant>,
    /// When it first did not answer.
    since: Option<Instant>,
    /// Counts outcomes: of several requests under way at once, one failure counts.
    epoch: u64,
}

impl Breaker {
    /// The number of the turn, if somebody may send now. Whoever tries when the time is over is alone for so long.
    fn ask(&mut self, now: Instant, trial: Duration) -> Option<u64> {
        match self.until {
            Some(until) if until > now => None,
            Some(_) => {
                self.until = Some(now + trial);
                Some(self.epoch)
            }
            None => Some(self.epoch),
        }
    }

    /// A turn failed; says whether that is news.
    fn fail(&mut self, turn: u64, now: Instant, pace: Pace, wanted: Option<Duration>) -> bool {
        if self.epoch != turn {
            return false;
        }
        self.failures += 1;
        self.epoch += 1;
        let wait = pace.after(self.failures).max(wanted.unwrap_or_default());
        self.until = Some(now + wait);
        self.since = self.since.or(Some(now));
        true
    }
}

/// The right to send one request.
pub(super) struct Turn<'a> {
    destination: &'a Destination,
    epoch: u64,
    _permit: Option<SemaphorePermit<'a>>,
}

impl Destinations {
    pub fn new(pace: Pace) -> Destinations {
        Destinations {
            known: Mutex::default(),
            pace,
        }
    }

    /// The one destination of this origin.
    pub fn of(&self, origin: &str) -> Arc<Destination> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(origin).and_then(Weak::upgrade) {
            return found;
        }
        known.retain(|_, other| other.strong_count() > 0);
        let made = Arc::new(Destination {
            gate: Semaphore::new(AT_ONCE_MAX),
            breaker: watch::Sender::default(),
            pace: self.pace,
        });
        known.insert(origin.to_owned(), Arc::downgrade(&made));
        made
    }
}

impl Destination {
    /// When it may be tried again; nothing if now.
    pub fn closed_until(&self) -> Option<Instant> {
        self.breaker.borrow().until
    }

    /// For how long it has not answered.
    pub fn failing_for(&self) -> Duration {
        let since = self.breaker.borrow().since;
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Waits until it may be tried.
    pub async fn open(&self) {
        let mut changed = self.breaker.subscribe();
        loop {
            let until = changed.borrow_and_update().until;
            match until {
                Some(until) if until > Instant::now() => tokio::select! {
                    () = sleep_until(until) => return,
                    // The sender is `self`.
                    _ = changed.changed() => {}
                },
                _ => return,
            }
        }
    }

    /// Begins a request; not while it is left alone. Of several who come when its time is over, one tries.
    pub async fn begin(&self) -> Option<Turn<'_>> {
        let permit = self.gate.acquire().await.ok();
        let mut epoch = None;
        self.breaker.send_if_modified(|breaker| {
            epoch = breaker.ask(Instant::now(), 2 * self.pace.answer);
            breaker.until.is_some()
        });
        Some(Turn {
            destination: self,
            epoch: epoch?,
            _permit: permit,
        })
    }

    /// It answered.
    pub fn answered(&self) {
        self.breaker.send_modify(|breaker| {
            *breaker = Breaker {
                epoch: breaker.epoch + 1,
                ..Breaker::default()
            };
        });
    }
}

impl Turn<'_> {
    pub fn answered(self) {
        if self.destination.breaker.borrow().failures > 0 {
            self.destination.answered();
        }
    }

    /// It did not answer as one does who is well, and may have said for how long to leave it alone.
    pub fn failed(self, wanted: Option<Duration>) {
        let pace = self.destination.pace;
        self.destination
            .breaker
            .send_if_modified(|breaker| breaker.fail(self.epoch, Instant::now(), pace, wanted));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(chance: fn() -> u64) -> Pace {
        Pace {
            chance,
            ..Pace::default()
        }
    }

    #[test]
    fn waits_double_up_to_five_minutes_and_chance_takes_at_most_half() {
        let (least, most) = (pace(|| 0), pace(|| u64::MAX));
        let seconds: Vec<u64> = (1..=11).map(|n| most.after(n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(least.after(2), Duration::from_secs(1));
        assert_eq!(least.after(40), Duration::from_secs(150));
    }

    #[test]
    fn one_tries_when_the_time_is_over() {
        let (pace, trial) = (pace(|| u64::MAX), Duration::from_secs(30));
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let (one, two) = (
            breaker.ask(now, trial).unwrap(),
            breaker.ask(now, trial).unwrap(),
        );
        assert!(breaker.fail(one, now, pace, None));
        // Another request of the same moment says nothing new.
        assert!(!breaker.fail(two, now, pace, None));
        assert_eq!(breaker.ask(now + Duration::from_millis(999), trial), None);
        let later = now + Duration::from_secs(1);
        let third = breaker.ask(later, trial).unwrap();
        assert_eq!(breaker.ask(later, trial), None);
        assert!(breaker.fail(third, later, pace, None));
        assert_eq!(breaker.until, Some(later + Duration::from_secs(2)));
        assert_eq!(breaker.since, Some(now));
    }

    #[test]
    fn who_asks_to_be_left_alone_is_left_alone() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let wanted = Duration::from_secs(600);
        assert!(breaker.fail(0, now, pace(|| 0), Some(wanted)));
        assert_eq!(breaker.until, Some(now + wanted));
        assert!(breaker.fail(1, now, pace(|| 0), Some(Duration::ZERO)));
        assert_eq!(breaker.until, Some(now + Duration::from_secs(1)));
    }

    #[tokio::test]
    async fn whoever_waits_hears_that_it_answers_again() {
        let all = Destinations::new(Pace {
            first: Duration::from_secs(3600),
            most: Duration::from_secs(3600),
            ..Pace::default()
        });
        let destination = all.of("https://a.example");
        assert!(Arc::ptr_eq(&destination, &all.of("https://a.example")));
        destination.begin().await.unwrap().failed(None);
        assert!(destination.begin().await.is_none());
        assert!(all.of("https://b.example").begin().await.is_some());
        let mut waits = std::pin::pin!(destination.open());
        assert!(
            std::future::poll_fn(|context| std::task::Poll::Ready(
                waits.as_mut().poll(context).is_pending()
            ))
            .await
        );
        destination.answered();
        waits.await;
        assert!(destination.begin().await.is_some());
        assert_eq!(destination.failing_for(), Duration::ZERO);
    }
}
