//! Numbers and times as people say them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mesh_model::Millis;

/// `1 agent`, `3 agents`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Millionths of a dollar: `$0`, `$0.0042`, `$1.30`, `$1204`. Small sums keep two digits that say something.
pub fn money(micros: u64) -> String {
    let value = micros as f64 / 1e6;
    match micros {
        0 => "$0".to_owned(),
        100_000_000.. => format!("${value:.0}"),
        100_000.. => format!("${value:.2}"),
        _ => {
            let digits = (1.0 - value.log10().floor()).min(6.0) as usize;
            format!("${value:.digits$}")
        }
    }
}

/// A span in its largest unit.
pub fn span(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The time of day where the reader is, `12:03`.
pub fn clock(at: Millis, zone: &TimeZone) -> String {
    stamp(at, zone, "%H:%M")
}

/// The day where the reader is, `Mon 30 Nov 2026`.
pub fn day(at: Millis, zone: &TimeZone) -> String {
    stamp(at, zone, "%a %-d %b %Y")
}

fn stamp(at: Millis, zone: &TimeZone, form: &str) -> String {
    let stamp = i64::try_from(at.0).map(Timestamp::from_millisecond);
    match stamp {
        Ok(Ok(stamp)) => stamp.to_zoned(zone.clone()).strftime(form).to_string(),
        _ => "--:--".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_keep_what_says_something() {
        for (micros, words) in [
            (0, "$0"),
            (4_200, "$0.0042"),
            (1_300_000, "$1.30"),
            (420_000, "$0.42"),
            (1_204_000_000, "$1204"),
        ] {
            assert_eq!(money(micros), words);
        }
    }

    #[test]
    fn times_are_of_the_readers_place() {
        let at = Millis::parse("2026-11-30T12:03:00Z").unwrap();
        assert_eq!(clock(at, &TimeZone::UTC), "12:03");
        assert_eq!(day(at, &TimeZone::UTC), "Mon 30 Nov 2026");
        assert_eq!(clock(Millis(u64::MAX), &TimeZone::UTC), "--:--");
    }
}
