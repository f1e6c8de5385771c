//! The keys of `mesh chat`.

use mesh_model::Millis;
use ratatui::crossterm::event::KeyEvent;

use super::complete::Completion;
use super::draw::style;
use super::message;
use super::state::{Chat, Tag, View, at_end};
use crate::screen::{Ask, named};

/// What the keys do, for the help.
pub const HELP: &[(&str, &str)] = &[
    ("Enter", "say it"),
    ("Alt-Enter, Ctrl-J", "a new line"),
    ("Tab", "complete @name #room /command :emoji"),
    ("↑ in an empty line", "change your last message"),
    ("Ctrl-P, Ctrl-N", "what you said before"),
    ("Alt-↑, Alt-↓", "the room above, the room below"),
    ("Ctrl-G", "the next room with something unread"),
    ("PgUp, PgDn, Ctrl-E", "scroll; to the end"),
    ("Esc", "choose a message, with ↑ ↓ or k j; then:"),
    ("  r  t  e", "answer it, open its thread, change it (yours)"),
    ("  +", "react to it: an emoji or its name"),
    ("Ctrl-F or /search", "find messages; Enter goes there"),
    ("/dm @NAME words", "say something to one alone"),
    ("/join /leave /room", "rooms"),
    ("/status /tasks /do …", "the language of mesh do"),
    ("Ctrl-C, Ctrl-Q", "end"),
];

impl Chat {
    pub(super) fn key(&mut self, key: &KeyEvent, now: Millis) -> Vec<Ask<Tag>> {
        let key = named(key);
        if matches!(key.as_str(), "ctrl-c" | "ctrl-q") {
            self.quit(now);
            return Vec::new();
        }
        self.ending = false;
        self.notice = None;
        if !matches!(key.as_str(), "tab" | "shift-tab") {
            self.completion = None;
        }
        match (&self.view, key.as_str()) {
            (View::Help, _) => {
                self.view = View::Room;
                return Vec::new();
            }
            (View::Found { .. }, _) => return self.finding(&key),
            (_, "f1") => self.view = View::Help,
            (_, "alt-up") => return self.next_room(true),
            (_, "alt-down") => return self.next_room(false),
            (_, "ctrl-g") => return self.next_unread(),
            (_, "pageup") => return self.scroll(-(self.rows().max(2) as isize - 1)),
            (_, "pagedown") => return self.scroll(self.rows().max(2) as isize - 1),
            (_, "ctrl-e") => {
                if let Some(timeline) = self.timeline_mut() {
                    at_end(timeline);
                }
            }
            _ if self.choosing => return self.choosing_key(&key, now),
            _ => return self.writing(&key, now),
        }
        Vec::new()
    }

    /// Pasted words are written as they are; no line break in them sends anything.
    pub(super) fn pasted(&mut self, words: &str, now: Millis) -> Vec<Ask<Tag>> {
        self.choosing = false;
        self.composer.insert(words);
        self.type_on(now)
    }

    fn writing(&mut self, key: &str, now: Millis) -> Vec<Ask<Tag>> {
        match key {
            "enter" => return self.submit(now),
            "alt-enter" | "ctrl-j" | "shift-enter" => self.composer.insert("\n"),
            "tab" | "shift-tab" => self.complete(key == "shift-tab"),
            "backspace" | "ctrl-h" => self.composer.backspace(),
            "delete" | "ctrl-d" => self.composer.delete(),
            "ctrl-w" | "alt-backspace" => self.composer.delete_word(),
            "ctrl-u" => self.composer.delete_line(),
            "left" | "ctrl-b" => self.composer.left(),
            "right" => self.composer.right(),
            "home" | "ctrl-a" => self.composer.home(),
            "end" => self.composer.end(),
            "ctrl-p" => self.composer.recall(true),
            "ctrl-n" => self.composer.recall(false),
            "ctrl-f" => self.composer.set("/search "),
            "up" if self.composer.is_empty() => {
                if !self.take_back_refused() {
                    self.edit_last(now);
                }
            }
            "up" | "down" => {
                self.composer.vertical(key == "down");
            }
            "esc" => return self.escape(),
            "?" if self.composer.is_empty() => self.view = View::Help,
            "space" => self.composer.insert(" "),
            one if one.chars().count() == 1 => self.composer.insert(one),
            _ => return Vec::new(),
        }
        self.type_on(now)
    }

