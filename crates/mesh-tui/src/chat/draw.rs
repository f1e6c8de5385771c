//! How `mesh chat` is drawn.

use jiff::tz::TimeZone;
use mesh_model::Seq;
use mesh_model::api::Room;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::keys::HELP;
use super::message::{self, Style};
use super::say::{Outgoing, Way};
use super::state::{Chat, View};
use super::timeline::{Place, Timeline};
use crate::paint::{Canvas, Line, Tone, split_bottom, split_left, split_top, window};
use crate::screen::Standing;
use crate::text::{columns, cut, one_line, plain, wrap};
use crate::top::{help_page, keys_line, name_of, padded};
use crate::words::{clock, count};

/// With less the rooms are left out: words matter more.
const ROOMS_FROM: u16 = 64;
const ROOMS_WIDE: u16 = 20;
/// Lines that are written in at once; longer texts scroll.
const COMPOSER_ROWS_MAX: usize = 6;

/// How messages are shown in so many columns.
pub fn style(room: usize, zone: &TimeZone, first_unread: Option<Seq>, thread: bool) -> Style<'_> {
    Style {
        room,
        zone,
        first_unread,
        thread,
    }
}

impl Chat {
    fn has_rooms(&self) -> bool {
        self.size.0 >= ROOMS_FROM
    }

    /// Columns of the messages.
    pub(super) fn columns(&self) -> usize {
        let rooms = if self.has_rooms() { ROOMS_WIDE + 1 } else { 0 };
        usize::from(self.size.0.saturating_sub(rooms)).max(1)
    }

    /// Rows of the messages when one line is written.
    pub(super) fn rows(&self) -> usize {
        usize::from(self.size.1)
            .saturating_sub(3 + self.composer_rows())
            .max(1)
    }

    fn composer_rows(&self) -> usize {
        let (lines, _) = self.composer.lines(self.columns().saturating_sub(2));
        lines
            .len()
            .min(COMPOSER_ROWS_MAX)
            .min(usize::from(self.size.1).saturating_sub(3).max(1))
    }

    pub(super) fn paint(&self, cells: &mut Buffer) -> Option<(u16, u16)> {
        let mut canvas = Canvas::new(cells, self.colours);
        let area = canvas.area();
        if area.width == 0 || area.height == 0 {
            return None;
        }
        canvas.clear(area);
        if matches!(self.view, View::Help) {
            help_page(&mut canvas, area, "Keys of mesh chat", HELP);
            return None;
        }
        let (strip, rest) = split_top(area, 1);
        canvas.line(strip, &self.strip(usize::from(area.width)));
        let (rest, foot) = split_bottom(rest, 1);
        canvas.line(foot, &self.foot());
        let middle = if self.has_rooms() {
            let (rooms, middle) = split_left(rest, ROOMS_WIDE);
            self.paint_rooms(&mut canvas, rooms);
            canvas.fence(middle.x, middle.y, middle.height);
            split_left(middle, 1).1
        } else {
            rest
        };
        if let View::Found {
            words,
            hits,
            chosen,
        } = &self.view
        {
            self.paint_found(&mut canvas, middle, words, hits.as_deref(), *chosen);
            return None;
        }
        let (upper, write) = split_bottom(middle, self.composer_rows() as u16);
        let (upper, told) = split_bottom(upper, 1);
        canvas.line(told, &self.told(usize::from(told.width)));
        self.paint_timeline(&mut canvas, upper);
        self.paint_composer(&mut canvas, write)
    }

    fn strip(&self, room: usize) -> Line {
        let mut facts = vec![match self.standing {
            Standing::Live => (Tone::Good, "● live".to_owned()),
            Standing::Lost(since) => (
                Tone::Bad,
                format!(
                    "○ not connected since {}; this is as of then",
                    clock(since, &self.zone)
                ),
            ),
        }];
        let waiting = self
            .outgoing
            .iter()
            .filter(|one| one.way == Way::Waiting)
            .count();
        if waiting > 0 && !self.standing.is_live() {
            facts.push((Tone::Warning, format!("{waiting} to be sent")));
        }
        facts.push((Tone::Plain, format!("@{}", self.me.handle)));
        if let Some(open) = self.open.and_then(|open| self.rooms.get(&open)) {
            facts.push((Tone::Strong, name_of(open)));
            if let View::Thread(root, _) = &self.view {
                facts.push((Tone::Strong, format!("thread of {root}")));
            }
            if open.archived {
                facts.push((Tone::Warning, "closed".to_owned()));
            }
            if !open.member {
                facts.push((Tone::Warning, "not in it: /join".to_owned()));
            }
            facts.push((Tone::Quiet, format!("{} in it", open.members)));
            facts.push((Tone::Quiet, one_line(&open.topic)));
        }
        let mut line = Line::of(Tone::Strong, "The Mesh");
        for (tone, words) in facts {
            if line.columns() + 8 > room {
                break;
            }
            if !words.is_empty() {
                let left = room - line.columns() - 3;
                line = line.and(Tone::Quiet, " · ").and(tone, cut(&words, left));
            }
        }
        line
    }

