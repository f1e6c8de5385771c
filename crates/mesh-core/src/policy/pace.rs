//! How often somebody spoke: one number per participant and limit, however long ago.
//!
//! The number is the moment at which the participant would be back at rest if each message took its
//! share of the limit's time (GCRA). Rests that are over are dropped, so this is bounded by who
//! spoke within the limits' spans.

use std::collections::BTreeMap;

use mesh_model::policy::Rate;
use mesh_model::{Millis, ParticipantId, RoomId};
use serde::{Deserialize, Serialize};

/// Entries kept before those that are over are looked for.
const SWEEP_AT: usize = 4096;
/// The place of slow mode among a room's limits.
pub const SLOW_MODE: u16 = u16::MAX;
/// The place of the pace of reactions, which every room has.
pub const REACTIONS: u16 = u16::MAX - 1;

/// When each participant is at rest again, by room and limit, microseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paces {
    #[serde(with = "pairs")]
    rest_us: BTreeMap<(RoomId, ParticipantId, u16), u64>,
    sweep_at: usize,
}

/// A rate in the form it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// The share of one message.
    share_us: u64,
    /// How far ahead of the clock the rest may lie.
    ahead_us: u64,
}

impl Pace {
    pub fn of(rate: Rate) -> Pace {
        let span = u64::from(rate.seconds.max(1)) * 1_000_000;
        let share_us = (span / u64::from(rate.count.max(1))).max(1);
        Pace {
            share_us,
            ahead_us: span - share_us.min(span),
        }
    }

    pub fn slow(seconds: u32) -> Pace {
        Pace::of(Rate { count: 1, seconds })
    }
}

impl Paces {
    /// How long to wait, milliseconds; nothing if one more fits now, behind `before` others that are not counted yet.
    pub fn wait_ms(
        &self,
        room: RoomId,
        who: ParticipantId,
        limit: u16,
        pace: Pace,
        before: u32,
        now: Millis,
    ) -> Option<u64> {
        let now_us = now.0.saturating_mul(1000);
        let rest = self.rest_us.get(&(room, who, limit)).copied();
        let rest = rest.unwrap_or(now_us).max(now_us);
        let rest = rest.saturating_add(pace.share_us.saturating_mul(u64::from(before)));
        let over = rest.saturating_sub(pace.ahead_us).saturating_sub(now_us);
        (over > 0).then(|| over.div_ceil(1000))
    }

    /// Counts one message.
    pub fn count(&mut self, room: RoomId, who: ParticipantId, limit: u16, pace: Pace, now: Millis) {
        let now_us = now.0.saturating_mul(1000);
        let rest = self.rest_us.entry((room, who, limit)).or_insert(0);
        *rest = (*rest).max(now_us).saturating_add(pace.share_us);
        if self.rest_us.len() > self.sweep_at.max(SWEEP_AT) {
            self.rest_us.retain(|_, rest| *rest > now_us);
            self.sweep_at = self.rest_us.len() * 2;
        }
    }

    /// A new policy counts anew.
    pub fn forget(&mut self, room: RoomId) {
        self.rest_us.retain(|(known, ..), _| *known != room);
    }
}

mod pairs {
    use super::{BTreeMap, ParticipantId, RoomId};
    use serde::{Deserialize, Deserializer, Serializer};

    type Key = (RoomId, ParticipantId, u16);

    pub fn serialize<S: Serializer>(map: &BTreeMap<Key, u64>, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(map)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<Key, u64>, D::Error> {
        Ok(Vec::<(Key, u64)>::deserialize(d)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_an_even_pace() {
        let (room, who) = (RoomId(uuid::Uuid::nil()), ParticipantId(uuid::Uuid::nil()));
        let pace = Pace::of(Rate {
            count: 3,
            seconds: 60,
        });
        let mut paces = Paces::default();
        assert_eq!(paces.wait_ms(room, who, 0, pace, 2, Millis(1000)), None);
        assert_eq!(
            paces.wait_ms(room, who, 0, pace, 3, Millis(1000)),
            Some(20_000)
        );
        for _ in 0..3 {
            assert_eq!(paces.wait_ms(room, who, 0, pace, 0, Millis(1000)), None);
            paces.count(room, who, 0, pace, Millis(1000));
        }
        assert_eq!(
            paces.wait_ms(room, who, 0, pace, 0, Millis(1000)),
            Some(20_000)
        );
        assert_eq!(
            paces.wait_ms(room, who, 0, pace, 0, Millis(20_999)),
            Some(1)
        );
        assert_eq!(paces.wait_ms(room, who, 0, pace, 0, Millis(21_000)), None);
        paces.forget(room);
        assert_eq!(paces.wait_ms(room, who, 0, pace, 0, Millis(1000)), None);
        let slow = Pace::slow(5);
        paces.count(room, who, SLOW_MODE, slow, Millis(0));
        assert_eq!(
            paces.wait_ms(room, who, SLOW_MODE, slow, 0, Millis(1)),
            Some(4999)
        );
        let json = serde_json::to_string(&paces).unwrap();
        assert_eq!(serde_json::from_str::<Paces>(&json).unwrap(), paces);
    }
}
