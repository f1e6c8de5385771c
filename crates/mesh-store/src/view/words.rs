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
pub(super) fn of_query(query: &str, max: usize) -> Vec<&str> {
    query
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(max)
        .collect()
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
    fn everything_but_letters_and_digits_is_a_gap() {
        assert_eq!(
            of_query("\"a* OR (b-é:7) NEAR^", 16),
            ["a", "OR", "b", "é", "7", "NEAR"]
        );
        assert_eq!(of_query("a b c", 2), ["a", "b"]);
        assert!(of_query(" \0*\"", 16).is_empty());
    }
}
