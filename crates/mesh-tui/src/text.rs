//! Words of others on a terminal: what could drive it or hide is made visible, and what is left is cut into cells whose
//! width every terminal agrees on.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands in place of something that must not reach a terminal.
const SIGN: char = '\u{fffd}';
/// Marks above and below one letter. Languages need two; piles of them run over other lines.
const MARKS_MAX: usize = 2;

/// Text from others, safe for a terminal: control characters could move the cursor or retitle the window, characters that
/// turn the direction of writing could show words in another order, and what is not seen could hide words.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if drives(c) || hides(c) { SIGN } else { c })
        .collect()
}

fn drives(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}');
    turns || c.is_control() && c != '\n' && c != '\t' || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Takes a place in the text and none on the screen, or looks like a blank and is none.
fn hides(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Chooses how its neighbours are drawn. Terminals disagree about how wide the outcome is, so none gets it.
fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

fn width_of(c: char) -> usize {
    UnicodeWidthChar::width(c).unwrap_or(0)
}

/// The same as cells: lines stay, tabs are blanks, and no letter is wider than two columns or carries more than two marks.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = None;
    for c in text.chars() {
        match c {
            '\n' => {
                marks = None;
                out.push('\n');
            }
            '\t' => {
                marks = None;
                out.push_str("    ");
            }
            _ if joins(c) => {}
            _ if drives(c) || hides(c) || width_of(c) > 2 => {
                marks = None;
                out.push(SIGN);
            }
            _ if width_of(c) > 0 => {
                marks = Some(0);
                out.push(c);
            }
            // A mark without a letter would stand on whatever was drawn before.
            _ => match &mut marks {
                Some(so_far) if *so_far < MARKS_MAX => {
                    *so_far += 1;
                    out.push(c);
                }
                Some(_) => {}
                None => out.push(SIGN),
            },
        }
    }
    out
}

/// On one line: line breaks are signs.
pub fn one_line(text: &str) -> String {
    plain(text.trim()).replace('\n', " ⏎ ")
}

/// Every character as it is, for words that are carried out if somebody says yes: what is not seen, and what looks like
/// something else, is written as its number.
pub fn exact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let blank = c.is_whitespace() && c != ' ';
        let odd = drives(c) || hides(c) || joins(c) || blank || width_of(c) == 0 || width_of(c) > 2;
        if odd && c != '\n' {
            out.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// The letters of a text that [`plain`] gave, each with its marks and its columns.
pub fn letters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let mut end = first.len_utf8();
        for c in rest[end..].chars() {
            if width_of(c) > 0 || c.is_control() {
                break;
            }
            end += c.len_utf8();
        }
        let (letter, after) = rest.split_at(end);
        rest = after;
        let width = width_of(first);
        if letter.width() == width {
            return Some((letter, width));
        }
        // Some marks widen what they stand on, on some terminals.
        Some((&letter[..first.len_utf8()], width))
    })
}

/// How many columns a text takes that [`plain`] gave.
pub fn columns(text: &str) -> usize {
    letters(text).map(|(_, width)| width).sum()
}

/// As much as fits, ending in `…` if that is not all.
pub fn cut(text: &str, room: usize) -> String {
    if columns(text) <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for (letter, width) in letters(text) {
        if used + width + 1 > room {
            break;
        }
        used += width;
        out.push_str(letter);
    }
    if room > 0 {
        out.push('…');
    }
    out
}

/// Lines of at most so many columns, broken between words where that is possible.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        wrap_line(line, room.max(1), &mut lines);
    }
    lines
}

fn wrap_line(line: &str, room: usize, lines: &mut Vec<String>) {
    let (mut now, mut used) = (String::new(), 0);
    // Where the last word began.
    let mut word = 0;
    'letters: for (letter, width) in letters(line) {
        let (letter, width) = if width > room {
            ("\u{fffd}", 1)
        } else {
            (letter, width)
        };
        while used + width > room {
            if letter == " " {
                lines.push(std::mem::take(&mut now));
                (used, word) = (0, 0);
                continue 'letters;
            }
            let rest = now.split_off(if word > 0 { word } else { now.len() });
            lines.push(std::mem::replace(&mut now, rest).trim_end().to_owned());
            used = columns(&now);
            word = 0;
        }
        now.push_str(letter);
        used += width;
        if letter == " " {
            word = now.len();
        }
    }
    lines.push(now);
}

/// Lines that lose nothing: broken exactly where the room ends, each with whether it goes on with the one before.
pub fn folded(text: &str, room: usize) -> Vec<(bool, String)> {
    let room = room.max(8);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let (mut now, mut used, mut more) = (String::new(), 0, false);
        for (letter, width) in letters(line) {
            if used + width > room {
                lines.push((more, std::mem::take(&mut now)));
                (used, more) = (0, true);
            }
            now.push_str(letter);
            used += width;
        }
        lines.push((more, now));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_from_others_cannot_drive_the_terminal() {
        assert_eq!(clean("a\x1b[2Jb\u{9b}c\nd"), "a\u{fffd}[2Jb\u{fffd}c\nd");
        assert_eq!(clean("exe.\u{202e}fdp"), "exe.\u{fffd}fdp");
        assert_eq!(clean("a\u{200b}b\u{feff}"), "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn what_is_carried_out_is_shown_to_the_letter() {
        assert_eq!(
            exact("rm\u{a0}-rf\u{200b} é e\u{301}\n\tx"),
            "rm<U+00A0>-rf<U+200B> é e<U+0301>\n<U+0009>x"
        );
        let long = "x".repeat(30);
        let folded = folded(&format!("{long}\nb"), 20);
        assert_eq!(folded[0], (false, "x".repeat(20)));
        assert_eq!(folded[1], (true, "x".repeat(10)));
        assert_eq!(folded[2], (false, "b".to_owned()));
    }

    #[test]
    fn piles_of_marks_and_joined_pictures_have_a_known_width() {
        assert_eq!(columns(&plain("e\u{301}\u{301}\u{301}\u{301}")), 1);
        assert_eq!(plain("👩\u{200d}💻"), "👩💻");
        assert_eq!(columns(&plain("❤\u{fe0f}")), columns("❤"));
        assert_eq!(plain("\u{301}a"), "\u{fffd}a");
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(cut("abcdef", 4), "abc…");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_its_room(text in "\\PC*|(?s).*", room in 1usize..40) {
            for line in wrap(&plain(&text), room) {
                prop_assert!(columns(&line) <= room);
                prop_assert!(!line.chars().any(char::is_control));
            }
            prop_assert!(columns(&cut(&one_line(&text), room)) <= room);
        }

        #[test]
        fn folding_loses_nothing(text in "(?s).*", room in 8usize..40) {
            let text = plain(&exact(&text));
            let mut again = String::new();
            for (at, (more, line)) in folded(&text, room).into_iter().enumerate() {
                if at > 0 && !more { again.push('\n'); }
                again.push_str(&line);
            }
            prop_assert_eq!(again, text);
        }
    }
}
