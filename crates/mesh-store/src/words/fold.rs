//! Folding: what looks or reads the same becomes the same. Compatibility forms are taken apart (NFKC), case goes by full
//! case folding (`Straße` is `strasse`), and accents are left out where a reader may leave them out.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Where the letter that begins at `at` ends, with the marks that belong to it.
pub(super) fn cluster_end(text: &str, at: usize) -> usize {
    let mut rest = text[at..].char_indices();
    rest.next();
    rest.find(|(_, c)| !continues(*c))
        .map_or(text.len(), |(end, _)| at + end)
}

/// Whether a character belongs to the letter before it.
fn continues(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    is_combining_mark(c) || is_ignored(c)
        // The later letters of a Korean syllable, and the voicing of half-width kana.
        || matches!(c, '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}' | '\u{FF9E}' | '\u{FF9F}')
}

/// Characters that nobody sees: places where a line may or may not break, choices of a glyph.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Accents and vowel points that a reader may leave out. Marks of other scripts are letters in all but name.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}'
        | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}' | '\u{6DF}'..='\u{6E8}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
        && (is_combining_mark(c) || c == '\u{640}')
}

/// Calls `each` with every letter that one letter of a text folds to, and whether it was a capital.
pub(super) fn fold_cluster(cluster: &str, mut each: impl FnMut(char, bool)) {
    let seen = cluster.chars().filter(|c| !is_ignored(*c));
    for c in seen.nfkd().filter(|c| !is_accent(*c)).nfc() {
        let upper = c.is_uppercase();
        // Full case folding by the tables of the standard library: `ẞ`, `ß` and `SS` meet as `ss`.
        for folded in c
            .to_lowercase()
            .flat_map(char::to_uppercase)
            .flat_map(char::to_lowercase)
        {
            match struck(folded) {
                Some(plain) => plain.chars().for_each(|c| each(c, upper)),
                None if is_accent(folded) => {}
                None => each(folded, upper),
            }
        }
    }
}

/// Latin letters with a stroke or joined, which Unicode does not take apart.
fn struck(c: char) -> Option<&'static str> {
    Some(match c {
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        _ => return None,
    })
}

/// Whether a folded character is part of a word.
pub(super) fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c))
}

/// Whether words of the character's script stand side by side without a space, or take endings that no space divides
/// from them (Korean).
pub(super) fn is_spaceless(c: char) -> bool {
    matches!(c as u32,
        0xE00..=0xFFF      // Thai, Lao, Tibetan
        | 0x1000..=0x109F  // Burmese
        | 0x1100..=0x11FF | 0xA960..=0xA97F | 0xAC00..=0xD7FF // Korean
        | 0x1780..=0x17FF  // Khmer
        | 0x1950..=0x19FF | 0x1A20..=0x1AAF | 0xAA60..=0xAADF | 0xA9E0..=0xA9FF // Tai and more of Burmese
        | 0x1B00..=0x1B7F | 0xA980..=0xA9DF // Balinese, Javanese
        | 0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3021..=0x303F | 0x3400..=0x4DBF | 0x4E00..=0xA4CF // Chinese, Yi
        | 0x3040..=0x312F | 0x31A0..=0x31BF | 0x31F0..=0x31FF // kana, bopomofo
        | 0x16FE0..=0x18DFF | 0x1AFF0..=0x1B2FF | 0x20000..=0x3FFFF)
}
