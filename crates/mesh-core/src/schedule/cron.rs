//! The five fields of cron.

use jiff::civil::Date;
use mesh_model::limits::CRON_CHARS_MAX;

/// Which minutes are meant, each field as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cron {
    pub minutes: u64,
    pub hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Both the day of the month and that of the week are named: then either will do.
    either: bool,
}

/// What a field takes: its name, from and to, and words for its values.
struct Field {
    name: &'static str,
    from: u32,
    to: u32,
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        from: 0,
        to: 59,
        words: &[],
    },
    Field {
        name: "hour",
        from: 0,
        to: 23,
        words: &[],
    },
    Field {
        name: "day of the month",
        from: 1,
        to: 31,
        words: &[],
    },
    Field {
        name: "month",
        from: 1,
        to: 12,
        words: &[
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
        ],
    },
    Field {
        name: "day of the week",
        from: 0,
        to: 7,
        words: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    },
];

/// Short names for what is often wanted.
const NAMED: [(&str, &str); 5] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
];

impl Cron {
    /// Reads an expression; otherwise what is wrong with it.
    pub fn parse(text: &str) -> Result<Cron, String> {
        if text.chars().count() > CRON_CHARS_MAX {
            return Err(format!("is longer than {CRON_CHARS_MAX} characters"));
        }
        let named = NAMED.iter().find(|(name, _)| *name == text.trim());
        let text = named.map_or(text, |(_, meant)| meant);
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minute, hour, day, month, weekday] = words[..] else {
            return Err(format!(
                "has {} fields, and cron has five: minute, hour, day of the month, month, day of the week",
                words.len()
            ));
        };
        let [minutes, hours, days, months, weekdays] = &FIELDS;
        let weekdays = weekdays.read(weekday)?;
        Ok(Cron {
            minutes: minutes.read(minute)?,
            hours: hours.read(hour)?,
            days: days.read(day)?,
            months: months.read(month)?,
            // Sunday is 0 and 7.
            weekdays: (weekdays | weekdays >> 7) & 0x7f,
            either: !day.starts_with('*') && !weekday.starts_with('*'),
        })
    }

    /// Whether it means minutes of every hour: then it is a pace and not a time of the day.
    pub fn is_hourly(&self) -> bool {
        self.hours == bits(0, 23, 1)
    }

    /// Whether it means something on this day.
    pub fn means(&self, date: Date) -> bool {
        let has = |set: u64, at: i8| set >> at & 1 == 1;
        let day = has(self.days, date.day());
        let weekday = has(self.weekdays, date.weekday().to_sunday_zero_offset());
        let fits = if self.either {
            day || weekday
        } else {
            day && weekday
        };
        has(self.months, date.month()) && fits
    }
}

/// The members of a set of bits.
pub fn members(set: u64) -> impl Iterator<Item = i8> {
    (0..64).filter(move |at| set >> at & 1 == 1)
}

fn bits(from: u32, to: u32, step: u32) -> u64 {
    (from..=to)
        .step_by(step as usize)
        .fold(0, |set, at| set | 1 << at)
}

impl Field {
    fn read(&self, text: &str) -> Result<u64, String> {
        let mut parts = text.split(',').map(|part| self.part(part));
        parts.try_fold(0, |set, part| Ok(set | part?))
    }

    fn part(&self, part: &str) -> Result<u64, String> {
        let bad = || {
            let Field { name, from, to, .. } = self;
            format!(
                "has '{part}' as {name}, which takes {from} to {to}, *, a-b, lists with commas and steps as */5"
            )
        };
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().map_err(|_| bad())?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (self.from, self.to),
            Some((from, to)) => (self.value(from), self.value(to))
                .into_both()
                .ok_or_else(bad)?,
            None => {
                let from = self.value(range).ok_or_else(bad)?;
                // A step without an end goes on to the last.
                (from, if part.contains('/') { self.to } else { from })
            }
        };
        if step == 0 || from > to {
            return Err(bad());
        }
        Ok(bits(from, to, step))
    }

    fn value(&self, text: &str) -> Option<u32> {
        let word = self
            .words
            .iter()
            .position(|word| word.eq_ignore_ascii_case(text));
        let number = match word {
            Some(at) => self.from + u32::try_from(at).ok()?,
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok()?,
            None => return None,
        };
        (self.from..=self.to).contains(&number).then_some(number)
    }
}

trait Both<T> {
    fn into_both(self) -> Option<(T, T)>;
}

impl<T> Both<T> for (Option<T>, Option<T>) {
    fn into_both(self) -> Option<(T, T)> {
        Some((self.0?, self.1?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Vec<i8> {
        members(FIELDS[0].read(text).unwrap()).collect()
    }

    #[test]
    fn fields_take_lists_ranges_and_steps() {
        assert_eq!(set("5"), [5]);
        assert_eq!(set("0,30"), [0, 30]);
        assert_eq!(set("10-13"), [10, 11, 12, 13]);
        assert_eq!(set("10-20/5"), [10, 15, 20]);
        assert_eq!(set("50/3"), [50, 53, 56, 59]);
        assert_eq!(set("*/20,1"), [0, 1, 20, 40]);
        assert_eq!(set("*").len(), 60);
    }

    #[test]
    fn what_is_no_cron_is_refused() {
        for bad in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 8",
            "*/0 * * * *",
            "5-1 * * * *",
            "a * * * *",
            "-1 * * * *",
            "1- * * * *",
            "+1 * * * *",
            "* * * MON *",
            "1,,2 * * * *",
            "@never",
            "1/ * * * *",
        ] {
            assert!(Cron::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Cron::parse(&format!("{} * * * *", "1,".repeat(60))).is_err());
    }

    #[test]
    fn days_of_month_and_week_are_either_if_both_are_named() {
        let date = |day| jiff::civil::date(2026, 11, day);
        // The 30th of November 2026 is a Monday.
        let both = Cron::parse("0 9 13 * MON").unwrap();
        assert!(both.means(date(13)) && both.means(date(30)) && !both.means(date(14)));
        let week = Cron::parse("0 9 * * mon-fri").unwrap();
        assert!(week.means(date(30)) && !week.means(date(29)));
        let sunday = Cron::parse("0 9 * 11 7").unwrap();
        assert_eq!(sunday, Cron::parse("0 9 * NOV SUN").unwrap());
        assert!(sunday.means(date(29)));
        let stepped = Cron::parse("0 0 */10 * MON").unwrap();
        assert!(
            !stepped.means(date(30)),
            "a star with a step narrows: both must fit"
        );
    }
}
