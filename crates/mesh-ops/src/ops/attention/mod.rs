//! What somebody wants to hear. It is the vault's, beside the positions of inboxes: nobody else's business, and no fact of the mesh.

mod get;
mod set;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use mesh_model::policy::Day;

use serde_json::{Map, Value};

use crate::ops::alert::routes::Kept as Routes;
use crate::prelude::*;

impl Door {
    /// What somebody wants to hear.
    pub async fn attention(&self, who: ParticipantId) -> Result<Attention, Refusal> {
        let now = self.node().now();
        let kept = self.vault(move |vault| vault.attention(who)).await?;
        Ok(described(wishes(kept.as_deref()), now))
    }
}

/// By which ways one is told of alerts stands beside what one wants to hear.
const ALERTS: &str = "alerts";

/// What is kept of somebody, taken apart. What cannot be read is as if nothing was wished for.
fn parts(kept: Option<&str>) -> Map<String, Value> {
    let read = kept.and_then(|text| serde_json::from_str(text).ok());
    read.unwrap_or_default()
}

fn wishes(kept: Option<&str>) -> AttentionInput {
    let mut parts = parts(kept);
    parts.remove(ALERTS);
    serde_json::from_value(Value::Object(parts)).unwrap_or_default()
}

/// The routes of alerts that are kept.
pub(crate) fn routes(kept: Option<&str>) -> Routes {
    let found = parts(kept).remove(ALERTS);
    found
        .and_then(|found| serde_json::from_value(found).ok())
        .unwrap_or_default()
}

/// What is kept, with other routes of alerts.
pub(crate) fn with_routes(kept: Option<&str>, routes: &Routes) -> Result<String, Refusal> {
    let mut parts = parts(kept);
    let unwritten = |why| refuse::internal(format!("it cannot be written: {why}"));
    let routes = serde_json::to_value(routes).map_err(unwritten)?;
    parts.insert(ALERTS.to_owned(), routes);
    serde_json::to_string(&parts).map_err(unwritten)
}

/// What is kept, with other wishes; the routes of alerts stay.
fn with_wishes(kept: Option<&str>, wishes: &AttentionInput) -> Result<String, Refusal> {
    let unwritten = |why| refuse::internal(format!("it cannot be written: {why}"));
    let mut whole = serde_json::to_value(wishes).map_err(unwritten)?;
    if let (Some(whole), Some(routes)) = (whole.as_object_mut(), parts(kept).remove(ALERTS)) {
        whole.insert(ALERTS.to_owned(), routes);
    }
    serde_json::to_string(&whole).map_err(unwritten)
}

fn described(kept: AttentionInput, now: Millis) -> Attention {
    Attention {
        held_until: held_until(&kept, now),
        rooms: kept.rooms,
        quiet: kept.quiet,
        silent_until: kept.silent_until,
        urgent: kept.urgent,
    }
}

/// Until when nothing may disturb, if it is so now.
fn held_until(kept: &AttentionInput, now: Millis) -> Option<Millis> {
    let silent = kept.silent_until.filter(|until| *until > now);
    let quiet = kept
        .quiet
        .as_ref()
        .and_then(|hours| quiet_until(hours, now));
    silent.max(quiet)
}

/// When the quiet hours end, if it is within them. Over a change of the clocks they begin and end by the clock on the wall.
fn quiet_until(hours: &QuietHours, now: Millis) -> Option<Millis> {
    let (from, to) = (time(&hours.from)?, time(&hours.to)?);
    let zone = TimeZone::get(&hours.zone).ok()?;
    let now = Timestamp::from_millisecond(now.0.cast_signed()).ok()?;
    let now = now.to_zoned(zone);
    let began_today = now.time() >= from;
    // Hours that began the day before may go on today.
    let (begins, ends) = match (began_today, from < to) {
        (true, true) => (now.clone(), at(&now, to)?),
        (true, false) => (now.clone(), at(&now.checked_add(1.day()).ok()?, to)?),
        (false, true) => return None,
        (false, false) => (now.checked_sub(1.day()).ok()?, at(&now, to)?),
    };
    let on = hours.days.is_empty() || hours.days.contains(&day(begins.weekday()));
    let ends_ms = ends.timestamp().as_millisecond();
    (on && ends > now).then_some(Millis(u64::try_from(ends_ms).ok()?))
}

