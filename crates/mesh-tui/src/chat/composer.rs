//! Where words are written: several lines, a cursor, and what was said before.

use crate::text::{letters, plain, wrap};

/// Lines said before that can be brought back.
const HISTORY_MAX: usize = 100;

/// A text that is being written.
#[derive(Debug, Default, Clone)]
pub struct Composer {
    text: String,
    /// A byte of the text, between two letters.
    cursor: usize,
    said: Vec<String>,
    /// The one of `said` that is shown, and what was written before it was.
    recalled: Option<(usize, String)>,
}

impl Composer {
    /// What is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What is written left of the cursor.
    pub fn before(&self) -> &str {
        &self.text[..self.cursor]
    }

    /// Writes at the cursor. Of what drives a terminal only line breaks and tabs are taken in.
    pub fn insert(&mut self, words: &str) {
        let words = words.replace("\r\n", "\n").replace('\r', "\n");
        let kept: String = words
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .collect();
        self.text.insert_str(self.cursor, &kept);
        self.cursor += kept.len();
    }

    /// Puts words in place of those from a byte up to the cursor.
    pub fn replace_from(&mut self, start: usize, words: &str) {
        self.text.replace_range(start..self.cursor, words);
        self.cursor = start + words.len();
    }

    /// All of it is these words from here on.
    pub fn set(&mut self, words: &str) {
        self.text = words.to_owned();
        self.cursor = self.text.len();
        self.recalled = None;
    }

    /// Takes the words out; they can be brought back.
    pub fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.cursor = 0;
        self.recalled = None;
        if self.said.last() != Some(&text) && !text.trim().is_empty() {
            self.said.push(text.clone());
            let over = self.said.len().saturating_sub(HISTORY_MAX);
            self.said.drain(..over);
        }
        text
    }

    fn step_left(&self) -> usize {
        let mut at = 0;
        let mut before = 0;
        for letter in steps(&self.text[..self.cursor]) {
            before = at;
            at += letter.len();
        }
        before
    }

    /// The letter left of the cursor goes.
    pub fn backspace(&mut self) {
        let start = self.step_left();
        self.replace_from(start, "");
    }

    /// The letter under the cursor goes.
    pub fn delete(&mut self) {
        let letter = steps(&self.text[self.cursor..]).next().map_or(0, str::len);
        self.text
            .replace_range(self.cursor..self.cursor + letter, "");
    }

    /// The word left of the cursor goes.
    pub fn delete_word(&mut self) {
        let before = self.before().trim_end();
        let start = before.rfind(char::is_whitespace).map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
        self.replace_from(start, "");
    }

    /// What stands left of the cursor in its line goes.
    pub fn delete_line(&mut self) {
        let start = self.before().rfind('\n').map_or(0, |at| at + 1);
        self.replace_from(start, "");
    }

    /// One letter to the left.
    pub fn left(&mut self) {
        self.cursor = self.step_left();
    }

    /// One letter to the right.
    pub fn right(&mut self) {
        let letter = steps(&self.text[self.cursor..]).next().map_or(0, str::len);
        self.cursor += letter;
    }

    /// To the beginning of the line.
    pub fn home(&mut self) {
        self.cursor = self.before().rfind('\n').map_or(0, |at| at + 1);
    }

    /// To the end of the line.
    pub fn end(&mut self) {
        let rest = &self.text[self.cursor..];
        self.cursor += rest.find('\n').unwrap_or(rest.len());
    }

    /// A line up or down; false if there is none.
    pub fn vertical(&mut self, down: bool) -> bool {
        let start = self.before().rfind('\n').map_or(0, |at| at + 1);
        let column = steps(&self.text[start..self.cursor]).count();
        let target = if down {
            let rest = &self.text[self.cursor..];
            rest.find('\n').map(|at| self.cursor + at + 1)
        } else {
            (start > 0).then(|| self.text[..start - 1].rfind('\n').map_or(0, |at| at + 1))
        };
        let Some(target) = target else {
            return false;
        };
        let line = self.text[target..].split('\n').next().unwrap_or_default();
        let bytes: usize = steps(line).take(column).map(str::len).sum();
        self.cursor = target + bytes;
        true
    }

    /// What was said before, further back or further on.
    pub fn recall(&mut self, back: bool) {
        let at = match (&self.recalled, back) {
            (None, true) => self.said.len().checked_sub(1),
            (None, false) => return,
            (Some((at, _)), true) => Some(at.saturating_sub(1)),
            (Some((at, _)), false) => Some(at + 1),
        };
        let Some(at) = at else { return };
        let (_, draft) = self.recalled.take().unwrap_or((at, self.text.clone()));
        match self.said.get(at) {
            Some(said) => {
                self.text = said.clone();
                self.recalled = Some((at, draft));
            }
            None => self.text = draft,
        }
        self.cursor = self.text.len();
    }

    /// The text in lines of so many columns, and where the cursor stands in them: column and line.
    pub fn lines(&self, room: usize) -> (Vec<String>, (usize, usize)) {
        let room = room.max(2);
        // One column is left for a cursor behind the last letter.
        let before = wrap_hard(&plain(self.before()), room - 1);
        let row = before.len() - 1;
        let column = crate::text::columns(&before[row]);
        (wrap_hard(&plain(&self.text), room - 1), (column, row))
    }
}