    /// One thing is given up: changing, answering, the thread; else a message can be chosen.
    fn escape(&mut self) -> Vec<Ask<Tag>> {
        if self.editing.take().is_some() {
            self.composer.set("");
            return self.stop_typing();
        }
        if self.reply_to.take().is_some() {
            return Vec::new();
        }
        if matches!(self.view, View::Thread(..)) && self.composer.is_empty() {
            self.view = View::Room;
            return Vec::new();
        }
        self.choosing = true;
        let (rows, columns) = (self.rows(), self.columns());
        let zone = self.zone.clone();
        if let Some(timeline) = self.timeline_mut() {
            let style = style(columns, &zone, timeline.first_unread, false);
            let height =
                |all: &super::timeline::Timeline, one: &_| message::lines(all, one, &style).len();
            let top = timeline.top_seen(rows, height);
            let seen = timeline.seen_to().map(|one| one.id.0);
            timeline.chosen = seen.or(top);
        }
        Vec::new()
    }

    fn choosing_key(&mut self, key: &str, now: Millis) -> Vec<Ask<Tag>> {
        let chosen = self
            .timeline()
            .and_then(|all| all.chosen.and_then(|seq| all.get(seq)));
        let chosen = chosen.cloned();
        match (key, chosen) {
            ("up" | "k", _) => return self.choose(true),
            ("down" | "j", _) => return self.choose(false),
            ("r", Some(message)) => {
                self.reply_to = Some(message.id);
                self.chosen_no_more();
            }
            ("t" | "enter", Some(message)) => return self.enter_thread(&message),
            ("e", Some(message)) if message.from.id == self.me.id && !message.deleted => {
                self.edit(message.id, &message.text);
                self.chosen_no_more();
            }
            ("e", Some(_)) => self.tell("Only its author changes a message.", true, now),
            ("+", Some(_)) => {
                self.choosing = false;
                self.composer.set("/react ");
            }
            ("?", _) => self.view = View::Help,
            ("esc" | "q" | "i", _) => self.chosen_no_more(),
            _ => {}
        }
        Vec::new()
    }

    fn chosen_no_more(&mut self) {
        self.choosing = false;
        if let Some(timeline) = self.timeline_mut() {
            timeline.chosen = None;
        }
    }

    /// The message above or below; it comes into sight.
    fn choose(&mut self, up: bool) -> Vec<Ask<Tag>> {
        let (rows, columns, open) = (self.rows(), self.columns(), self.open);
        let zone = self.zone.clone();
        let Some(timeline) = self.timeline_mut() else {
            return Vec::new();
        };
        let style = style(columns, &zone, timeline.first_unread, false);
        let height =
            |all: &super::timeline::Timeline, one: &_| message::lines(all, one, &style).len();
        let from = timeline.chosen.or(timeline.last().map(|one| one.id.0));
        let Some(from) = from else { return Vec::new() };
        let next = if up {
            timeline.before(from)
        } else {
            timeline.after(from)
        };
        let Some(next) = next.map(|one| one.id.0) else {
            let older = open.filter(|_| up).and_then(|room| self.load_older(room));
            return older.into_iter().collect();
        };
        timeline.chosen = Some(next);
        let top = timeline.top_seen(rows, height);
        let bottom = timeline.seen_to().map(|one| one.id.0);
        if top.is_some_and(|top| next <= top) {
            timeline.top(next, rows, height);
        } else if bottom.is_some_and(|bottom| next > bottom) {
            let last = timeline.last().map(|one| one.id.0);
            timeline.place = if last == Some(next) {
                super::timeline::Place::End
            } else {
                super::timeline::Place::At(next, 0)
            };
        }
        Vec::new()
    }