fn at(day: &Zoned, time: Time) -> Option<Zoned> {
    let moment = day.date().to_datetime(time);
    moment.to_zoned(day.time_zone().clone()).ok()
}

/// Reads `HH:MM`.
pub(crate) fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let two = |part: &str| part.parse::<i8>().ok().filter(|_| digits(part));
    Time::new(two(hour)?, two(minute)?, 0, 0).ok()
}

fn day(of: Weekday) -> Day {
    let index = usize::try_from(of.to_monday_zero_offset()).unwrap_or_default();
    Day::ALL[index]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(days: &[Day], from: &str, to: &str, now: &str) -> Option<String> {
        let hours = QuietHours {
            days: days.to_vec(),
            from: from.to_owned(),
            to: to.to_owned(),
            zone: "Europe/Berlin".to_owned(),
        };
        let now: Timestamp = now.parse().unwrap();
        let now = Millis(u64::try_from(now.as_millisecond()).unwrap());
        let ends = quiet_until(&hours, now)?;
        let ends = Timestamp::from_millisecond(ends.0.cast_signed()).unwrap();
        Some(ends.to_string())
    }

    #[test]
    fn quiet_hours_go_over_midnight_and_over_a_change_of_the_clocks() {
        use Day::*;
        let night = |days: &[Day], now| until(days, "22:00", "07:00", now);
        // 21:59 and 22:00 in winter; 2026-01-05 is a Monday.
        assert_eq!(night(&[], "2026-01-05T20:59:00Z"), None);
        let morning = Some("2026-01-06T06:00:00Z".to_owned());
        assert_eq!(night(&[], "2026-01-05T21:00:00Z"), morning);
        assert_eq!(night(&[], "2026-01-06T05:59:59Z"), morning);
        assert_eq!(night(&[], "2026-01-06T06:00:00Z"), None);
        // The night from Monday is Monday's.
        assert_eq!(night(&[Mon], "2026-01-06T05:00:00Z"), morning);
        assert_eq!(night(&[Tue], "2026-01-06T05:00:00Z"), None);
        // The night in which summer begins is an hour shorter.
        let summer = Some("2026-03-29T05:00:00Z".to_owned());
        assert_eq!(night(&[], "2026-03-28T21:00:00Z"), summer);
        let noon = |now| until(&[], "12:00", "13:00", now);
        assert_eq!(
            noon("2026-01-05T11:30:00Z").unwrap(),
            "2026-01-05T12:00:00Z"
        );
        assert_eq!(noon("2026-01-05T10:30:00Z"), None);
        assert_eq!(noon("2026-01-05T12:30:00Z"), None);
    }

    #[test]
    fn the_later_of_two_silences_counts() {
        let mut kept = AttentionInput {
            silent_until: Some(Millis(5)),
            ..AttentionInput::default()
        };
        assert_eq!(held_until(&kept, Millis(4)), Some(Millis(5)));
        assert_eq!(held_until(&kept, Millis(5)), None);
        kept.quiet = Some(QuietHours {
            days: Vec::new(),
            from: "00:00".to_owned(),
            to: "00:00".to_owned(),
            zone: "UTC".to_owned(),
        });
        assert_eq!(
            held_until(&kept, Millis(4)),
            Some(Millis(24 * 60 * 60 * 1000))
        );
    }

    #[test]
    fn wishes_and_routes_leave_each_other_as_they_are() {
        let silent = AttentionInput {
            silent_until: Some(Millis(5)),
            ..AttentionInput::default()
        };
        let old = serde_json::to_string(&silent).unwrap();
        assert_eq!(
            (wishes(Some(&old)), routes(Some(&old))),
            (silent.clone(), Routes::default())
        );
        let told = Routes {
            told: 7,
            ..Routes::default()
        };
        let both = with_routes(Some(&old), &told).unwrap();
        assert_eq!(
            (wishes(Some(&both)), routes(Some(&both))),
            (silent, told.clone())
        );
        let later = with_wishes(Some(&both), &AttentionInput::default()).unwrap();
        assert_eq!(
            (wishes(Some(&later)), routes(Some(&later))),
            (AttentionInput::default(), told)
        );
        assert_eq!(routes(Some("no json")), Routes::default());
    }

    #[test]
    fn only_times_of_the_day_are_times() {
        for bad in ["", "7:00", "24:00", "07:60", "07-00", "+7:00"] {
            assert_eq!(time(bad), None, "{bad}");
        }
    }
}
