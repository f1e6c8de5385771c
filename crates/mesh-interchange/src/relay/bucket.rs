//! How often somebody may do something: so much at once after a pause, and so much a second on average.
//!
//! A bucket is one moment, the one at which it is full again, so what is idle needs no memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use tokio::time::Instant;

/// Buckets of one kind that are kept at a time. Those that are full again are forgotten first.
const BUCKETS_MAX: usize = 65_536;

/// How much, and how much at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub per_second: f64,
    pub burst: f64,
}

impl Rate {
    pub const fn new(per_second: f64, burst: f64) -> Rate {
        Rate { per_second, burst }
    }
}

/// What one has used up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bucket(Instant);

impl Bucket {
    pub fn full(now: Instant) -> Bucket {
        Bucket(now)
    }

    /// Takes so much, and gives how long to wait before it is used: nothing mostly.
    pub fn take(&mut self, rate: Rate, much: f64, now: Instant) -> Duration {
        let full_at = self.0.max(now) + Duration::from_secs_f64(much / rate.per_second);
        self.0 = full_at;
        let all = Duration::from_secs_f64(rate.burst / rate.per_second);
        (full_at - now).saturating_sub(all)
    }

    /// Takes so much if it is there at once.
    pub fn try_take(&mut self, rate: Rate, much: f64, now: Instant) -> bool {
        let before = self.0;
        let there = self.take(rate, much, now).is_zero();
        if !there {
            self.0 = before;
        }
        there
    }
}

/// The buckets of many.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    rate: Rate,
    all: HashMap<K, Bucket>,
}

impl<K: Hash + Eq> Buckets<K> {
    pub fn new(rate: Rate) -> Buckets<K> {
        Buckets {
            rate,
            all: HashMap::new(),
        }
    }

    /// Whether there is one in this bucket. It stays there.
    pub fn has(&self, whose: &K, now: Instant) -> bool {
        let bucket = self.all.get(whose).copied();
        bucket.is_none_or(|mut bucket| bucket.try_take(self.rate, 1.0, now))
    }

    /// Takes one from this bucket if there is one.
    pub fn try_take(&mut self, whose: K, now: Instant) -> bool {
        if self.all.len() >= BUCKETS_MAX {
            self.all.retain(|_, bucket| bucket.0 > now);
        }
        if self.all.len() >= BUCKETS_MAX && !self.all.contains_key(&whose) {
            return false;
        }
        let bucket = self.all.entry(whose).or_insert(Bucket::full(now));
        bucket.try_take(self.rate, 1.0, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_much_at_once_and_so_much_a_second() {
        let (rate, now) = (Rate::new(10.0, 3.0), Instant::now());
        let mut bucket = Bucket::full(now);
        for _ in 0..3 {
            assert!(bucket.take(rate, 1.0, now).is_zero());
        }
        assert_eq!(bucket.take(rate, 1.0, now), Duration::from_millis(100));
        assert!(!bucket.try_take(rate, 1.0, now));
        assert!(bucket.try_take(rate, 1.0, now + Duration::from_millis(200)));
        let mut buckets = Buckets::new(rate);
        assert!((0..3).all(|_| buckets.try_take("one", now)));
        assert!(!buckets.try_take("one", now) && buckets.try_take("other", now));
    }
}
