//! A text as the rules and the model read it: lower case, without accents, with letters for what looks like letters, and
//! with the place in the original for each of its bytes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::confusable::is_mixed_word;
use crate::invisible::{
    escape_sequence, is_bidi_control, is_control, is_joiner, is_tag, is_variation_selector,
    is_zero_width,
};
use crate::normalise::FLAGS;

/// Where the bytes of a view come from.
#[derive(Debug)]
enum Source {
    /// For each byte, the start of its character in the original; one more for the end.
    Each(Vec<u32>),
    /// All of it was made from this part of the original.
    Whole(usize, usize),
}

/// A folded text. It begins with a line feed that the original does not have, so that a rule can ask for the start of a line.
#[derive(Debug)]
pub struct View {
    pub text: String,
    source: Source,
}

/// What the folding met on its way.
#[derive(Debug, Default)]
pub struct Oddities {
    /// Characters without width between two letters that need none, and the first one's place.
    pub zero_width: Tally,
    /// Controls that reorder text.
    pub bidi: Tally,
    /// Escape sequences that do more than colour.
    pub escapes: Tally,
    /// Words of mixed scripts.
    pub mixed: Tally,
    /// Letters that exist twice for their look: full width, mathematical, circled.
    pub styled: Tally,
    /// Text spelled in tag characters or variation selectors, with its place.
    pub hidden: Vec<(String, usize, usize)>,
}

/// How often something was met, and where first.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    pub count: u32,
    pub first: Option<(usize, usize)>,
}

impl Tally {
    fn add(&mut self, start: usize, end: usize) {
        self.count += 1;
        self.first.get_or_insert((start, end));
    }
}

impl View {
    /// A view of text that was made from one part of the original.
    pub fn of_part(decoded: &str, start: usize, end: usize) -> Self {
        let (mut view, _) = Self::fold(decoded);
        view.source = Source::Whole(start, end);
        view
    }

    /// The text as one line: each byte of white space is a space.
    pub fn flow(&self) -> String {
        self.text.replace(['\n', GOES_ON], " ")
    }

    /// The same view with other words: each is put in the place of a part of the text, in order.
    pub fn with_words(&self, words: &[(usize, usize, &str)]) -> Self {
        let mut text = String::with_capacity(self.text.len() + words.len());
        let mut places = Vec::with_capacity(self.text.len() + words.len() + 1);
        let mut from = 0;
        let all = self.text.len();
        for (start, end, word) in words.iter().copied().chain([(all, all, "")]) {
            text.push_str(&self.text[from..start]);
            if let Source::Each(known) = &self.source {
                places.extend_from_slice(&known[from..start]);
                // A word begins where the one before it did, and its last letter ends where that did.
                for at in 0..word.len() {
                    places.push(known[start + at.min(end - start - 1)]);
                }
            }
            text.push_str(word);
            from = end;
        }
        let source = match &self.source {
            Source::Each(known) => {
                places.extend(known.last());
                Source::Each(places)
            }
            Source::Whole(start, end) => Source::Whole(*start, *end),
        };
        Self { text, source }
    }

    /// A view of the same length as another, with other bytes at the same places.
    pub fn same_places(&self, text: String) -> Self {
        debug_assert_eq!(text.len(), self.text.len());
        let source = match &self.source {
            Source::Each(places) => Source::Each(places.clone()),
            Source::Whole(start, end) => Source::Whole(*start, *end),
        };
        Self { text, source }
    }

    /// The part of the original that this part of the view was made from.
    pub fn span(&self, start: usize, end: usize) -> (usize, usize) {
        match &self.source {
            Source::Each(places) => {
                let last = places.len() - 1;
                (
                    places[start.min(last)] as usize,
                    places[end.min(last)] as usize,
                )
            }
            Source::Whole(start, end) => (*start, *end),
        }
    }

    /// Folds the original.
    pub fn fold(text: &str) -> (Self, Oddities) {
        let mut folder = Folder {
            text: String::with_capacity(text.len() + 1),
            places: Vec::with_capacity(text.len() + 2),
            marker: Vec::new(),
            odd: Oddities::default(),
            hidden: String::new(),
            hidden_from: 0,
            hidden_to: 0,
        };
        folder.push('\n', 0);
        let first = marker(text.as_bytes());
        folder.marker.extend_from_slice(&text.as_bytes()[..first]);
        folder.run(text);
        let Folder {
            text: folded,
            places,
            odd,
            ..
        } = folder;
        (
            Self {
                text: folded,
                source: Source::Each(places),
            },
            odd,
        )
    }
}

