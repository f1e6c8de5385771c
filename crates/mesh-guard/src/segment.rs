//! Where the sentences of a text are, and what each stands in: a comment, a field of JSON, a line of a log.
//!
//! Each kind is seen where it stands and from nothing else, so that text in front or behind changes nothing.

use crate::view::GOES_ON;

/// What a sentence stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    Prose,
    Comment,
    Code,
    /// A value in quotation marks, as in JSON.
    Leaf,
    /// A value behind a name and a colon: YAML, headers of mail.
    Field,
    /// A line that quotes.
    Quote,
    /// A line that a diff adds or takes away.
    Changed,
    Log,
    /// Text between tags.
    Page,
    /// What a reader of a page does not see: comments, attributes.
    Unseen,
    Heading,
    Point,
    /// What stands in quotation marks in a line of code.
    Text,
}

/// A sentence, or the part of one that a window begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// Longer sentences are cut: the words of a piece.
const WORDS_MAX: usize = 24;
/// How much of a line is looked at to say what it is.
const LINE_MAX: usize = 120;
/// The bytes of a tag.
const TAG_MAX: usize = 480;
/// The bytes of a name before a colon.
const NAME_MAX: usize = 28;

/// The pieces of a folded text, in order, without those that have no letter.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut cutter = Cutter {
        text,
        bytes: text.as_bytes(),
        pieces: Vec::new(),
        start: 0,
        words: 0,
        letters: false,
        line: Kind::Prose,
        kind: Kind::Prose,
        quotes: false,
        fenced: false,
        untagged: 0,
    };
    cutter.run();
    cutter.pieces
}

struct Cutter<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pieces: Vec<Piece>,
    start: usize,
    words: usize,
    letters: bool,
    /// What the line is, and what this part of it is.
    line: Kind,
    kind: Kind,
    /// Whether quotation marks stand around the line's values.
    quotes: bool,
    fenced: bool,
    /// No tag ends before this place.
    untagged: usize,
}

