//! What people see on a terminal: colours by meaning, tables of 80 columns, relative times.

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;

pub use mesh_tui::clean;
use serde::Serialize;

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// A colour stands for a meaning; every meaning is legible without it.
#[derive(Debug, Clone, Copy)]
pub enum Colour {
    Human,
    Agent,
    Bot,
    Bridge,
    Quiet,
    Good,
    Warning,
    Bad,
}

impl Colour {
    /// 256-colour numbers nearest to the palette of the page.
    fn code(self) -> u8 {
        match self {
            Colour::Human => 215,
            Colour::Agent => 81,
            Colour::Bot => 141,
            Colour::Bridge => 205,
            Colour::Quiet => 245,
            Colour::Good => 77,
            Colour::Warning => 220,
            Colour::Bad => 203,
        }
    }

    /// The colour of a kind of participant.
    pub fn of_kind(kind: &str) -> Colour {
        match kind {
            "human" => Colour::Human,
            "bot" => Colour::Bot,
            "bridge" => Colour::Bridge,
            _ => Colour::Agent,
        }
    }
}

fn colours() -> bool {
    static COLOURS: OnceLock<bool> = OnceLock::new();
    *COLOURS
        .get_or_init(|| std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal())
}

/// `text` in a colour, on a terminal that wants it.
pub fn paint(colour: Colour, text: &str) -> String {
    if colours() {
        format!("\x1b[38;5;{}m{text}\x1b[0m", colour.code())
    } else {
        text.to_owned()
    }
}

/// Prints to standard output. A reader that has gone away (`| head`) ends the program quietly.
#[expect(
    clippy::disallowed_methods,
    reason = "a closed pipe is no failure of the command, and nothing is left to clean up"
)]
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if out
        .write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .is_err()
    {
        std::process::exit(0);
    }
}

/// Prints one line.
pub fn line(text: &str) {
    print(&format!("{text}\n"));
}

/// Prints an answer as JSON if that was asked for; says whether it did.
pub fn printed_json(context: &Context, answer: &impl Serialize) -> Outcome<bool> {
    if context.json {
        let text =
            serde_json::to_string(answer).map_err(|why| Failure::here(why.to_string(), ""))?;
        line(&text);
    }
    Ok(context.json)
}

/// What a column before the last takes at most.
const COLUMN_MAX: usize = 40;
/// A terminal that does not say how wide it is.
const TERMINAL_WIDTH: usize = 80;

/// Prints rows under a quiet heading, columns as wide as needed. On a terminal the last one ends at its edge; elsewhere, as in a
/// file, it is whole. What is cut ends with `…`.
pub fn table(heading: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = heading.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count()).min(COLUMN_MAX);
        }
    }
    let edge = edge();
    let heading: Vec<String> = heading.iter().map(|cell| (*cell).to_owned()).collect();
    line(&paint(Colour::Quiet, &render(&heading, &widths, edge)));
    for row in rows {
        line(&render(row, &widths, edge));
    }
}

/// Where lines end; nowhere if nobody looks at them on a terminal.
fn edge() -> usize {
    let out = std::io::stdout();
    if !out.is_terminal() {
        return usize::MAX;
    }
    let width = rustix::termios::tcgetwinsize(&out).map_or(0, |size| size.ws_col);
    match usize::from(width) {
        0 => TERMINAL_WIDTH,
        width => width,
    }
}

fn render(row: &[String], widths: &[usize], edge: usize) -> String {
    let mut out = String::new();
    for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
        let last = index + 1 == row.len();
        let room = if last {
            edge.saturating_sub(out.chars().count()).max(*width)
        } else {
            *width
        };
        let shown = cut(&clean(cell), room);
        out.push_str(&shown);
        if !last {
            let fill = width.saturating_sub(shown.chars().count()) + 2;
            out.extend(std::iter::repeat_n(' ', fill));
        }
    }
    out
}

fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(room.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_align_and_end_without_blanks() {
        let row = vec!["ab".to_owned(), "c".to_owned()];
        assert_eq!(render(&row, &[4, 1], 80), "ab    c");
    }

    #[test]
    fn what_is_cut_says_so_and_a_file_gets_everything() {
        let row = vec!["abcdef".to_owned(), "x".repeat(100)];
        let shown = render(&row, &[4, 10], 20);
        assert_eq!(shown, format!("abc…  {}…", "x".repeat(13)));
        let whole = render(&row, &[6, 10], usize::MAX);
        assert_eq!(whole, format!("abcdef  {}", "x".repeat(100)));
    }
}