    fn foot(&self) -> Line {
        let keys: &[(&str, &str)] = match (&self.view, self.choosing) {
            (View::Found { .. }, _) => &[("↑↓", "choose"), ("Enter", "go there"), ("Esc", "back")],
            (_, true) => &[
                ("↑↓", "choose"),
                ("r", "answer"),
                ("t", "thread"),
                ("e", "change"),
                ("+", "react"),
                ("Esc", "write"),
            ],
            _ if self.editing.is_some() => &[("Enter", "change it"), ("Esc", "leave it as it is")],
            (View::Thread(..), _) => &[
                ("Enter", "answer here"),
                ("Esc", "back to the room"),
                ("F1", "help"),
            ],
            _ => &[
                ("Enter", "say"),
                ("Tab", "complete"),
                ("Esc", "choose"),
                ("Alt-↑↓", "rooms"),
                ("F1", "help"),
                ("Ctrl-C", "end"),
            ],
        };
        keys_line(keys)
    }

    fn paint_rooms(&self, canvas: &mut Canvas, area: Rect) {
        let rooms = self.listed();
        let chosen = rooms
            .iter()
            .position(|room| Some(room.id) == self.open)
            .unwrap_or_default();
        let rows = usize::from(area.height);
        let seen = window(rooms.len(), chosen, chosen.saturating_sub(rows / 2), rows);
        for (index, room) in rooms[seen].iter().enumerate() {
            let Some(row) = Canvas::row(area, index) else {
                return;
            };
            let open = Some(room.id) == self.open;
            canvas.line(row, &self.room_line(room, open, usize::from(area.width)));
            if open {
                canvas.choose(row);
            }
        }
        if rooms.is_empty() && self.loaded {
            canvas.lines(area, &[Line::of(Tone::Quiet, "No rooms yet.")]);
        }
    }

    fn room_line(&self, room: &Room, open: bool, wide: usize) -> Line {
        let unread = match (room.unread, room.unread_mentions) {
            (0, _) => String::new(),
            (unread, 0) => unread.to_string(),
            (unread, named) => format!("@{named} {unread}"),
        };
        let sign = if open {
            "▸"
        } else if room.member {
            " "
        } else {
            "·"
        };
        let draft = self
            .drafts
            .get(&room.id)
            .is_some_and(|text| !text.trim().is_empty());
        let mark = if draft { "✎" } else { "" };
        let name = wide.saturating_sub(columns(&unread) + columns(mark) + 3);
        let tone = if room.unread > 0 {
            Tone::Strong
        } else {
            Tone::Quiet
        };
        let count = if room.unread_mentions > 0 {
            Tone::Warning
        } else {
            Tone::Strong
        };
        Line::of(Tone::Strong, sign)
            .and(tone, padded(&name_of(room), name))
            .and(Tone::Warning, mark)
            .and(count, format!(" {unread}"))
    }

    /// The line above the writing: what just happened, what is offered, what is answered, who types.
    fn told(&self, room: usize) -> Line {
        if let Some((words, bad, _)) = &self.notice {
            let (sign, tone) = if *bad {
                ("! ", Tone::Bad)
            } else {
                ("✓ ", Tone::Good)
            };
            return Line::of(tone, sign).and(tone, cut(words, room.saturating_sub(2)));
        }
        if let Some(completion) = &self.completion {
            let mut line = Line::default();
            for (index, (_, shown)) in completion.offers.iter().enumerate() {
                let tone = if index == completion.at {
                    Tone::Chosen
                } else {
                    Tone::Quiet
                };
                line = line.and(tone, shown).and(Tone::Plain, "  ");
            }
            return line;
        }
        if let Some(message) = self.editing {
            return Line::of(Tone::Warning, format!("✎ changing {message}"));
        }
        if let Some(to) = self.reply_to {
            let answered = self.timeline().and_then(|all| all.get(to.0));
            let words = answered.map_or(to.to_string(), |one| {
                format!("@{}: {}", one.from.handle, one_line(&one.text))
            });
            return Line::of(Tone::Agent, "↳ answering ").and(Tone::Quiet, words);
        }
        let below = self.timeline().map_or(0, Timeline::below);
        if below > 0 {
            let words = format!(
                "▼ {} below · Ctrl-E to the end",
                count(below, "message", "messages")
            );
            return Line::of(Tone::Warning, words);
        }
        self.who_types()
    }

