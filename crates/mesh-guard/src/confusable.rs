//! Names that look like other names.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_script::{Script, UnicodeScript};
use unicode_security::confusable_detection::skeleton;

use crate::invisible::{is_bidi_control, is_joiner, is_tag, is_variation_selector, is_zero_width};
use crate::normalise::normalise;

/// What a name looks like: two names with the same skeleton can be taken for each other.
///
/// Case, what cannot be seen, and the kind of a separator do not count; `i`, `l` and `1` are one, so are `0` and `o`, and `rn`
/// is `m`, as in Unicode's table of confusable characters.
#[must_use]
pub fn confusable_skeleton(handle: &str) -> String {
    let visible = normalise(handle);
    let lower: String = visible.nfkc().flat_map(char::to_lowercase).collect();
    let mut looks = String::with_capacity(lower.len());
    for c in skeleton(&lower).flat_map(char::to_lowercase) {
        match c {
            'i' | '1' | '|' | '!' | 'ı' => looks.push('l'),
            '0' => looks.push('o'),
            '-' | '_' | '.' | ' ' | '·' => {
                if !looks.ends_with('-') {
                    looks.push('-');
                }
            }
            c => looks.push(c),
        }
    }
    looks
}

/// What a path looks like: two paths with the same skeleton can be taken for each other, or are one on a file system that knows
/// no case. What ASCII tells apart stays apart, for names of files differ in a digit or a dash.
#[must_use]
pub fn path_skeleton(path: &str) -> String {
    let mut looks = String::with_capacity(path.len());
    let mut letter = [0; 4];
    for c in path.nfkc().flat_map(char::to_lowercase) {
        if c.is_ascii() {
            looks.push(c);
        } else {
            looks.extend(skeleton(c.encode_utf8(&mut letter)).flat_map(char::to_lowercase));
        }
    }
    looks
}

/// A name with each letter written in the one way of Unicode's composed form.
#[must_use]
pub fn composed(name: &str) -> Cow<'_, str> {
    if is_nfc(name) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.nfc().collect())
}

/// Whether all of a name can be seen, stands in the order in which it is read, and no word of it mixes scripts.
#[must_use]
pub fn is_plain_name(name: &str) -> bool {
    let unseen = |c: char| {
        c.is_control()
            || is_bidi_control(c)
            || is_zero_width(c)
            || is_joiner(c)
            || is_variation_selector(c)
            || is_tag(c)
            || (c.is_whitespace() && c != ' ')
    };
    !name.chars().any(unseen) && !is_mixed_script(name)
}

/// Whether a word of the text mixes letters of scripts that are not written together, such as Latin and Cyrillic.
#[must_use]
pub fn is_mixed_script(text: &str) -> bool {
    !text.is_ascii()
        && text
            .split(|c: char| !c.is_alphanumeric())
            .any(is_mixed_word)
}

/// Whether letters of this word are of scripts that are not written together.
pub fn is_mixed_word(word: &str) -> bool {
    let mut scripts = word.chars().filter_map(group);
    let Some(first) = scripts.next() else {
        return false;
    };
    scripts.any(|other| other != first)
}

/// The script, with those that one language writes together as one. None for digits, marks, and whatever belongs to all.
fn group(c: char) -> Option<Script> {
    if c.is_ascii() {
        return c.is_ascii_alphabetic().then_some(Script::Latin);
    }
    match c.script() {
        Script::Common | Script::Inherited | Script::Unknown => None,
        // Japanese, Korean and Chinese text mixes these, and Latin words stand in it without a space.
        Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo => {
            None
        }
        // Units and formulas: µs, Ωm, Δt.
        Script::Greek
            if matches!(
                c,
                'µ' | 'μ' | 'Ω' | 'Δ' | 'π' | 'λ' | 'σ' | 'θ' | 'α' | 'β' | 'γ' | 'δ' | 'ε'
            ) =>
        {
            None
        }
        script => Some(script),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        for (one, other) in [
            ("alice", "аlice"),
            ("paypal", "paypa1"),
            ("modern", "modem"),
            ("lan", "Ian"),
            ("bob", "b0b"),
            ("rex-bot", "rex_bot"),
            ("admin", "ad\u{200B}min"),
            ("scope", "ѕсоре"),
        ] {
            assert_eq!(
                confusable_skeleton(one),
                confusable_skeleton(other),
                "{one} {other}"
            );
        }
        assert_ne!(confusable_skeleton("alice"), confusable_skeleton("bob"));
        assert_ne!(confusable_skeleton("rex"), confusable_skeleton("max"));
    }

    #[test]
    fn scripts_are_mixed_within_a_word_only() {
        assert!(is_mixed_script("pаypal"));
        assert!(is_mixed_script("all is well, аdmin said"));
        for fine in [
            "paypal",
            "Привет world",
            "日本語text",
            "12µs",
            "한국어API",
            "Δt",
            "naïve",
            "Grüße",
        ] {
            assert!(!is_mixed_script(fine), "{fine}");
        }
    }
}