/// Letters with their marks, as they were written.
fn steps(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let mut end = first.len_utf8();
        let marks = rest[end..].chars().take_while(|c| {
            let width = unicode_width::UnicodeWidthChar::width(*c);
            width == Some(0) && !c.is_control()
        });
        end += marks.map(char::len_utf8).sum::<usize>();
        let (letter, after) = rest.split_at(end);
        rest = after;
        Some(letter)
    })
}

/// Broken where the room ends, so that the cursor stands where the next letter will.
fn wrap_hard(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let (mut now, mut used) = (String::new(), 0);
        for (letter, width) in letters(line) {
            if used + width > room && used > 0 {
                lines.push(std::mem::take(&mut now));
                used = 0;
            }
            now.push_str(letter);
            used += width;
        }
        lines.push(now);
    }
    lines
}

/// As many lines as a preview has.
pub fn preview(text: &str, room: usize) -> String {
    wrap(&crate::text::one_line(text), room)
        .into_iter()
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_and_changed_where_the_cursor_is() {
        let mut composer = Composer::default();
        composer.insert("hello wörld");
        composer.backspace();
        composer.delete_word();
        assert_eq!(composer.text(), "hello ");
        composer.home();
        composer.insert("oh, ");
        assert_eq!((composer.text(), composer.before()), ("oh, hello ", "oh, "));
        composer.left();
        composer.delete();
        assert_eq!(composer.text(), "oh,hello ");
        composer.insert("\x1b[2J\r\n\u{7}x");
        assert_eq!(composer.text(), "oh,[2J\nxhello ");
    }

    #[test]
    fn several_lines_are_walked_through() {
        let mut composer = Composer::default();
        composer.insert("one\ntwo three\nx");
        assert!(composer.vertical(false));
        assert_eq!(composer.before(), "one\nt");
        assert!(composer.vertical(false) && !composer.vertical(false));
        composer.end();
        assert_eq!(composer.before(), "one");
        assert!(composer.vertical(true));
        assert_eq!(composer.before(), "one\ntwo");
        let (lines, cursor) = composer.lines(20);
        assert_eq!((lines.len(), cursor), (3, (3, 1)));
    }

    #[test]
    fn what_was_said_comes_back_and_the_draft_too() {
        let mut composer = Composer::default();
        for words in ["one", "two"] {
            composer.insert(words);
            composer.take();
        }
        composer.insert("draft");
        composer.recall(true);
        composer.recall(true);
        composer.recall(true);
        assert_eq!(composer.text(), "one");
        composer.recall(false);
        assert_eq!(composer.text(), "two");
        composer.recall(false);
        assert_eq!(composer.text(), "draft");
    }
}