    fn who_types(&self) -> Line {
        let here = self
            .typing
            .iter()
            .filter(|(room, _, _)| Some(*room) == self.open);
        let names: Vec<String> = here.map(|(_, who, _)| format!("@{}", who.handle)).collect();
        match names.as_slice() {
            [] => Line::of(Tone::Quiet, "─".repeat(self.columns())),
            [one] => Line::of(Tone::Quiet, format!("{one} is typing …")),
            [one, two] => Line::of(Tone::Quiet, format!("{one} and {two} are typing …")),
            [one, rest @ ..] => Line::of(
                Tone::Quiet,
                format!("{one} and {} others are typing …", rest.len()),
            ),
        }
    }

    fn paint_timeline(&self, canvas: &mut Canvas, area: Rect) {
        let Some(timeline) = self.timeline() else {
            let words = if self.loaded {
                "No room is here. Set one up: mesh room create NAME"
            } else {
                "Fetching the rooms …"
            };
            return canvas.lines(area, &[Line::of(Tone::Quiet, words)]);
        };
        let rows = usize::from(area.height);
        let thread = matches!(self.view, View::Thread(..));
        let style = style(
            usize::from(area.width),
            &self.zone,
            timeline.first_unread,
            thread,
        );
        let mut drawn = Vec::new();
        let (mut next, mut hidden) = match timeline.place {
            Place::End => {
                let tail = self.tail(usize::from(area.width));
                drawn.extend(tail.into_iter().rev().map(|line| (None, line)));
                (timeline.last(), 0)
            }
            Place::At(seq, hidden) => (timeline.get(seq), hidden),
        };
        while let Some(message) = next.filter(|_| drawn.len() < rows) {
            let lines = message::lines(timeline, message, &style);
            let keep = lines.len().saturating_sub(hidden);
            let chosen = timeline.chosen.filter(|_| self.choosing) == Some(message.id.0);
            let lines = lines.into_iter().take(keep).rev();
            drawn.extend(lines.map(|line| (chosen.then_some(()), line)));
            hidden = 0;
            next = timeline.before(message.id.0);
        }
        if drawn.len() < rows {
            drawn.push((None, Line::of(Tone::Quiet, self.beginning(timeline))));
        }
        drawn.truncate(rows);
        // The newest words stand where the next ones are written.
        let above = rows - drawn.len();
        for (index, (chosen, line)) in drawn.into_iter().rev().enumerate() {
            let Some(row) = Canvas::row(area, above + index) else {
                return;
            };
            canvas.line(row, &line);
            if chosen.is_some() {
                canvas.choose(row);
            }
        }
    }

    fn beginning(&self, timeline: &Timeline) -> String {
        match (&timeline.trouble, timeline.loading) {
            (Some(why), _) => format!("! {why}"),
            (None, true) => "Fetching messages …".to_owned(),
            (None, false) if timeline.older => "PgUp: what was said before".to_owned(),
            (None, false) if timeline.last().is_none() => {
                "Nothing has been said here yet. Write the first words below.".to_owned()
            }
            (None, false) => "The beginning.".to_owned(),
        }
    }

    /// Behind the messages: what the node answered, and what is on its way.
    fn tail(&self, room: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        let open = self.open;
        if let (Some(notes), View::Room) = (open.and_then(|open| self.notes.get(&open)), &self.view)
        {
            for note in notes {
                lines.push(Line::of(Tone::Quiet, format!("/{}", one_line(&note.asked))));
                for part in wrap(&plain(note.words.trim_end()), room.saturating_sub(2)) {
                    lines.push(Line::of(Tone::Quiet, "│ ").and(Tone::Plain, part));
                }
            }
        }
        let here = self
            .outgoing
            .iter()
            .filter(|one| one.room == open || one.room.is_none());
        for one in here {
            self.outgoing_lines(one, room, &mut lines);
        }
        lines
    }

