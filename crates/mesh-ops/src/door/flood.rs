//! How often the node answers whom: one participant by its trust, one address, everybody together.
//!
//! Each of them has a bucket: so many requests at once after a pause, and so many a second on average.
//! A bucket is one moment, the one at which it would be full again, so what is idle needs no memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use mesh_core::Access;
use mesh_model::events::{RequestRate, Trust};
use mesh_model::limits::{
    GUARD_CHECK_KIB_BURST, GUARD_CHECK_KIB_PER_SECOND, JOURNAL_LINES_BURST,
    JOURNAL_LINES_PER_SECOND, JOURNAL_UNTRUSTED_LINES_BURST, JOURNAL_UNTRUSTED_LINES_PER_SECOND,
    PUBLIC_ALL_BURST, PUBLIC_ALL_PER_SECOND, PUBLIC_BURST, PUBLIC_PER_SECOND,
};
use mesh_model::{Actor, Effect, ErrorCode, Millis, ParticipantId, Refusal};

use crate::door::{Caller, Door};

/// Buckets that are kept at one time. Those that are nearly full again are forgotten first.
const BUCKETS_MAX: usize = 65_536;

/// Whose bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Participant(ParticipantId),
    /// Of KiB instead of requests.
    GuardChecks(ParticipantId),
    /// Of lines.
    Journal(ParticipantId),
    /// IPv4 whole, of IPv6 the network: a host has as many addresses in it as it likes.
    Address([u8; 8]),
}

/// All buckets. Each is the moment, in nanoseconds, at which it is full again.
#[derive(Debug, Default)]
pub(crate) struct Flood {
    buckets: Mutex<HashMap<Whose, u64>>,
    everybody: Mutex<u64>,
}

impl Flood {
    fn take(&self, whose: Whose, rate: RequestRate, now: Millis) -> Result<(), u64> {
        self.take_more(whose, rate, 1, now)
    }

    fn take_more(
        &self,
        whose: Whose,
        rate: RequestRate,
        much: u64,
        now: Millis,
    ) -> Result<(), u64> {
        if rate.per_second == 0 {
            return Ok(());
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&whose) {
            make_room(&mut buckets, nanos(now));
        }
        take(buckets.entry(whose).or_default(), rate, much, now)
    }

    fn take_of_all(&self, rate: RequestRate, now: Millis) -> Result<(), u64> {
        let mut bucket = self
            .everybody
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        take(&mut bucket, rate, 1, now)
    }
}

/// Forgets the buckets that are full, and if those are few, the fuller half of all.
fn make_room(buckets: &mut HashMap<Whose, u64>, now: u64) {
    buckets.retain(|_, full_at| *full_at > now);
    if buckets.len() > BUCKETS_MAX / 2 {
        let mut all: Vec<u64> = buckets.values().copied().collect();
        let middle = all.len() / 2;
        let median = *all.select_nth_unstable(middle).1;
        buckets.retain(|_, full_at| *full_at > median);
    }
}

fn nanos(at: Millis) -> u64 {
    at.0.saturating_mul(1_000_000)
}

/// Takes so much from a bucket, or gives the milliseconds until it is in it.
fn take(full_at: &mut u64, rate: RequestRate, much: u64, now: Millis) -> Result<(), u64> {
    if rate.per_second == 0 {
        return Ok(());
    }
    let now = nanos(now);
    let one = 1_000_000_000 / u64::from(rate.per_second);
    let all = one * u64::from(rate.burst.max(1));
    let then = (*full_at).max(now) + one * much;
    match (then - now).checked_sub(all) {
        None | Some(0) => {
            *full_at = then;
            Ok(())
        }
        Some(wait) => Err(wait.div_ceil(1_000_000)),
    }
}

fn network(address: IpAddr) -> Whose {
    let mut key = [0; 8];
    match address.to_canonical() {
        IpAddr::V4(four) => key[..4].copy_from_slice(&four.octets()),
        IpAddr::V6(six) => {
            key.copy_from_slice(&six.octets()[..8]);
            // No IPv4 address begins so: 240.0.0.0/4 is nobody's.
            key[0] |= 0xf0;
        }
    }
    Whose::Address(key)
}