impl Cutter<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.bytes.len() {
            at += match self.bytes[at] {
                b'\n' => self.new_line(at),
                b' ' => self.word(at),
                b'<' => self.tag(at),
                b'"' if self.quotes => self.quotation(at),
                b'.' | b'!' | b'?' | b';' | b':' if self.ends(at + 1) => {
                    self.cut(at + 1, self.kind)
                }
                b'/' | b'#' | b'-' if self.line == Kind::Code && self.comments(at) => {
                    self.cut(at, Kind::Comment) + 1
                }
                b if b.is_ascii() => {
                    self.letters |= b.is_ascii_alphanumeric();
                    1
                }
                _ => self.other(at),
            };
        }
        self.cut(self.bytes.len(), Kind::Prose);
    }

    /// Ends a piece here and begins the next one; always one byte.
    fn cut(&mut self, at: usize, next: Kind) -> usize {
        if self.letters && at > self.start {
            self.pieces.push(Piece {
                start: self.start,
                end: at,
                kind: self.kind,
            });
        }
        (self.start, self.words, self.letters) = (at, 0, false);
        self.kind = next;
        1
    }

    fn ends(&self, at: usize) -> bool {
        self.bytes
            .get(at)
            .is_none_or(|b| matches!(b, b' ' | b'\n' | 0x0b | b'"' | b'\'' | b'<' | b')'))
    }

    fn word(&mut self, at: usize) -> usize {
        self.words += usize::from(self.letters);
        if self.words >= WORDS_MAX {
            self.cut(at, self.kind);
        }
        1
    }

    /// A character that is not ASCII. Scripts without spaces have a word a letter or two.
    fn other(&mut self, at: usize) -> usize {
        let Some(c) = self.text[at..].chars().next() else {
            return 1;
        };
        let length = c.len_utf8();
        if matches!(c, '。' | '！' | '？' | '；' | '।' | '؟') {
            self.cut(at + length, self.kind);
            return length;
        }
        if c == GOES_ON {
            return self.word(at);
        }
        self.letters |= c.is_alphanumeric();
        if ('\u{2E80}'..='\u{A4CF}').contains(&c) {
            self.words += 1;
            if self.words >= 2 * WORDS_MAX {
                self.cut(at + length, self.kind);
            }
        }
        length
    }

    /// A line feed: a sentence goes on in the next line if nothing there or here says that it does not.
    fn new_line(&mut self, at: usize) -> usize {
        let rest = &self.text[at + 1..];
        let mut limit = rest.len().min(LINE_MAX);
        while !rest.is_char_boundary(limit) {
            limit -= 1;
        }
        let line = rest[..limit].split('\n').next().unwrap_or("");
        let kind = self.kind_of(line);
        let goes_on = kind == Kind::Prose
            && self.line == Kind::Prose
            && line.starts_with(|c: char| c.is_alphanumeric())
            && self.text[..at].ends_with(|c: char| c.is_alphanumeric() || c == ',');
        if goes_on {
            return self.word(at);
        }
        self.line = kind;
        self.cut(at, self.line_kind());
        self.quotes =
            line.starts_with(['"', '{', '[']) || (kind == Kind::Code && line.contains('"'));
        if kind == Kind::Field {
            let name = line.find(": ").map_or(0, |colon| colon + 1);
            self.letters = true;
            self.cut(at + 1 + name, Kind::Field);
            return 1 + name;
        }
        1
    }

    fn kind_of(&mut self, line: &str) -> Kind {
        let bytes = line.as_bytes();
        if line.starts_with("```") || line.starts_with("~~~") {
            self.fenced = !self.fenced;
            return Kind::Code;
        }
        match bytes {
            [b'/', b'/' | b'*', ..] | [b'*', b'/', ..] | [b'#', b' ' | b'!', ..] => {
                return if bytes[0] == b'#' && !self.fenced {
                    Kind::Heading
                } else {
                    Kind::Comment
                };
            }
            [b'-', b'-', b' ', ..] | [b';' | b'%', b' ' | b';' | b'%', ..] => return Kind::Comment,
            [b'#', ..] => return Kind::Heading,
            [b'>', ..] => return Kind::Quote,
            [b'+' | b'-', next, ..] if *next != b' ' && *next != b'-' => return Kind::Changed,
            [b'+', b' ', ..] => return Kind::Changed,
            [b'-' | b'*', b' ', ..] => return Kind::Point,
            [b'"' | b'{' | b'[', ..] => return if is_log(bytes) { Kind::Log } else { Kind::Leaf },
            [b'<', ..] => return Kind::Page,
            [b'0'..=b'9', ..] => {
                return if is_log(bytes) {
                    Kind::Log
                } else {
                    Kind::Point
                };
            }
            _ => {}
        }
        if self.fenced || is_code(line) {
            return Kind::Code;
        }
        if is_log(bytes) {
            return Kind::Log;
        }
        match line.find(": ") {
            Some(colon) if colon <= NAME_MAX && is_name(&line[..colon]) => Kind::Field,
            _ => Kind::Prose,
        }
    }

    fn quotation(&mut self, at: usize) -> usize {
        let inside = match self.line {
            Kind::Code => Kind::Text,
            _ => Kind::Leaf,
        };
        let opens = self.kind != inside;
        self.cut(at, if opens { inside } else { self.line_kind() })
    }

    /// What stands between the quotation marks of a line of values.
    fn line_kind(&self) -> Kind {
        if self.line == Kind::Leaf {
            Kind::Code
        } else {
            self.line
        }
    }

    /// A comment at the end of a line of code.
    fn comments(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|place| self.bytes[place]);
        let behind = &self.bytes[at..];
        before == Some(b' ')
            && (behind.starts_with(b"//")
                || behind.starts_with(b"/*")
                || behind.starts_with(b"# ")
                || behind.starts_with(b"-- "))
    }

    /// A tag is a piece of its own that nobody sees; so is a comment of a page.
    fn tag(&mut self, at: usize) -> usize {
        let rest = &self.bytes[at + 1..];
        if rest.starts_with(b"!--") {
            self.cut(at, Kind::Unseen);
            self.line = Kind::Unseen;
            return 4;
        }
        let name = usize::from(rest.first() == Some(&b'/'));
        if !rest.get(name).is_some_and(u8::is_ascii_alphabetic) {
            return 1;
        }
        if at < self.untagged {
            return 1;
        }
        let Some(length) = rest.iter().take(TAG_MAX).position(|b| *b == b'>') else {
            self.untagged = at + TAG_MAX;
            return 1;
        };
        self.cut(at, Kind::Unseen);
        self.letters = length > 16;
        self.cut(at + length + 2, Kind::Page);
        length + 2
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.split(' ').count() <= 3
        && name.bytes().all(|b| {
            b.is_ascii_alphanumeric()
                || matches!(b, b' ' | b'-' | b'_' | b'.' | b'/')
                || !b.is_ascii()
        })
}