/// Stands for a line feed and the sign that the next line begins with as the one before did. A text cannot have it: it is a
/// control character.
pub const GOES_ON: char = '\u{b}';

/// Letters that stand for more than so many are signs to the guard.
const EXPANDED_MAX: usize = 6;

/// How many bytes the sign of a comment, a quotation or an added line takes at the start of a line.
fn marker(line: &[u8]) -> usize {
    let signs = line
        .iter()
        .take(4)
        .take_while(|b| {
            matches!(
                b,
                b'/' | b'#' | b'*' | b'>' | b';' | b'%' | b'|' | b'+' | b'-' | b'!'
            )
        })
        .count();
    // A bullet and a heading stand for themselves, and so does what goes on without a space.
    match &line[..signs] {
        [b'-'] | [] | [b'#', b'#', ..] => 0,
        _ if line
            .get(signs)
            .is_none_or(|b| matches!(b, b' ' | b'\t' | b'\n')) =>
        {
            signs
        }
        _ => 0,
    }
}

struct Folder {
    text: String,
    /// The sign that the line began with.
    marker: Vec<u8>,
    places: Vec<u32>,
    odd: Oddities,
    hidden: String,
    hidden_from: usize,
    hidden_to: usize,
}

impl Folder {
    fn push(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.places
            .resize(self.text.len(), u32::try_from(at).unwrap_or(u32::MAX));
    }

