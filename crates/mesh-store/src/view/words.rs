//! Words of texts and queries, and the hidden words that mark a message's room, author and mentions.

/// Begins every hidden word. It is a letter to the tokenizer (a private-use character), and no query
/// can hold it because [`of_query`] takes it for a gap. A text may hold it, so that a text can pretend to be
/// in another room; that is why a search checks each hit against the message itself.
const HIDDEN: char = '\u{E000}';

/// What a hidden word marks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mark {
    Room,
    Author,
    Mention,
}

/// Appends the hidden word that marks a message with `number`.
pub(super) fn tag(into: &mut String, mark: Mark, number: i64) {
    let letter = match mark {
        Mark::Room => 'r',
        Mark::Author => 'f',
        Mark::Mention => 'm',
    };
    into.extend([HIDDEN, letter]);
    into.push_str(itoa(number, &mut [0; 20]));
    into.push(' ');
}

/// A number's digits; `format!` is half of the cost of a tag.
fn itoa(mut number: i64, digits: &mut [u8; 20]) -> &str {
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10).unsigned_abs() as u8;
        number /= 10;
        if number == 0 {
            return std::str::from_utf8(&digits[at..]).unwrap_or("0");
        }
    }
}

/// The words of a query, at most `max`: runs of letters and digits.
pub(crate) fn of_query(query: &str, max: usize) -> Vec<&str> {
    query
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(max)
        .collect()
}

/// Calls `each` with every word of a text as the list of words holds it: see [`plain`].
///
/// Most words are small ASCII letters already and are passed as they stand: this runs for every message.
pub(super) fn of_text(text: &str, mut each: impl FnMut(&str)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while at < bytes.len() && matches!(bytes[at], b'a'..=b'z' | b'0'..=b'9') {
            at += 1;
        }
        let ends =
            at == bytes.len() || (bytes[at].is_ascii() && !bytes[at].is_ascii_alphanumeric());
        if !ends {
            let rest = &text[start..];
            let length = rest
                .find(|c: char| !c.is_alphanumeric())
                .unwrap_or(rest.len());
            if length > 0 {
                each(&plain_word(&rest[..length]));
            }
            at = start + length;
        } else if at > start {
            each(&text[start..at]);
        }
        // Past the gap, which is one character of whatever length.
        at += text[at..].chars().next().map_or(0, char::len_utf8);
    }
}

/// A query's word as the list of words holds it.
pub(super) fn plain_word(word: &str) -> String {
    let mut plain_word = String::new();
    word.chars().for_each(|c| plain(&mut plain_word, c));
    plain_word
}

/// Appends a letter in small and without accents, as the tokenizer does. It does so for all scripts, this for the
/// Latin letters in daily use; where they differ a word is found whole but not by its beginning.
fn plain(into: &mut String, c: char) {
    if c.is_ascii() {
        into.push(c.to_ascii_lowercase());
        return;
    }
    for small in c.to_lowercase() {
        into.push(match small {
            'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
            'ď' => 'd',
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
            'ĥ' => 'h',
            'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' => 'i',
            'ĵ' => 'j',
            'ķ' => 'k',
            'ĺ' | 'ļ' | 'ľ' => 'l',
            'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
            'ò'..='ö' | 'ō' | 'ŏ' | 'ő' => 'o',
            'ŕ' | 'ŗ' | 'ř' => 'r',
            'ś' | 'ŝ' | 'ş' | 'š' => 's',
            'ţ' | 'ť' => 't',
            'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
            'ŵ' => 'w',
            'ý' | 'ÿ' | 'ŷ' => 'y',
            'ź' | 'ż' | 'ž' => 'z',
            other => other,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_cannot_name_a_hidden_word() {
        let mut hidden = String::new();
        tag(&mut hidden, Mark::Room, 1203);
        assert_eq!(hidden, "\u{E000}r1203 ");
        assert_eq!(of_query(&hidden, 16), ["r1203"]);
    }

    #[test]
    fn words_are_small_and_without_accents() {
        let mut words = Vec::new();
        of_text("Crème-BRÛLÉE, naïve (x2) łódź", |word| {
            words.push(word.to_owned())
        });
        assert_eq!(words, ["creme", "brulee", "naive", "x2", "łodz"]);
        assert_eq!(plain_word("Café"), "cafe");
    }

    #[test]
    fn everything_but_letters_and_digits_is_a_gap() {
        assert_eq!(
            of_query("\"a* OR (b-é:7) NEAR^", 16),
            ["a", "OR", "b", "é", "7", "NEAR"]
        );
        assert_eq!(of_query("a b c", 2), ["a", "b"]);
        assert!(of_query(" \0*\"", 16).is_empty());
    }
}
