//! A text as the rules and the model read it: lower case, without accents, with letters for what looks like letters, and
//! with the place in the original for each of its bytes.

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
            odd: Oddities::default(),
            hidden: String::new(),
            hidden_from: 0,
            hidden_to: 0,
        };
        folder.push('\n', 0);
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

struct Folder {
    text: String,
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
            if matches!(b, b' '..=b'~' | b'\n' | b'\t') {
                self.text.push(b.to_ascii_lowercase() as char);
                self.places.push(at as u32);
                at += 1;
                continue;
            }
            at += self.other(text, at);
        }
        self.end_hidden();
        self.places
            .push(u32::try_from(text.len()).unwrap_or(u32::MAX));
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
        if is_lookalike(c) {
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
        let mut plain = Vec::new();
        decompose_compatible(c, |part| plain.push(part));
        if plain.len() == 1 && plain[0].is_ascii_alphanumeric() && plain[0] != c {
            self.odd.styled.add(at, at + c.len_utf8());
        }
        for part in plain {
            if !is_combining_mark(part) {
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
        let latin_around = !mixed
            && alike
            && self
                .text
                .bytes()
                .rev()
                .take(24)
                .any(|b| b.is_ascii_alphabetic());
        for (offset, c) in text[at..end].char_indices() {
            match latin(c) {
                Some(looks) if mixed || latin_around => self.push(looks, at + offset),
                _ => self.compatible(c, at + offset),
            }
        }
        end - at
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

/// The Latin letter that a letter of another script looks like; digits and Latin letters are themselves.
fn latin(c: char) -> Option<char> {
    const ALIKE: &str = "аaвbсcԁdеeєeғfɡgһhнhіiїiјjкkӏlмmпnоoрpԛqгrѕsтtуyцuѵvԝwшwхxуyзzαaβbεeηnιiκkνvοoρpτtυuχxγyωwϲcսu";
    if c.is_ascii_alphanumeric() {
        return Some(c.to_ascii_lowercase());
    }
    let lower = c.to_lowercase().next()?;
    let mut pairs = ALIKE.chars();
    while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
        if from == lower {
            return Some(to);
        }
    }
    None
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