    fn outgoing_lines(&self, one: &Outgoing, room: usize, lines: &mut Vec<Line>) {
        let to = if one.room.is_none() {
            format!(" to {}", one.to)
        } else {
            String::new()
        };
        let (tone, state) = match &one.way {
            Way::Refused(why) => (Tone::Bad, format!("! not sent: {why} (↑ brings it back)")),
            Way::Waiting if !self.standing.is_live() => (
                Tone::Warning,
                "… waits: not connected, sent when the node is back".to_owned(),
            ),
            Way::Waiting | Way::Stored(_) => (Tone::Quiet, "… on its way".to_owned()),
        };
        lines.push(Line::of(
            Tone::of(self.me.kind),
            format!("@{}{to}", self.me.handle),
        ));
        for part in wrap(&plain(&one.text), room.saturating_sub(2)) {
            lines.push(Line::of(Tone::Quiet, "  ").and(Tone::Quiet, part));
        }
        for part in wrap(&state, room.saturating_sub(2)) {
            lines.push(Line::of(tone, "  ").and(tone, part));
        }
    }

    fn paint_composer(&self, canvas: &mut Canvas, area: Rect) -> Option<(u16, u16)> {
        let room = usize::from(area.width).saturating_sub(2);
        let (lines, (column, row)) = self.composer.lines(room);
        let rows = usize::from(area.height);
        if rows == 0 {
            return None;
        }
        let first = (row + 1).saturating_sub(rows);
        for (index, line) in lines.iter().skip(first).take(rows).enumerate() {
            let place = Canvas::row(area, index)?;
            let sign = if index + first == 0 { "› " } else { "  " };
            canvas.line(place, &Line::of(Tone::Strong, sign).and(Tone::Plain, line));
        }
        if self.composer.is_empty()
            && !self.choosing
            && let Some(place) = Canvas::row(area, 0)
        {
            let hint = match self.open.and_then(|open| self.rooms.get(&open)) {
                Some(_) if matches!(self.view, View::Thread(..)) => {
                    "answer in the thread".to_owned()
                }
                Some(open) => format!("say something in {}", name_of(open)),
                None => String::new(),
            };
            canvas.line(place, &Line::of(Tone::Strong, "› ").and(Tone::Quiet, hint));
        }
        let (x, y) = (area.x + 2 + column as u16, area.y + (row - first) as u16);
        let inside = x < area.right() && y < area.bottom();
        (inside && !self.choosing).then_some((x, y))
    }

    fn paint_found(
        &self,
        canvas: &mut Canvas,
        area: Rect,
        words: &str,
        hits: Option<&[mesh_model::api::SearchHit]>,
        chosen: usize,
    ) {
        let (head, list) = split_top(area, 1);
        let number = hits.map_or(String::new(), |hits| format!(" · {}", hits.len()));
        canvas.heading(head, &format!("Found: {}{number}", one_line(words)), true);
        let Some(hits) = hits else {
            return canvas.lines(list, &[Line::of(Tone::Quiet, "Looking …")]);
        };
        if hits.is_empty() {
            let words = "Nothing found in the rooms you may read.";
            return canvas.lines(list, &[Line::of(Tone::Quiet, words)]);
        }
        let rows = usize::from(list.height / 2);
        let seen = window(hits.len(), chosen, chosen.saturating_sub(rows / 2), rows);
        for (index, hit) in hits[seen.clone()].iter().enumerate() {
            let message = &hit.message;
            let room = self.rooms.get(&message.room).map_or(String::new(), name_of);
            let from = &message.from;
            let mut line = Line::of(Tone::of(from.kind), format!("@{}", from.handle));
            if let Some(mark) = crate::paint::trust_mark(message.trust) {
                line = line.and(Tone::Warning, format!(" [{mark}]"));
            }
            let when = crate::words::day(message.at, &self.zone);
            let line = line.and(
                Tone::Quiet,
                format!("  {room}  {when} {}", clock(message.at, &self.zone)),
            );
            let words = Line::of(Tone::Plain, format!("  {}", one_line(&hit.snippet)));
            for (offset, line) in [line, words].iter().enumerate() {
                if let Some(row) = Canvas::row(list, index * 2 + offset) {
                    canvas.line(row, line);
                    if seen.start + index == chosen {
                        canvas.choose(row);
                    }
                }
            }
        }
    }
}
