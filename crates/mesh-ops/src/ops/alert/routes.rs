//! By which ways somebody is told of alerts, and when what is gathered is told. It stands beside what one wants to hear, in the
//! vault: nobody else's business, and no fact of the mesh.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use serde::{Deserialize, Serialize};

use mesh_model::events::AlertSeverity;

use crate::ops::attention;
use crate::prelude::*;

/// What is kept of a person's routes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    pub routes: AlertRoutes,
    /// Up to when what was gathered is told, unix milliseconds.
    pub told: u64,
}

impl Kept {
    /// When what is gathered is told next.
    fn due(&self) -> Option<Millis> {
        next(self.routes.digest.as_ref()?, Millis(self.told))
    }
}

/// What is gathered for somebody's browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gathered {
    /// How many alerts wait for it that were not told one by one.
    pub count: usize,
    /// The newest of them.
    pub newest: Seq,
}

impl Door {
    pub(super) async fn kept_routes(&self, who: ParticipantId) -> Result<Kept, Refusal> {
        let wishes = self.vault(move |vault| vault.attention(who)).await?;
        Ok(attention::routes(wishes.as_deref()))
    }

    pub(super) async fn keep_routes(
        &self,
        who: ParticipantId,
        change: impl FnOnce(&mut Kept),
    ) -> Result<Kept, Refusal> {
        let _turn = self.wishes_turn().await;
        let wishes = self.vault(move |vault| vault.attention(who)).await?;
        let mut kept = attention::routes(wishes.as_deref());
        change(&mut kept);
        let text = attention::with_routes(wishes.as_deref(), &kept)?;
        self.vault(move |vault| vault.put_attention(who, &text))
            .await?;
        Ok(kept)
    }

    /// By which ways somebody is told of alerts.
    pub async fn alert_routes(&self, who: ParticipantId) -> Result<AlertRoutes, Refusal> {
        Ok(self.kept_routes(who).await?.routes)
    }

    /// When what is gathered for somebody is told next; nothing if it wants alerts one by one. A time that passed while the node
    /// was down is in the past: then it is told at once.
    pub async fn digest_due(&self, who: ParticipantId) -> Result<Option<Millis>, Refusal> {
        Ok(self.kept_routes(who).await?.due())
    }

    /// What is gathered was told, or there was nothing to tell.
    pub async fn digest_told(&self, who: ParticipantId) -> Result<(), Refusal> {
        let now = self.node().now();
        self.keep_routes(who, |kept| kept.told = now.0)
            .await
            .map(drop)
    }

    /// What waits for somebody below `critical` that its browsers are told of together.
    pub async fn gathered(&self, who: ParticipantId) -> Result<Option<Gathered>, Refusal> {
        let routes = self.kept_routes(who).await?.routes;
        let (access, work) = (self.node().access(), self.node().work());
        let waits = work.alerts().all_open().filter(|found| {
            // The same that would be told one by one.
            found.severity == AlertSeverity::Warning
                && work.alerts().rule(found.cause.kind()).push
                && routes.push.takes(found.severity)
                && super::sees(&access, who, found)
                && found.tells(&access, &work, who)
        });
        let ids: Vec<Seq> = waits.filter_map(|found| found.raised).collect();
        Ok(ids.iter().max().map(|newest| Gathered {
            count: ids.len(),
            newest: *newest,
        }))
    }
}

/// The first time after `after`, by the clocks of the digest's zone.
pub(super) fn next(digest: &AlertDigest, after: Millis) -> Option<Millis> {
    let zone = TimeZone::get(&digest.zone).ok()?;
    let after = Timestamp::from_millisecond(i64::try_from(after.0).ok()?).ok()?;
    let from = after.to_zoned(zone);
    let due = match digest.every {
        DigestEvery::Hour => {
            let hour = from.with().minute(0).second(0).subsec_nanosecond(0);
            hour.build().ok()?.checked_add(1.hour()).ok()?
        }
        DigestEvery::Day => {
            let time = attention::time(&digest.at)?;
            let on = |days: i64| -> Option<Zoned> {
                let date = from.date().checked_add(days.days()).ok()?;
                // A time that clocks leap over comes as much later; of one that comes twice the first counts.
                date.to_datetime(time)
                    .to_zoned(from.time_zone().clone())
                    .ok()
            };
            (0..=2).filter_map(on).find(|due| *due > from)?
        }
    };
    u64::try_from(due.timestamp().as_millisecond())
        .ok()
        .map(Millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(every: DigestEvery, at: &str, zone: &str, now: &str) -> String {
        let digest = AlertDigest {
            every,
            at: at.to_owned(),
            zone: zone.to_owned(),
        };
        let now: Timestamp = now.parse().unwrap();
        let due = next(
            &digest,
            Millis(u64::try_from(now.as_millisecond()).unwrap()),
        );
        let due = Timestamp::from_millisecond(due.unwrap().0.cast_signed());
        due.unwrap().to_string()
    }

    #[test]
    fn a_day_s_digest_comes_by_the_clock_on_the_wall() {
        let berlin = |now| after(DigestEvery::Day, "08:00", "Europe/Berlin", now);
        assert_eq!(berlin("2026-01-05T06:59:59Z"), "2026-01-05T07:00:00Z");
        assert_eq!(berlin("2026-01-05T07:00:00Z"), "2026-01-06T07:00:00Z");
        // Summer begins in the night to the 29th.
        assert_eq!(berlin("2026-03-28T08:00:00Z"), "2026-03-29T06:00:00Z");
        // 02:30 is leapt over that night, and comes twice on the 25th of October.
        let night = |now| after(DigestEvery::Day, "02:30", "Europe/Berlin", now);
        assert_eq!(night("2026-03-28T12:00:00Z"), "2026-03-29T01:30:00Z");
        assert_eq!(night("2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(night("2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
    }

    #[test]
    fn an_hour_s_digest_comes_at_the_full_hour_there() {
        let delhi = |now| after(DigestEvery::Hour, "00:00", "Asia/Kolkata", now);
        assert_eq!(delhi("2026-01-05T06:10:00Z"), "2026-01-05T06:30:00Z");
        assert_eq!(delhi("2026-01-05T06:30:00Z"), "2026-01-05T07:30:00Z");
    }

    #[test]
    fn what_passed_while_the_node_was_down_is_due_at_once() {
        let mut kept = Kept {
            routes: AlertRoutes {
                digest: Some(AlertDigest {
                    every: DigestEvery::Day,
                    at: "08:00".to_owned(),
                    zone: "UTC".to_owned(),
                }),
                ..AlertRoutes::default()
            },
            told: 0,
        };
        assert_eq!(kept.due(), Some(Millis(8 * 3_600_000)));
        kept.told = 9 * 3_600_000;
        assert_eq!(kept.due(), Some(Millis(32 * 3_600_000)));
        kept.routes.digest = None;
        assert_eq!(kept.due(), None);
    }
}
