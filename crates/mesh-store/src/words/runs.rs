//! Runs of letters, folded, and the parts they have.

use super::fold::{cluster_end, fold_cluster, is_letter, is_spaceless};

/// A run of letters of one kind of script.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'a> {
    /// Its letters, folded.
    pub folded: &'a str,
    /// Its parts; at least one. Of a script without spaces each letter is one.
    pub parts: &'a [Part],
    /// Its script writes no spaces between words.
    pub spaceless: bool,
}

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Where it begins in the folded letters.
    pub from: usize,
    /// Where it begins in the text.
    pub start: usize,
    /// Where it ends in the text.
    pub end: usize,
}

impl<'a> Run<'a> {
    /// The folded letters of part `i`.
    pub fn part(&self, i: usize) -> &'a str {
        let to = self
            .parts
            .get(i + 1)
            .map_or(self.folded.len(), |next| next.from);
        &self.folded[self.parts[i].from..to]
    }
}

/// Calls `each` with every run of a text, in order. Linear in the text.
///
/// Most words are small ASCII letters already and are passed as they stand: this runs for every message.
pub(super) fn runs(text: &str, mut each: impl FnMut(Run<'_>)) {
    let bytes = text.as_bytes();
    let mut run = Open::default();
    let mut at = 0;
    while at < bytes.len() {
        if run.kind == Kind::None {
            let start = at;
            while at < bytes.len() && bytes[at].is_ascii_lowercase() {
                at += 1;
            }
            if at > start && ends_word(bytes, at) {
                let part = Part {
                    from: 0,
                    start,
                    end: at,
                };
                each(Run {
                    folded: &text[start..at],
                    parts: &[part],
                    spaceless: false,
                });
                at += 1;
                continue;
            }
            at = start;
        }
        at = run.take(text, at, &mut each);
    }
    run.close(&mut each);
}

/// Whether no letter and no mark of one follows.
fn ends_word(bytes: &[u8], at: usize) -> bool {
    bytes
        .get(at)
        .is_none_or(|next| next.is_ascii() && !next.is_ascii_alphanumeric())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    /// No letter: nothing is open.
    #[default]
    None,
    Upper,
    Small,
    Digit,
    Spaceless,
}

/// The run that is being read.
#[derive(Debug, Default)]
struct Open {
    folded: String,
    parts: Vec<Part>,
    /// Of the last letter.
    kind: Kind,
    /// Of the one before it.
    before: Kind,
    /// The last letter, as if it were a part of its own.
    last: Option<Part>,
}

impl Open {
    /// Takes in the letter at `at`; gives where the next one begins.
    fn take(&mut self, text: &str, at: usize, each: &mut impl FnMut(Run<'_>)) -> usize {
        let bytes = text.as_bytes();
        let (byte, next) = (bytes[at], bytes.get(at + 1));
        if byte.is_ascii() && next.is_none_or(u8::is_ascii) {
            let c = char::from(byte);
            self.letter(
                c.to_ascii_lowercase(),
                c.is_ascii_uppercase(),
                at,
                at + 1,
                each,
            );
            return at + 1;
        }
        let end = cluster_end(text, at);
        fold_cluster(&text[at..end], |c, upper| {
            self.letter(c, upper, at, end, each);
        });
        end
    }

    fn letter(
        &mut self,
        c: char,
        upper: bool,
        start: usize,
        end: usize,
        each: &mut impl FnMut(Run<'_>),
    ) {
        let kind = self.kind_of(c, upper);
        if self.kind != Kind::None
            && (kind == Kind::None || (kind == Kind::Spaceless) != (self.kind == Kind::Spaceless))
        {
            self.close(each);
        }
        if kind == Kind::None {
            return;
        }
        let letter = Part {
            from: self.folded.len(),
            start,
            end,
        };
        if self.begins_part(kind) {
            self.parts.push(letter);
        } else {
            self.split_capital(kind);
            if let Some(part) = self.parts.last_mut() {
                part.end = end;
            }
        }
        self.folded.push(c);
        (self.before, self.kind, self.last) = (self.kind, kind, Some(letter));
    }

    fn kind_of(&self, c: char, upper: bool) -> Kind {
        if !is_letter(c) {
            Kind::None
        } else if is_spaceless(c) {
            Kind::Spaceless
        } else if upper {
            Kind::Upper
        } else if c.is_alphabetic() {
            Kind::Small
        } else if c.is_numeric() {
            Kind::Digit
        } else {
            // A mark is of the kind of the letter that it stands on.
            match self.kind {
                Kind::None | Kind::Spaceless => Kind::Small,
                kind => kind,
            }
        }
    }

    fn begins_part(&self, kind: Kind) -> bool {
        match (self.kind, kind) {
            (Kind::None, _) | (_, Kind::Spaceless) | (Kind::Small, Kind::Upper) => true,
            (last, next) => (last == Kind::Digit) != (next == Kind::Digit),
        }
    }

    /// The last capital of several begins the word after them: `HTTP` and `Server` in `HTTPServer`.
    fn split_capital(&mut self, kind: Kind) {
        let capitals = (self.before, self.kind, kind) == (Kind::Upper, Kind::Upper, Kind::Small);
        if let (true, Some(capital)) = (capitals, self.last)
            && let Some(part) = self
                .parts
                .last_mut()
                .filter(|part| part.from < capital.from)
        {
            part.end = capital.start;
            self.parts.push(capital);
        }
    }

    fn close(&mut self, each: &mut impl FnMut(Run<'_>)) {
        if self.kind != Kind::None {
            each(Run {
                folded: &self.folded,
                parts: &self.parts,
                spaceless: self.kind == Kind::Spaceless,
            });
        }
        self.folded.clear();
        self.parts.clear();
        (self.kind, self.before, self.last) = (Kind::None, Kind::None, None);
    }
}