    fn scroll(&mut self, by: isize) -> Vec<Ask<Tag>> {
        let (rows, columns, open) = (self.rows(), self.columns(), self.open);
        let zone = self.zone.clone();
        let Some(timeline) = self.timeline_mut() else {
            return Vec::new();
        };
        let style = style(columns, &zone, timeline.first_unread, false);
        let before = timeline.place;
        let height =
            |all: &super::timeline::Timeline, one: &_| message::lines(all, one, &style).len();
        timeline.scroll(by, rows, height);
        let near = timeline.top_seen(rows, height) == timeline.first().map(|one| one.id.0);
        if by < 0 && (near || before == timeline.place) {
            return open
                .and_then(|room| self.load_older(room))
                .into_iter()
                .collect();
        }
        Vec::new()
    }

    fn next_room(&mut self, back: bool) -> Vec<Ask<Tag>> {
        let rooms: Vec<_> = self.listed().iter().map(|room| room.id).collect();
        let at = rooms.iter().position(|room| Some(*room) == self.open);
        let count = rooms.len();
        let next = match at {
            Some(at) if back => (at + count - 1) % count,
            Some(at) => (at + 1) % count,
            None => 0,
        };
        rooms.get(next).map_or(Vec::new(), |room| self.enter(*room))
    }

    fn next_unread(&mut self) -> Vec<Ask<Tag>> {
        let rooms: Vec<_> = self
            .listed()
            .into_iter()
            .filter(|room| room.member)
            .collect();
        let at = rooms
            .iter()
            .position(|room| Some(room.id) == self.open)
            .unwrap_or_default();
        let (before, after) = rooms.split_at(at);
        let next = after
            .iter()
            .chain(before)
            .find(|room| room.unread > 0 && Some(room.id) != self.open);
        next.map(|room| room.id)
            .map_or(Vec::new(), |room| self.enter(room))
    }

    /// Tab writes the first offer, and goes on to the next.
    fn complete(&mut self, back: bool) {
        let completion = match self.completion.take() {
            Some(mut completion) => {
                completion.next(back);
                completion
            }
            None => {
                let handles = self.people.values().map(|who| who.handle.as_str());
                let rooms = self.rooms.values().filter_map(|room| room.name.as_deref());
                match Completion::of(self.composer.before(), handles, rooms) {
                    Some(completion) => completion,
                    None => return,
                }
            }
        };
        self.composer
            .replace_from(completion.start, completion.words());
        // A single offer is not a choice.
        self.completion = (completion.offers.len() > 1).then_some(completion);
    }

    fn finding(&mut self, key: &str) -> Vec<Ask<Tag>> {
        let View::Found { hits, chosen, .. } = &mut self.view else {
            return Vec::new();
        };
        let count = hits.as_ref().map_or(0, Vec::len);
        match key {
            "up" | "k" => *chosen = chosen.saturating_sub(1),
            "down" | "j" => *chosen = (*chosen + 1).min(count.saturating_sub(1)),
            "pageup" => *chosen = chosen.saturating_sub(10),
            "pagedown" => *chosen = (*chosen + 10).min(count.saturating_sub(1)),
            "enter" => {
                let hit = hits.as_ref().and_then(|hits| hits.get(*chosen));
                let place = hit.map(|hit| (hit.message.room, hit.message.id.0));
                if let Some((room, seq)) = place {
                    let mut asks = self.enter(room);
                    let timeline = self.timelines.entry(room).or_default();
                    timeline.reach = Some((seq, 0));
                    if timeline.ready {
                        asks.extend(self.reach(room));
                    }
                    self.choosing = true;
                    return asks;
                }
            }
            "esc" | "q" => self.view = View::Room,
            _ => {}
        }
        Vec::new()
    }
}
