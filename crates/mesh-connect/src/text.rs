//! Words on their way in and out: nobody's words become markup, an order or somebody's name there.

/// The longest name within a text of somebody else's.
const WORD_CHARS_MAX: usize = 40;

/// As Telegram counts: UTF-16 units.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A text in pieces of at most so many units by what a letter weighs, nothing of it lost: cut after a line, else after a blank, else where it
/// has to be.
pub(crate) fn pieces(text: &str, most: usize, weigh: fn(char) -> usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while weight(rest, weigh) > most {
        let end = end_by(rest, most, weigh);
        let head = &rest[..end];
        // A line that begins in the last quarter is worth a shorter piece.
        let least = end - end / 4;
        let line = head.rfind('\n').map(|at| at + 1).filter(|at| *at > least);
        let blank = head.rfind(' ').map(|at| at + 1).filter(|at| *at > least);
        let at = line.or(blank).unwrap_or(end);
        pieces.push(&rest[..at]);
        rest = &rest[at..];
    }
    pieces.push(rest);
    pieces
}

/// What a text weighs.
pub(crate) fn weight(text: &str, weigh: fn(char) -> usize) -> usize {
    text.chars().map(weigh).sum()
}

/// The most bytes of a text that are so many UTF-16 units.
pub(crate) fn end_of(text: &str, most: usize) -> usize {
    end_by(text, most, char::len_utf16)
}

fn end_by(text: &str, most: usize, weigh: fn(char) -> usize) -> usize {
    let mut count = 0;
    for (at, c) in text.char_indices() {
        count += weigh(c);
        if count > most {
            return at;
        }
    }
    text.len()
}

/// What turns the direction of writing, and so shows words in another order than they are.
fn turns(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Words as they are shown: without what moves or turns others.
pub(crate) fn clean(text: &str) -> String {
    let plain = |c: char| {
        let bad = turns(c) || c.is_control() && c != '\n' && c != '\t';
        if bad { '\u{fffd}' } else { c }
    };
    text.replace("\r\n", "\n").chars().map(plain).collect()
}

/// Words on which something is decided: whatever could be seen as something else, or not at all, is spelled out.
pub(crate) fn spelled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' | ' '..='~' => out.push(c),
            // A blank of another kind is none that a shell knows.
            c if c.is_whitespace() || c.is_control() || turns(c) || is_unseen(c) => {
                out.extend(c.escape_unicode());
            }
            c => out.extend(c.escape_debug()),
        }
    }
    out
}

/// Letters without a shape.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}

/// A name on one line, of at most so many characters.
pub(crate) fn name(text: &str, most: usize) -> String {
    let shown = |c: &char| !turns(*c) && !is_unseen(*c) && (!c.is_control() || c.is_whitespace());
    let plain: String = text.chars().filter(shown).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut out: String = words.join(" ").chars().take(most).collect();
    out.truncate(out.trim_end().len());
    out
}

/// A name within a text of somebody else's: one word of at most so many characters. It can be chosen, and must not become a
/// part of what the other one says.
pub(crate) fn one_word(name: &str) -> String {
    let plain = |c: char| {
        if c.is_alphanumeric() || matches!(c, '.' | '_' | '-') {
            c
        } else {
            '_'
        }
    };
    name.trim()
        .chars()
        .take(WORD_CHARS_MAX)
        .map(plain)
        .collect()
}

/// Words of somebody outside, who calls nobody: an `@` that would name somebody here is another letter.
pub(crate) fn calls_nobody(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let named = chars
            .peek()
            .is_some_and(|next| next.is_ascii_lowercase() || next.is_ascii_digit());
        let calls = c == '@' && named && !before.is_alphanumeric();
        out.push(if calls { '＠' } else { c });
        before = c;
    }
    out
}

/// The Markdown of an answer as plain text: tables as lines, no stars, no back slashes.
pub(crate) fn unmarked(text: &str) -> String {
    let lines = text.lines().filter_map(|line| {
        let Some(row) = line
            .strip_prefix("| ")
            .and_then(|row| row.strip_suffix(" |"))
        else {
            return Some(unescaped(&line.replace("**", "")));
        };
        let cells = cells(row);
        if cells.iter().all(|cell| cell.chars().all(|c| c == '-')) {
            return None;
        }
        let cells: Vec<String> = cells.iter().map(|cell| unescaped(cell)).collect();
        let cells: Vec<&str> = cells
            .iter()
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
            .collect();
        Some(cells.join(" · "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in row.chars() {
        if c == '|' && !escaped {
            cells.push(String::new());
        } else if let Some(cell) = cells.last_mut() {
            cell.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let sign = chars.peek().is_some_and(char::is_ascii_punctuation);
        if c == '\\' && sign {
            out.extend(chars.next());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_piece_is_too_long(text in "(\\PC|\n| ){0,300}", most in 2_usize..60) {
            let pieces = pieces(&text, most, char::len_utf16);
            prop_assert_eq!(pieces.concat(), text.clone());
            prop_assert!(pieces.iter().all(|piece| units(piece) <= most));
            prop_assert!(text.is_empty() || pieces.iter().all(|piece| !piece.is_empty()));
        }

        #[test]
        fn words_from_outside_name_nobody(text in "[a-zA-Z0-9@＠ .-]{0,60}") {
            prop_assert!(mesh_model::names::mentions(&calls_nobody(&text)).is_empty());
        }
    }

    #[test]
    fn a_letter_of_two_units_is_not_cut_in_two() {
        assert_eq!(pieces("a🚀b", 3, char::len_utf16), ["a🚀", "b"]);
        assert_eq!(pieces("a🚀b", 2, char::len_utf16), ["a", "🚀", "b"]);
        assert_eq!(
            pieces(&format!("{} b", "x".repeat(8)), 9, char::len_utf16),
            ["xxxxxxxx ", "b"]
        );
        assert_eq!(pieces("", 4, char::len_utf16), [""]);
    }

    #[test]
    fn what_is_decided_on_is_spelled_out() {
        assert_eq!(
            spelled("rm \u{202e}cod\u{200b}\r\nпа\u{301}\u{a0}ü🚀"),
            "rm \\u{202e}cod\\u{200b}\\u{d}\nпа\\u{301}\\u{a0}ü🚀"
        );
        assert_eq!(clean("a\u{202e}b\r\nc\x1b"), "a\u{fffd}b\nc\u{fffd}");
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(name(" Ana\n\u{202e}\u{200b} L.  ", 80), "Ana L.");
        assert_eq!(name("aaaa bbbb", 5), "aaaa");
        assert_eq!(name("\u{2800}\n", 5), "");
    }

    #[test]
    fn an_at_sign_calls_nobody() {
        assert_eq!(
            calls_nobody("@rex look, mail a@b.c"),
            "＠rex look, mail a@b.c"
        );
        assert_eq!(calls_nobody("(@rex)@max @@rex"), "(＠rex)＠max @＠rex");
    }

    #[test]
    fn markdown_is_read_as_text() {
        let table = "| state | task |\n| --- | --- |\n| ✅ done | a \\| b \\[x\\] |\n\n**Dispatch** is stopped";
        assert_eq!(
            unmarked(table),
            "state · task\n✅ done · a | b [x]\n\nDispatch is stopped"
        );
    }
}
