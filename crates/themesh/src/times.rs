//! Times as people say them.

use std::time::SystemTime;

use mesh_model::Millis;

use crate::failure::{Effect, Failure, Outcome};

/// The clock of this machine.
#[expect(
    clippy::disallowed_methods,
    reason = "it only says how long ago something was, or turns a span into a moment that the node checks"
)]
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Millis(since.map_or(0, |since| since.as_millis() as u64))
}

/// How long ago, or in how long.
pub fn relative(at: Millis) -> String {
    between(at, now())
}

fn between(at: Millis, now: Millis) -> String {
    let (past, ms) = if at <= now {
        (true, now.since(at))
    } else {
        (false, at.since(now))
    };
    if ms < 1000 {
        return "now".to_owned();
    }
    let span = span(ms);
    if past {
        format!("{span} ago")
    } else {
        format!("in {span}")
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

/// A moment: so long from now, or RFC 3339.
pub fn later(text: &str) -> Outcome<Millis> {
    if let Some(at) = Millis::parse(text) {
        return Ok(at);
    }
    match seconds(text) {
        Ok(seconds) => Ok(now().plus(u64::from(seconds) * 1000)),
        Err(_) => Err(Failure::usage(
            format!("'{text}' is no time"),
            "for example 90m, 2h, 1d, or 2026-11-21T18:00:00Z",
        )
        .so(Effect::NothingSent)),
    }
}

/// When a day begins, for [`moment`].
pub const DAY_BEGINS: &str = "00:00:00Z";
/// When a day ends, for [`moment`].
pub const DAY_ENDS: &str = "23:59:59.999Z";

/// A day, which begins or ends at `clock`, RFC 3339, or so long ago.
pub fn moment(text: &str, clock: &str) -> Outcome<Millis> {
    let found = Millis::parse(text)
        .or_else(|| Millis::parse(&format!("{text}T{clock}")))
        .or_else(|| {
            let ago = u64::from(seconds(text).ok()?) * 1000;
            Some(Millis(now().0.saturating_sub(ago)))
        });
    found.ok_or_else(|| {
        Failure::usage(
            format!("'{text}' is no day and no time"),
            "for example 2026-11-21, 2026-11-21T06:20:38Z, or so long ago: 90m, 12h, 7d",
        )
        .so(Effect::NothingSent)
    })
}

/// Reads `30s`, `10m`, `2h` or `1d`.
pub fn seconds(text: &str) -> Outcome<u32> {
    let wrong = || {
        Failure::usage(
            format!("'{text}' is no time"),
            "for example 30s, 10m, 2h or 1d",
        )
        .so(Effect::NothingSent)
    };
    let unit = text.chars().last().ok_or_else(wrong)?;
    let each = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let number = text.strip_suffix(unit).unwrap_or_default();
    let number: u32 = number.parse().map_err(|_| wrong())?;
    number
        .checked_mul(each)
        .filter(|all| *all > 0)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(seconds("10m").unwrap(), 600);
        assert_eq!(seconds("1d").unwrap(), 86_400);
        for wrong in ["", "m", "10", "0s", "-1m", "5w", "99999999d", "1é"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn spans_are_said_in_their_largest_unit() {
        let now = Millis(1_000_000_000_000);
        for (ms, words) in [
            (0, "now"),
            (5_000, "5 s ago"),
            (150_000, "2 min ago"),
            (3 * 3_600_000, "3 h ago"),
            (3 * 86_400_000, "3 d ago"),
        ] {
            assert_eq!(between(Millis(now.0 - ms), now), words);
        }
        assert_eq!(between(now.plus(7_200_000), now), "in 2 h");
    }
}