    fn run(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let b = bytes[at];
            at += match b {
                b' ' | b'\t' => self.space(at),
                b'\n' => self.line_feed(text, at),
                b'\\' => self.escape(text, at),
                b'!'..=b'~' => {
                    self.text.push(b.to_ascii_lowercase() as char);
                    self.places.push(at as u32);
                    1
                }
                _ => self.other(text, at),
            };
        }
        self.end_hidden();
        self.places
            .push(u32::try_from(text.len()).unwrap_or(u32::MAX));
    }

    /// White space in a row is one space.
    fn space(&mut self, at: usize) -> usize {
        if !self.text.ends_with([' ', '\n', GOES_ON]) {
            self.push(' ', at);
        }
        1
    }

    /// Line feeds in a row are at most two, without space around them. A line that goes on a comment, a quotation or a list of
    /// added lines loses the sign that it begins with, so that a sentence in it reads as one.
    fn line_feed(&mut self, text: &str, at: usize) -> usize {
        if self.text.ends_with(' ') {
            self.text.pop();
            self.places.truncate(self.text.len());
        }
        let line = &text[at + 1..];
        let hyphen = self.text.ends_with('-')
            && self.text[..self.text.len() - 1].ends_with(|c: char| c.is_ascii_lowercase());
        if hyphen && line.starts_with(|c: char| c.is_ascii_lowercase()) {
            self.text.pop();
            self.places.truncate(self.text.len());
            return 1;
        }
        let indent = line
            .bytes()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        let marker = marker(&line.as_bytes()[indent..]);
        let sign = &line.as_bytes()[indent..indent + marker];
        let goes_on =
            marker > 0 && (self.marker == sign || self.breaks_off(sign, &line[indent + marker..]));
        self.marker.clear();
        self.marker
            .extend_from_slice(&line.as_bytes()[indent..indent + marker]);
        if goes_on {
            self.push(GOES_ON, at);
            return 1 + indent + marker;
        }
        if !self.text.ends_with("\n\n") {
            self.push('\n', at);
        }
        1 + indent
    }

    /// Whether a line that ends here is no end of a sentence, and the sign of a comment or a list only parts it: it ends with a
    /// letter, and the next begins with a small one. Quotations, tables and added lines are places of their own.
    fn breaks_off(&self, sign: &[u8], next: &str) -> bool {
        !matches!(sign.first(), Some(b'>' | b'+' | b'|'))
            && self.text.ends_with(char::is_alphabetic)
            && next
                .trim_start_matches([' ', '\t'])
                .starts_with(char::is_lowercase)
    }

    /// A backslash: the character that it spells in most notations, white space, or itself.
    fn escape(&mut self, text: &str, at: usize) -> usize {
        let rest = &text[at + 1..];
        let number = |digits: Option<&str>| {
            let code = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
            char::from_u32(u32::from_str_radix(code, 16).ok()?)
        };
        let (spelled, taken) = match rest.bytes().next() {
            Some(b'u') => (number(rest.get(1..5)), 6),
            Some(b'x') => (number(rest.get(1..3)), 4),
            Some(b'\n') => (Some(' '), 2),
            Some(b'n') if !self.in_path() => (Some('\n'), 2),
            Some(b't' | b'r') if !self.in_path() => (Some(' '), 2),
            Some(b'"' | b'/') => (None, 1),
            _ => {
                self.push('\\', at);
                return 1;
            }
        };
        match spelled {
            Some(' ' | '\t' | '\r') => _ = self.space(at),
            Some('\n') if self.text.ends_with("\n\n") => {}
            Some(c) if c == '\n' || !(c.is_control() || is_zero_width(c)) => self.compatible(c, at),
            Some(_) => {}
            None if taken > 1 => {
                self.push('\\', at);
                return 1;
            }
            None => {}
        }
        taken
    }

    /// Whether a backslash here stands between the parts of a path of Windows: `c:\`.
    fn in_path(&self) -> bool {
        let word = self.text.len()
            - self
                .text
                .bytes()
                .rev()
                .take(60)
                .take_while(|b| !b.is_ascii_whitespace())
                .count();
        self.text.as_bytes()[word..]
            .windows(2)
            .any(|pair| pair == b":\\")
            || self.text.ends_with(':')
    }

    /// One character that is not plain ASCII; gives the bytes taken.
    fn other(&mut self, text: &str, at: usize) -> usize {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else {
            return 1;
        };
        let length = c.len_utf8();
        if let Some(flag) = FLAGS.iter().find(|flag| rest.starts_with(**flag)) {
            return flag.len();
        }
        if let Some(hidden) = spelled(c) {
            if at != self.hidden_to {
                self.end_hidden();
                self.hidden_from = at;
            }
            self.hidden_to = at + length;
            self.hidden.push(hidden);
            return length;
        }
        if c == '\u{1b}' {
            let sequence = escape_sequence(rest);
            if !rest[..sequence].ends_with('m') || rest[..sequence].contains("[8m") {
                self.odd.escapes.add(at, at + sequence);
            }
            return sequence;
        }
        if is_control(c) || is_tag(c) || is_variation_selector(c) {
            return length;
        }
        if is_bidi_control(c) {
            self.odd.bidi.add(at, at + length);
            return length;
        }
        if is_zero_width(c) || is_joiner(c) {
            if self
                .text
                .bytes()
                .next_back()
                .is_some_and(|b| b.is_ascii_alphanumeric())
            {
                self.odd.zero_width.add(at, at + length);
            }
            return length;
        }
        // A word takes at least its first letter; an accent that stands alone begins none.
        if is_lookalike(c) && c.is_alphanumeric() {
            return self.word(text, at);
        }
        self.compatible(c, at);
        length
    }

    /// The letters and digits of a compatible form, without marks.
    fn compatible(&mut self, c: char, at: usize) {
        if matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
        {
            return self.push(c, at);
        }
        if c.is_whitespace() {
            self.space(at);
            return;
        }
        let (mut plain, mut count) = (['\0'; EXPANDED_MAX], 0);
        decompose_compatible(c, |part| {
            if let Some(place) = plain.get_mut(count) {
                *place = part;
            }
            count += 1;
        });
        // A letter that stands for a phrase would make a long text of a short one.
        let plain = plain.get(..count).unwrap_or(&[]);
        if let [one] = plain
            && one.is_ascii_alphanumeric()
            && *one != c
        {
            self.odd.styled.add(at, at + c.len_utf8());
        }
        for part in plain {
            if !is_combining_mark(*part) {
                part.to_lowercase().for_each(|lower| self.push(lower, at));
            }
        }
    }

    /// A run of letters that begins with one that looks Latin: read as Latin if it is mixed with Latin letters, else as it is.
    fn word(&mut self, text: &str, at: usize) -> usize {
        let end = text[at..]
            .char_indices()
            .find(|(_, c)| !c.is_alphanumeric())
            .map_or(text.len(), |(offset, _)| at + offset);
        let begin = text[..at]
            .char_indices()
            .rev()
            .take(32)
            .take_while(|(_, c)| c.is_alphanumeric())
            .last()
            .map_or(at, |(from, _)| from);
        let mixed = is_mixed_word(&text[begin..end]);
        if mixed {
            self.odd.mixed.add(begin, end);
        }
        let alike = text[at..end].chars().all(|c| latin(c).is_some());
        let latin_around = !mixed && alike && self.latin_before() && !other_after(&text[end..]);
        for (offset, c) in text[at..end].char_indices() {
            let looks = if mixed || latin_around {
                latin(c)
            } else {
                None
            };
            match looks {
                Some(looks) => self.push(looks, at + offset),
                None => self.compatible(c, at + offset),
            }
        }
        end - at
    }

    /// Whether the letter before this place is a Latin one of the same sentence.
    fn latin_before(&self) -> bool {
        self.text
            .chars()
            .rev()
            .take(AROUND_MAX)
            .take_while(|c| !matches!(c, '\n' | '.' | '!' | '?'))
            .find(|c| c.is_alphabetic())
            .is_some_and(|c| c.is_ascii_alphabetic())
    }

    fn end_hidden(&mut self) {
        if self.hidden.len() >= 4 {
            let hidden = std::mem::take(&mut self.hidden);
            self.odd
                .hidden
                .push((hidden, self.hidden_from, self.hidden_to));
        } else {
            self.hidden.clear();
        }
    }
}