fn refused(what: &str, rate: RequestRate, wait_ms: u64) -> Refusal {
    Refusal::new(
        ErrorCode::RateLimited,
        format!(
            "{what} has used up the {} requests at once and {} a second that this node answers",
            rate.burst, rate.per_second
        ),
        Effect::NothingDone,
        "wait as long as retry_after_ms says; the owner can set the limits with limits.set",
    )
    .retry_after_ms(wait_ms.max(1))
}

impl Door {
    /// Counts a request. The owner is never limited, so that it can always set things right.
    pub(crate) fn limit(&self, caller: &Caller, address: Option<IpAddr>) -> Result<(), Refusal> {
        let access = self.node().access();
        let me = caller.actor.and_then(Actor::participant);
        if me.is_some_and(|me| access.is_owner(me)) {
            return Ok(());
        }
        self.limit_as(&access, me, address, self.node().now())
    }

    /// Counts a connection of another node, which shows who it is only later, as a request of nobody.
    pub fn admit_node(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        self.limit(&Caller::nobody(), address)
    }

    /// Counts a text that the guard is asked about by its size: looking costs more than a request. The owner is never
    /// limited.
    pub(crate) fn limit_check(&self, me: ParticipantId, bytes: usize) -> Result<(), Refusal> {
        const RATE: RequestRate = RequestRate {
            per_second: GUARD_CHECK_KIB_PER_SECOND,
            burst: GUARD_CHECK_KIB_BURST,
        };
        if self.node().access().is_owner(me) {
            return Ok(());
        }
        let much = bytes.div_ceil(1024).max(1) as u64;
        let (whose, now) = (Whose::GuardChecks(me), self.node().now());
        let taken = self.flood().take_more(whose, RATE, much, now);
        taken.map_err(|wait| {
            Refusal::new(
                ErrorCode::RateLimited,
                format!(
                    "this participant has had the guard look at {GUARD_CHECK_KIB_BURST} KiB at once and {GUARD_CHECK_KIB_PER_SECOND} KiB a second, which is as much as it may"
                ),
                Effect::NothingDone,
                "wait as long as retry_after_ms says; what is posted is looked at all the same",
            )
            .retry_after_ms(wait.max(1))
        })
    }

    /// Counts a request of the public page by its network and for all together, beside all other counts. How often it may come
    /// is no setting: nobody waits for what the public reads.
    pub(crate) fn limit_public(&self, address: IpAddr) -> Result<(), Refusal> {
        const ONE: RequestRate = RequestRate {
            per_second: PUBLIC_PER_SECOND,
            burst: PUBLIC_BURST,
        };
        const ALL: RequestRate = RequestRate {
            per_second: PUBLIC_ALL_PER_SECOND,
            burst: PUBLIC_ALL_BURST,
        };
        let (flood, now) = (self.public_flood(), self.node().now());
        let taken = flood.take(network(address), ONE, now);
        taken
            .and_then(|()| flood.take_of_all(ALL, now))
            .map_err(|wait| {
                Refusal::new(
                    ErrorCode::RateLimited,
                    "the public page was asked for too often",
                    Effect::NothingDone,
                    "wait as long as retry_after_ms says; the page refreshes by itself",
                )
                .retry_after_ms(wait.max(1))
            })
    }

    /// Counts a delivery of an inlet, by its bridge: it proved itself, so it may come as often as one federated participant.
    pub(crate) fn limit_inlet(&self, bridge: ParticipantId) -> Result<(), Refusal> {
        let rate = self.node().access().limits().federated;
        let taken = self
            .flood()
            .take(Whose::Participant(bridge), rate, self.node().now());
        taken.map_err(|wait| refused("this inlet", rate, wait))
    }