/// Whether a line begins with a time or with what programs call the weight of a message.
fn is_log(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"[").unwrap_or(line);
    let digits = line.iter().take(4).filter(|b| b.is_ascii_digit()).count();
    if digits >= 2
        && line
            .iter()
            .take(16)
            .filter(|b| matches!(b, b':' | b'-' | b'/'))
            .count()
            >= 2
    {
        return true;
    }
    [
        &b"info"[..],
        b"warn",
        b"error",
        b"debug",
        b"trace",
        b"notice",
    ]
    .iter()
    .any(|level| {
        line.strip_prefix(*level).is_some_and(|rest| {
            rest.iter().take(5).any(|b| matches!(b, b']' | b':' | b' '))
                && rest
                    .first()
                    .is_some_and(|b| !b.is_ascii_lowercase() || rest.starts_with(b"ing"))
        })
    })
}

fn is_code(line: &str) -> bool {
    const STARTS: &[&str] = &[
        "def ",
        "fn ",
        "let ",
        "const ",
        "import ",
        "from ",
        "return ",
        "if (",
        "for (",
        "class ",
        "pub ",
        "var ",
        "function ",
        "export ",
        "#include",
        "use ",
        "package ",
        "$ ",
        ">>> ",
        "sudo ",
        "npm ",
        "pip ",
        "git ",
        "curl ",
        "async ",
        "struct ",
        "impl ",
        "}",
        "{",
        "(",
        "@",
    ];
    line.ends_with([';', '{', '}'])
        || (STARTS.iter().any(|start| line.starts_with(start))
            && line.contains(['(', '=', '{', '.', '/', '-', ';', '"']))
        || line
            .bytes()
            .filter(|b| {
                matches!(
                    b,
                    b'(' | b')' | b'{' | b'}' | b'=' | b';' | b'[' | b']' | b'$'
                )
            })
            .count()
            >= 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    fn cut(text: &str) -> Vec<(String, Kind)> {
        let (view, _) = View::fold(text);
        pieces(&view.text)
            .into_iter()
            .map(|piece| {
                (
                    view.text[piece.start..piece.end]
                        .trim_matches([' ', '\n', '"', '<', '>', '!', '-', ','])
                        .to_owned(),
                    piece.kind,
                )
            })
            .collect()
    }

    #[test]
    fn sentences_are_cut_where_they_end() {
        assert_eq!(
            cut("One thing.\nAnother\nthing goes on. Done"),
            [
                ("one thing.".to_owned(), Kind::Prose),
                ("another\nthing goes on.".to_owned(), Kind::Prose),
                ("done".to_owned(), Kind::Prose)
            ]
        );
        assert_eq!(cut("读取文件。然后发送").len(), 2);
        assert_eq!(cut(&"word ".repeat(60)).len(), 3);
    }

    #[test]
    fn containers_are_seen() {
        for (text, part, kind) in [
            (
                "{\"note\": \"send it to eve\", \"n\": 1}",
                "send it to eve",
                Kind::Leaf,
            ),
            ("a: 1\nnote: send it to eve", "send it to eve", Kind::Field),
            (
                "let x = f(1); // send it to eve",
                "send it to eve",
                Kind::Comment,
            ),
            (
                "// run this\n// and that",
                "run this\u{b}and that",
                Kind::Comment,
            ),
            ("hi\n> send it to eve", "send it to eve", Kind::Quote),
            ("<p>send it to eve</p>", "send it to eve", Kind::Page),
            (
                "text <!-- send it to eve -->",
                "send it to eve",
                Kind::Unseen,
            ),
            (
                "2026-01-02 10:00:00 INFO send it to eve",
                "send it to eve",
                Kind::Log,
            ),
            (
                "@@ -1 +1 @@\n+send it to eve",
                "send it to eve",
                Kind::Changed,
            ),
            ("# send it to eve", "send it to eve", Kind::Heading),
        ] {
            let found = cut(text);
            assert!(
                found
                    .iter()
                    .any(|(words, of)| words.contains(part) && *of == kind),
                "{text}: {found:?}"
            );
        }
    }
}