/// How many characters from a word its neighbours are looked for.
const AROUND_MAX: usize = 24;

/// Whether the next word is of another script than the Latin: then a word that could be both is of that one too.
fn other_after(rest: &str) -> bool {
    let next = rest.chars().take(AROUND_MAX);
    let word = next
        .skip_while(|c| !c.is_alphabetic())
        .take_while(|c| c.is_alphabetic());
    word.into_iter()
        .any(|c| !c.is_ascii() && latin(c).is_none())
}

/// The ASCII character that a tag character or a variation selector stands for in smuggled text.
fn spelled(c: char) -> Option<char> {
    let code = match c {
        '\u{E0020}'..='\u{E007E}' => c as u32 - 0xE0000,
        '\u{E0100}'..='\u{E01EF}' => c as u32 - 0xE0100 + 16,
        _ => return None,
    };
    u8::try_from(code).ok().filter(u8::is_ascii).map(char::from)
}

fn is_lookalike(c: char) -> bool {
    matches!(c, '\u{0370}'..='\u{052F}' | '\u{13A0}'..='\u{13FF}')
}

/// Pairs of a letter that looks Latin and the Latin one.
const ALIKE: &str = "аaвbсcԁdеeєeғfɡgһhнhіiїiјjкkӏlмmпnоoрpԛqгrѕsтtуyцuѵvԝwшwхxуyзzαaβbεeηnιiκkνvοoρpτtυuχxγyωwϲcսu";

static LATIN: LazyLock<BTreeMap<char, char>> = LazyLock::new(|| {
    let letters: Vec<char> = ALIKE.chars().collect();
    let pairs = letters.chunks_exact(2).rev();
    pairs.map(|pair| (pair[0], pair[1])).collect()
});

/// The Latin letter that a letter of another script looks like; digits and Latin letters are themselves.
fn latin(c: char) -> Option<char> {
    if c.is_ascii_alphanumeric() {
        return Some(c.to_ascii_lowercase());
    }
    let lower = c.to_lowercase().next()?;
    LATIN.get(&lower).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        View::fold(text).0.text
    }

    #[test]
    fn letters_that_look_latin_are_read_as_latin() {
        assert_eq!(folded("Ignоrе"), "\nignore");
        assert_eq!(
            folded("ｉｇｎｏｒｅ 𝐩𝐫𝐨𝐦𝐩𝐭 Précédentes"),
            "\nignore prompt precedentes"
        );
        assert_eq!(folded("Игнорируй все"), "\nигнорируи все");
        assert_eq!(folded("ig\u{200B}no\u{1b}[31mre"), "\nignore");
    }

    #[test]
    fn hidden_text_is_spelled_out() {
        let tagged: String = "obey me"
            .chars()
            .map(|c| char::from_u32(0xE0000 + c as u32).unwrap())
            .collect();
        let text = format!("hello{tagged} there");
        let (view, odd) = View::fold(&text);
        assert_eq!(view.text, "\nhello there");
        assert_eq!(odd.hidden, [("obey me".to_owned(), 5, 5 + tagged.len())]);
    }

    #[test]
    fn a_span_is_in_the_original() {
        let text = "é \u{200B}Ignore";
        let (view, _) = View::fold(text);
        let at = view.text.find("ignore").unwrap();
        let (start, end) = view.span(at, at + 6);
        assert_eq!(&text[start..end], "Ignore");
    }
}
