//! Text as it should be stored: one form for each character, and nothing that cannot be seen.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::invisible::{
    escape_sequence, is_bidi_control, is_control, is_joiner, is_tag, is_variation_selector,
    is_zero_width, joins,
};

/// The flags of England, Scotland and Wales are the only tag sequences that programs show.
pub const FLAGS: [&str; 3] = [
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

/// The text in NFC without bidirectional controls, characters of no width, Unicode tags, terminal escapes and controls other
/// than line feed and tab.
///
/// Joiners stay where emoji, Arabic or Indic scripts need them, variation selectors behind a character that is not one, and
/// the three tag sequences that are flags. Doing it twice changes nothing more.
#[must_use]
pub fn normalise(text: &str) -> Cow<'_, str> {
    let plain = |b: u8| matches!(b, b' '..=b'~' | b'\n' | b'\t');
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let stripped = strip(text);
    if is_nfc_quick(stripped.chars()) == IsNormalized::Yes {
        return stripped;
    }
    let composed: String = stripped.nfc().collect();
    if composed == text {
        return Cow::Borrowed(text);
    }
    Cow::Owned(composed)
}

/// The text without what cannot be seen.
fn strip(text: &str) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let mut before = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let (drop, keep) = step(&text[at..], c, before);
        if drop > 0 {
            out.get_or_insert_with(|| text[..at].to_owned());
            at += drop;
            continue;
        }
        let kept = &text[at..at + keep];
        if let Some(out) = &mut out {
            out.push_str(kept);
        }
        before = kept.chars().next_back();
        at += keep;
    }
    out.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// How many bytes to drop here, or if none, how many to keep.
fn step(rest: &str, c: char, before: Option<char>) -> (usize, usize) {
    let length = c.len_utf8();
    if c == '\u{1F3F4}' {
        let flag = FLAGS.iter().find(|flag| rest.starts_with(**flag));
        return (0, flag.map_or(length, |flag| flag.len()));
    }
    let drop = match c {
        '\u{1b}' => escape_sequence(rest),
        _ if is_control(c) || is_bidi_control(c) || is_zero_width(c) || is_tag(c) => length,
        _ if is_joiner(c) && !before.is_some_and(joins) => length,
        _ if is_variation_selector(c) && before.is_none_or(is_hidden_or_space) => length,
        _ => 0,
    };
    (drop, length)
}

fn is_hidden_or_space(c: char) -> bool {
    is_variation_selector(c) || is_tag(c) || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_text_of_many_languages_stays() {
        for text in [
            "plain\n\ttext",
            "Grüße aus Köln",
            "می‌خواهم",
            "क्‍ष श्री",
            "日本語のテキスト",
            "👩‍👩‍👧‍👦 ❤️ 👍🏽 🏳️‍🌈",
            "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
            "مرحبا بالعالم",
            "שלום עולם",
            "한국어",
        ] {
            assert!(
                matches!(normalise(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_seen_goes() {
        for (text, expected) in [
            ("a\u{200B}b", "ab"),
            ("a\u{200D}b", "ab"),
            ("\u{202E}abc\u{202C}", "abc"),
            ("hi\u{E0041}\u{E0042}", "hi"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("a\r\nb\u{7}\u{85}c", "a\nbc"),
            ("e\u{301}", "é"),
            ("x\u{FE0F}\u{FE0E}\u{E0101}", "x\u{FE0F}"),
            ("co\u{AD}operate", "cooperate"),
        ] {
            assert_eq!(normalise(text), expected);
        }
    }

    proptest! {
        #[test]
        fn random_text_is_normal_after_once(text in r"(\PC|[\u{200b}-\u{202e}\u{e0000}-\u{e01ef}\u{1b}\[\]m\u{300}-\u{340}]){0,40}") {
            let once = normalise(&text).into_owned();
            prop_assert_eq!(normalise(&once), once.as_str());
        }
    }
}
