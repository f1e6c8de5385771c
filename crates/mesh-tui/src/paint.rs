//! What is drawn with: colours by meaning, and words put into cells so that nothing leaves its place.

use mesh_model::events::{Kind, Trust};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::text::{columns, cut, letters};

/// A meaning. Each is legible without its colour: a sign or a word stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Words as they are.
    Plain,
    /// What matters less.
    Quiet,
    /// Headings, and what has to be seen first.
    Strong,
    /// A person.
    Human,
    /// A program that thinks.
    Agent,
    /// A program that follows rules.
    Bot,
    /// A program that relays.
    Bridge,
    /// It is well.
    Good,
    /// Somebody should look.
    Warning,
    /// It is bad.
    Bad,
    /// Where the reader is.
    Chosen,
}

impl Tone {
    /// The tone of a kind of participant.
    pub fn of(kind: Kind) -> Tone {
        match kind {
            Kind::Human => Tone::Human,
            Kind::Agent => Tone::Agent,
            Kind::Bot => Tone::Bot,
            Kind::Bridge => Tone::Bridge,
        }
    }

    /// Of the 16 colours that every terminal has. Without colours weight alone remains.
    fn style(self, colours: bool) -> Style {
        let plain = Style::default();
        let (colour, weight) = match self {
            Tone::Plain => (None, Modifier::empty()),
            Tone::Quiet => (None, Modifier::DIM),
            Tone::Strong => (None, Modifier::BOLD),
            Tone::Human => (Some(Color::Yellow), Modifier::BOLD),
            Tone::Agent => (Some(Color::Cyan), Modifier::BOLD),
            Tone::Bot => (Some(Color::LightMagenta), Modifier::BOLD),
            Tone::Bridge => (Some(Color::Magenta), Modifier::BOLD),
            Tone::Good => (Some(Color::Green), Modifier::empty()),
            Tone::Warning => (Some(Color::Yellow), Modifier::empty()),
            Tone::Bad => (Some(Color::Red), Modifier::BOLD),
            Tone::Chosen => (None, Modifier::REVERSED),
        };
        let style = plain.add_modifier(weight);
        match colour.filter(|_| colours) {
            Some(colour) => style.fg(colour),
            None => style,
        }
    }
}

/// What a participant is, beside its name.
pub fn kind_mark(kind: Kind) -> &'static str {
    kind.name()
}

/// Where words come from, if not from this mesh.
pub fn trust_mark(trust: Trust) -> Option<&'static str> {
    match trust {
        Trust::Untrusted => Some("OUTSIDE"),
        Trust::Federated => Some("OTHER MESH"),
        Trust::Local | Trust::Owner => None,
    }
}

/// Words in one tone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The words, as [`crate::text::plain`] gives them.
    pub words: String,
    /// What they mean.
    pub tone: Tone,
}

/// A line in several tones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Span>);

impl Line {
    /// A line in one tone.
    pub fn of(tone: Tone, words: impl Into<String>) -> Line {
        Line::default().and(tone, words)
    }

    /// More of it.
    pub fn and(mut self, tone: Tone, words: impl Into<String>) -> Line {
        let words = words.into();
        self.0.push(Span { words, tone });
        self
    }

    /// How many columns it takes.
    pub fn columns(&self) -> usize {
        self.0.iter().map(|span| columns(&span.words)).sum()
    }
}

/// Cells to draw on.
pub struct Canvas<'a> {
    buffer: &'a mut Buffer,
    colours: bool,
}

