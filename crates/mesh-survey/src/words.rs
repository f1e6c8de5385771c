//! Figures in plain words: numbers with separators, units, dates, safe paths.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `1234567` as `1,234,567`.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number and its noun: `1 file`, `2 files`, `3 directories`.
pub fn count(n: u64, noun: &str) -> String {
    if n == 1 {
        return format!("1 {noun}");
    }
    let plural = match noun.strip_suffix('y') {
        Some(stem) if !noun.ends_with("ey") => format!("{stem}ies"),
        _ if noun == "person" => "people".to_owned(),
        _ if noun.ends_with("ch") || noun.ends_with('s') => format!("{noun}es"),
        _ => format!("{noun}s"),
    };
    format!("{} {plural}", number(n))
}

/// Exact bytes below 10,000, then kB, MB and GB of 1,000.
pub fn bytes(n: u64) -> String {
    if n < 10_000 {
        return count(n, "byte");
    }
    let (unit, size) = match n {
        0..1_000_000 => ("kB", 1e3),
        1_000_000..1_000_000_000 => ("MB", 1e6),
        _ => ("GB", 1e9),
    };
    format!("{:.1} {unit}", n as f64 / size)
}

/// A share of a whole in whole percent; `under 1%` rather than 0 for something.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 || part == 0 {
        return "0%".to_owned();
    }
    match (part as f64 * 100.0 / whole as f64).round() as u64 {
        0 => "under 1%".to_owned(),
        100 if part < whole => "over 99%".to_owned(),
        n => format!("{n}%"),
    }
}

/// Unix seconds as a UTC date, `2026-03-04`.
pub fn date(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(at) => at.to_zoned(TimeZone::UTC).date().to_string(),
        Err(_) => format!("unix time {seconds}"),
    }
}

/// Unix seconds as a UTC minute, `2026-03-04 15:20 UTC`.
pub fn minute(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(at) => at
            .to_zoned(TimeZone::UTC)
            .strftime("%Y-%m-%d %H:%M UTC")
            .to_string(),
        Err(_) => format!("unix time {seconds}"),
    }
}

/// A path or other foreign text on one line: control characters are escaped, long text is cut.
///
/// A name in a repository may hold anything but NUL; a chat message must stay one message.
pub fn shown(text: &str) -> String {
    const CHARS_MAX: usize = 200;
    let mut out = String::with_capacity(text.len());
    for (place, c) in text.chars().enumerate() {
        if place == CHARS_MAX {
            out.push('…');
            break;
        }
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    // A foreign "@name" must not call anybody in the room.
    out.replace('@', "@\u{200b}")
}

/// A folder as people write it: with a final slash, the top as `the top folder`.
pub fn folder(path: &str) -> String {
    if path.is_empty() {
        "the top folder".to_owned()
    } else {
        format!("{}/", shown(path))
    }
}

/// `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_000), "1,000");
        assert_eq!(number(12_345_678), "12,345,678");
        assert_eq!(count(1, "directory"), "1 directory");
        assert_eq!(count(2, "directory"), "2 directories");
        assert_eq!(count(0, "branch"), "0 branches");
        assert_eq!(count(2, "path"), "2 paths");
        assert_eq!(count(2, "person"), "2 people");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(9_999), "9,999 bytes");
        assert_eq!(bytes(10_000), "10.0 kB");
        assert_eq!(bytes(2_560_000), "2.6 MB");
        assert_eq!(percent(0, 0), "0%");
        assert_eq!(percent(1, 1000), "under 1%");
        assert_eq!(percent(999, 1000), "over 99%");
        assert_eq!(percent(1, 3), "33%");
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(minute(1_763_705_000), "2025-11-21 06:03 UTC");
    }

    #[test]
    fn foreign_names_stay_on_one_line_and_call_nobody() {
        assert_eq!(shown("a\nb"), "a\\nb");
        assert!(!shown("hi @owner").contains("@owner"));
        assert_eq!(shown(&"x".repeat(500)).chars().count(), 201);
    }
}