    /// Counts lines of a journal: a program that goes astray fills nobody's disk with them.
    pub(crate) fn limit_journal(&self, me: ParticipantId, lines: usize) -> Result<(), Refusal> {
        let access = self.node().access();
        let rate = match access.trust_of(me, false) {
            Trust::Local | Trust::Owner => RequestRate {
                per_second: JOURNAL_LINES_PER_SECOND,
                burst: JOURNAL_LINES_BURST,
            },
            Trust::Untrusted | Trust::Federated => RequestRate {
                per_second: JOURNAL_UNTRUSTED_LINES_PER_SECOND,
                burst: JOURNAL_UNTRUSTED_LINES_BURST,
            },
        };
        let (lines, now) = (lines as u64, self.node().now());
        let taken = self.flood().take_more(Whose::Journal(me), rate, lines, now);
        taken.map_err(|wait| {
            Refusal::new(
                ErrorCode::RateLimited,
                format!(
                    "this participant has written more than {} lines at once and {} a second",
                    rate.burst, rate.per_second
                ),
                Effect::NothingKept,
                "wait as long as retry_after_ms says, and leave out what nobody will read",
            )
            .retry_after_ms(wait.max(1))
        })
    }

    fn limit_as(
        &self,
        access: &Access,
        me: Option<ParticipantId>,
        address: Option<IpAddr>,
        now: Millis,
    ) -> Result<(), Refusal> {
        let (limits, flood) = (access.limits(), self.flood());
        let trust = me.map(|me| access.trust_of(me, false));
        if let (Some(me), Some(trust)) = (me, trust) {
            let rate = match trust {
                Trust::Untrusted => limits.untrusted,
                Trust::Federated => limits.federated,
                Trust::Local | Trust::Owner => limits.local,
            };
            flood
                .take(Whose::Participant(me), rate, now)
                .map_err(|wait| refused("this participant", rate, wait))?;
        }
        let unknown = trust.is_none_or(|trust| trust == Trust::Untrusted);
        if let Some(address) = address.filter(|_| unknown) {
            let rate = limits.address;
            flood
                .take(network(address), rate, now)
                .map_err(|wait| refused("this address", rate, wait))?;
        }
        let rate = limits.instance;
        flood
            .take_of_all(rate, now)
            .map_err(|wait| refused("everybody together", rate, wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: RequestRate = RequestRate {
        per_second: 4,
        burst: 2,
    };
    const NOW: Millis = Millis(1_763_705_000_000);

    #[test]
    fn a_bucket_empties_and_fills() {
        let mut bucket = 0;
        let mut at = |ms: u64| take(&mut bucket, RATE, 1, Millis(NOW.0 + ms));
        assert_eq!((at(0), at(0)), (Ok(()), Ok(())));
        assert_eq!(at(0), Err(250));
        assert_eq!(at(249), Err(1));
        assert_eq!(at(250), Ok(()));
        assert_eq!(at(250), Err(250));
        // After a pause as many as at first, and no more.
        assert_eq!((at(60_000), at(60_000)), (Ok(()), Ok(())));
        assert!(at(60_000).is_err());
        // A clock that is put back neither helps nor locks anybody out for longer than the bucket.
        assert!(at(59_000).is_err());
    }

    #[test]
    fn what_is_large_takes_more() {
        let mut bucket = 0;
        assert_eq!(take(&mut bucket, RATE, 2, NOW), Ok(()));
        assert_eq!(take(&mut bucket, RATE, 2, NOW), Err(500));
        assert_eq!(take(&mut bucket, RATE, 2, Millis(NOW.0 + 500)), Ok(()));
        assert!(take(&mut bucket, RATE, 3, Millis(NOW.0 + 60_000)).is_err());
    }

    #[test]
    fn no_limit_is_no_limit() {
        let mut bucket = 0;
        let rate = RequestRate {
            per_second: 0,
            burst: 1,
        };
        assert!((0..1000).all(|_| take(&mut bucket, rate, 1, NOW).is_ok()));
    }

    #[test]
    fn buckets_are_bounded_and_the_emptiest_stay() {
        let flood = Flood::default();
        let slow = RequestRate {
            per_second: 1,
            burst: 100,
        };
        let busy = Whose::Address([255; 8]);
        for _ in 0..100 {
            flood.take(busy, slow, NOW).unwrap();
        }
        for number in 0..3 * BUCKETS_MAX as u64 {
            flood
                .take(Whose::Address(number.to_be_bytes()), slow, NOW)
                .unwrap();
            assert!(flood.buckets.lock().unwrap().len() <= BUCKETS_MAX);
        }
        assert!(flood.take(busy, slow, NOW).is_err());
    }

    #[test]
    fn one_host_has_one_bucket() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:1::1"));
    }
}