impl<'a> Canvas<'a> {
    /// Draws on these cells.
    pub fn new(buffer: &'a mut Buffer, colours: bool) -> Canvas<'a> {
        Canvas { buffer, colours }
    }

    /// All of it.
    pub fn area(&self) -> Rect {
        self.buffer.area
    }

    /// Puts words at a place, at most so many columns of them. Gives the column behind them.
    pub fn put(&mut self, x: u16, y: u16, room: u16, tone: Tone, words: &str) -> u16 {
        let area = self.buffer.area;
        if y < area.top() || y >= area.bottom() || x < area.left() {
            return x;
        }
        let style = tone.style(self.colours);
        let end = x.saturating_add(room).min(area.right());
        let mut at = x;
        for (letter, width) in letters(words) {
            let width = width as u16;
            if width == 0 || letter.starts_with(char::is_control) {
                continue;
            }
            if at + width > end {
                break;
            }
            self.buffer[(at, y)].set_symbol(letter).set_style(style);
            for behind in at + 1..at + width {
                self.buffer[(behind, y)].reset();
                self.buffer[(behind, y)].set_style(style);
            }
            at += width;
        }
        at
    }

    /// Puts a line into a row; what does not fit ends in `…`.
    pub fn line(&mut self, row: Rect, line: &Line) {
        let end = row.right();
        let mut at = row.x;
        for (index, span) in line.0.iter().enumerate() {
            let room = usize::from(end.saturating_sub(at));
            let more = line.0[index + 1..]
                .iter()
                .any(|span| !span.words.is_empty());
            let words = if more && columns(&span.words) == room && room > 0 {
                cut(&format!("{}x", span.words), room)
            } else {
                cut(&span.words, room)
            };
            let ended = words.ends_with('…') && words != span.words;
            at = self.put(at, row.y, end.saturating_sub(at), span.tone, &words);
            if ended {
                break;
            }
        }
    }

    /// A row of an area, counted from its top, if it has so many.
    pub fn row(area: Rect, index: usize) -> Option<Rect> {
        let index = u16::try_from(index).ok()?;
        (index < area.height).then(|| Rect::new(area.x, area.y + index, area.width, 1))
    }

    /// Puts lines below one another, as many as fit.
    pub fn lines(&mut self, area: Rect, lines: &[Line]) {
        for (index, line) in lines.iter().enumerate() {
            let Some(row) = Canvas::row(area, index) else {
                return;
            };
            self.line(row, line);
        }
    }

    /// Turns a row over: the reader is here.
    pub fn choose(&mut self, row: Rect) {
        let style = Tone::Chosen.style(self.colours);
        self.buffer
            .set_style(row.intersection(self.buffer.area), style);
    }

    /// Empties an area.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for position in area.positions() {
            self.buffer[position].reset();
        }
    }

    /// A heading with a line to the right edge.
    pub fn heading(&mut self, row: Rect, words: &str, chosen: bool) {
        let sign = if chosen { "▸" } else { "─" };
        let tone = if chosen { Tone::Strong } else { Tone::Quiet };
        let words = cut(words, usize::from(row.width).saturating_sub(4));
        let mut at = self.put(row.x, row.y, row.width, tone, sign);
        at = self.put(at, row.y, row.right().saturating_sub(at), tone, " ");
        at = self.put(
            at,
            row.y,
            row.right().saturating_sub(at),
            Tone::Strong,
            &words,
        );
        at = self.put(at, row.y, row.right().saturating_sub(at), tone, " ");
        let rest = "─".repeat(usize::from(row.right().saturating_sub(at)));
        self.put(
            at,
            row.y,
            row.right().saturating_sub(at),
            Tone::Quiet,
            &rest,
        );
    }

    /// A line down the area's left edge.
    pub fn fence(&mut self, x: u16, top: u16, height: u16) {
        for y in top..top.saturating_add(height) {
            self.put(x, y, 1, Tone::Quiet, "│");
        }
    }
}

/// A list longer than its place: which entries are seen so that the chosen one is.
pub fn window(count: usize, chosen: usize, first: usize, rows: usize) -> std::ops::Range<usize> {
    if rows == 0 || count == 0 {
        return 0..0;
    }
    let chosen = chosen.min(count - 1);
    let first = first.min(count.saturating_sub(rows)).min(chosen);
    let first = if chosen >= first + rows {
        chosen + 1 - rows
    } else {
        first
    };
    first..(first + rows).min(count)
}

/// The first `rows` of an area, and what is below them.
pub fn split_top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let top = Rect {
        height: rows,
        ..area
    };
    let rest = Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    };
    (top, rest)
}

/// All but the last `rows` of an area, and these.
pub fn split_bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    split_top(area, area.height - rows)
}

/// The first `columns` of an area, and what is right of them.
pub fn split_left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    let left = Rect {
        width: columns,
        ..area
    };
    let rest = Rect {
        x: area.x + columns,
        width: area.width - columns,
        ..area
    };
    (left, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_entry_is_always_in_sight() {
        assert_eq!(window(1000, 999, 0, 10), 990..1000);
        assert_eq!(window(1000, 5, 90, 10), 5..15);
        assert_eq!(window(3, 7, 0, 10), 0..3);
        assert_eq!(window(0, 0, 0, 10), 0..0);
        assert_eq!(window(5, 0, 0, 0), 0..0);
    }

    #[test]
    fn a_wide_letter_is_not_cut_in_two() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        Canvas::new(&mut buffer, false).put(0, 0, 4, Tone::Plain, "a中中");
        assert_eq!(buffer[(1, 0)].symbol(), "中");
        assert_eq!(buffer[(3, 0)].symbol(), " ");
    }
}
