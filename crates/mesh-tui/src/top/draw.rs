//! How `mesh top` is drawn.

use mesh_model::Millis;
use mesh_model::api::{PresenceOf, PresenceState, Room, TaskView};
use mesh_model::events::{Kind, TaskState};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::decision::{Decision, Subject};
use super::keys::HELP;
use super::state::{Panel, Top, Wait};
use crate::paint::{Canvas, Line, Tone, split_bottom, split_left, split_top, trust_mark, window};
use crate::screen::Standing;
use crate::text::{columns, cut, one_line, plain};
use crate::words::{clock, count, money, span};

/// From here on the lists stand in two columns.
const WIDE: u16 = 110;
/// With less, words make way for signs.
const NARROW: usize = 50;
/// A list with less is not legible.
const PANEL_ROWS_MIN: u16 = 3;

impl Top {
    pub(super) fn paint(&self, cells: &mut Buffer, now: Millis) {
        let mut canvas = Canvas::new(cells, self.colours);
        let area = canvas.area();
        if area.width == 0 || area.height == 0 {
            return;
        }
        canvas.clear(area);
        if self.help {
            return help(&mut canvas, area);
        }
        if let Some(decision) = &self.decision {
            return self.paint_decision(&mut canvas, area, decision, now);
        }
        let (strip, rest) = split_top(area, 1);
        canvas.line(strip, &self.strip(usize::from(area.width), now));
        let (rest, foot) = split_bottom(rest, 1);
        let (rest, told) = split_bottom(rest, u16::from(self.told().is_some()));
        if let Some(line) = self.told() {
            canvas.line(told, &line);
        }
        canvas.line(foot, &self.foot());
        self.panels(&mut canvas, rest, now);
    }

    /// The figures that are always there. The last ones go first where there is no room.
    fn strip(&self, room: usize, now: Millis) -> Line {
        let states = |of: &[TaskState]| {
            let stats = self.stats.iter().flat_map(|stats| &stats.states);
            let all = stats.filter(|one| of.contains(&one.state));
            all.map(|one| one.count as usize).sum::<usize>()
        };
        let waiting = states(&[TaskState::Queued, TaskState::Waiting, TaskState::Retrying]);
        let running = states(&[TaskState::Running, TaskState::Leased]);
        let mut facts = vec![match self.standing {
            Standing::Live => (Tone::Good, "● live".to_owned()),
            Standing::Lost(since) => (
                Tone::Bad,
                format!("○ not connected since {}", clock(since, &self.zone)),
            ),
        }];
        if !self.approvals.is_empty() {
            facts.push((
                Tone::Warning,
                format!("{} to approve", self.approvals.len()),
            ));
        }
        if !self.alerts.is_empty() {
            facts.push((Tone::Bad, count(self.alerts.len(), "alert", "alerts")));
        }
        facts.push((Tone::Plain, count(self.agents().count(), "agent", "agents")));
        let tasks = format!("{running} running, {waiting} waiting");
        facts.push((Tone::Plain, tasks));
        let spent = self.stats.as_ref().and_then(|stats| stats.days.last());
        let spent = money(spent.map_or(0, |day| day.spend.micros));
        facts.push((Tone::Plain, format!("{spent} today")));
        facts.push((
            Tone::Plain,
            format!("{} msg/min", self.pace.per_minute(now)),
        ));
        let people = self
            .here
            .values()
            .filter(|one| one.participant.kind == Kind::Human);
        facts.push((Tone::Quiet, count(people.count(), "person", "people")));
        // The figures matter more than the name.
        let name = if room < WIDE.into() { "" } else { "The Mesh" };
        let mut line = Line::of(Tone::Strong, name);
        let wide = line.columns()
            + facts
                .iter()
                .map(|(_, words)| columns(words) + 3)
                .sum::<usize>();
        let between = if wide > room { "│" } else { " · " };
        for (tone, words) in facts {
            let gap = if line.columns() > 0 { between } else { "" };
            if line.columns() + columns(gap) + columns(&words) > room {
                break;
            }
            line = line.and(Tone::Quiet, gap).and(tone, words);
        }
        line
    }

    fn told(&self) -> Option<Line> {
        if let Some((words, bad, _)) = &self.notice {
            let sign = if *bad { "! " } else { "✓ " };
            let tone = if *bad { Tone::Bad } else { Tone::Good };
            return Some(Line::of(tone, sign).and(tone, words));
        }
        match self.standing {
            Standing::Live => None,
            Standing::Lost(since) => Some(Line::of(
                Tone::Warning,
                format!(
                    "Not connected. What you see is as of {}.",
                    clock(since, &self.zone)
                ),
            )),
        }
    }

    fn foot(&self) -> Line {
        let mut keys = vec![("Tab", "list"), ("↑↓", "choose")];
        if self.length(Panel::Waits) > 0 {
            keys.extend([("a", "approve"), ("r", "refuse"), ("Enter", "look")]);
        }
        keys.extend([("?", "help"), ("q", "end")]);
        keys_line(&keys)
    }

    /// The lists: all of them where they have room, else the chosen one alone.
    fn panels(&self, canvas: &mut Canvas, area: Rect, now: Millis) {
        if area.width >= WIDE && area.height >= 2 * PANEL_ROWS_MIN {
            let (left, right) = split_left(area, area.width / 2);
            let (fence, right) = split_left(right, 2);
            canvas.fence(fence.x, fence.y, fence.height);
            let left = Rect {
                width: left.width.saturating_sub(1),
                ..left
            };
            self.stack(canvas, left, &[Panel::Waits, Panel::Agents], now);
            self.stack(canvas, right, &[Panel::Tasks, Panel::Rooms], now);
        } else if area.height >= 4 * PANEL_ROWS_MIN {
            self.stack(canvas, area, &Panel::ALL, now);
        } else {
            self.panel(canvas, area, self.panel, now);
        }
    }

    fn stack(&self, canvas: &mut Canvas, area: Rect, panels: &[Panel], now: Millis) {
        let wanted: Vec<u16> = panels.iter().map(|panel| self.wanted(*panel)).collect();
        let focused = panels.iter().position(|panel| *panel == self.panel);
        let mut rest = area;
        for (panel, rows) in panels.iter().zip(shares(&wanted, focused, area.height)) {
            let (place, below) = split_top(rest, rows);
            self.panel(canvas, place, *panel, now);
            rest = below;
        }
    }

    /// Heading and entries, or the line that says that there are none.
    fn wanted(&self, panel: Panel) -> u16 {
        u16::try_from(self.length(panel).max(1) + 1).unwrap_or(u16::MAX)
    }

    fn panel(&self, canvas: &mut Canvas, area: Rect, panel: Panel, now: Millis) {
        let (head, list) = split_top(area, 1);
        let length = self.length(panel);
        let name = match panel {
            Panel::Waits => "Waits for you",
            Panel::Tasks => "Tasks under way",
            Panel::Agents => "Agents here",
            Panel::Rooms => "Rooms by activity",
        };
        let heading = if length > 0 {
            format!("{name} · {length}")
        } else {
            name.to_owned()
        };
        if head.height > 0 {
            canvas.heading(head, &heading, panel == self.panel);
        }
        if let Some(why) = self.troubles.get(&panel).filter(|_| length == 0) {
            return canvas.lines(list, &[Line::of(Tone::Warning, format!("  ! {why}"))]);
        }
        if length == 0 {
            return canvas.lines(
                list,
                &[Line::of(Tone::Quiet, format!("  {}", self.empty(panel)))],
            );
        }
        let chosen = self
            .chosen
            .get(&panel)
            .copied()
            .unwrap_or_default()
            .min(length - 1);
        let rows = usize::from(list.height);
        let seen = window(length, chosen, chosen.saturating_sub(rows / 2), rows);
        let width = usize::from(list.width);
        for (index, line) in self
            .entries(panel, seen.clone(), width, now)
            .iter()
            .enumerate()
        {
            let Some(row) = Canvas::row(list, index) else {
                return;
            };
            canvas.line(row, line);
            if panel == self.panel && seen.start + index == chosen {
                canvas.choose(row);
            }
        }
    }

    fn empty(&self, panel: Panel) -> &'static str {
        match panel {
            Panel::Waits => "Nothing waits for your answer.",
            Panel::Tasks => "Nothing is being done. Give work: mesh task add ROOM 'what to do'",
            Panel::Agents => "No agent is here. Bring one in: mesh install, or mesh work",
            Panel::Rooms => "No rooms yet. Set one up: mesh room create NAME",
        }
    }

    /// The lines that are in sight, and no others: lists may be long.
    fn entries(
        &self,
        panel: Panel,
        seen: std::ops::Range<usize>,
        width: usize,
        now: Millis,
    ) -> Vec<Line> {
        let (skip, take) = (seen.start, seen.len());
        match panel {
            Panel::Waits => {
                let waits = self.waits().into_iter().skip(skip).take(take);
                waits.map(|wait| self.wait(wait, width, now)).collect()
            }
            Panel::Tasks => {
                let tasks = self.tasks.iter().skip(skip).take(take);
                tasks.map(|task| self.task_line(task, width, now)).collect()
            }
            Panel::Agents => {
                let agents = self.agents().skip(skip).take(take);
                agents.map(|one| self.agent_line(one)).collect()
            }
            Panel::Rooms => {
                let rooms = self.liveliest(now).into_iter().skip(skip).take(take);
                rooms.map(|(room, pace)| room_line(room, pace)).collect()
            }
        }
    }

    fn room_name(&self, id: mesh_model::RoomId) -> String {
        self.rooms.get(&id).map_or(String::new(), name_of)
    }

    fn wait(&self, wait: Wait<'_>, width: usize, now: Millis) -> Line {
        match wait {
            Wait::Approval(one) => {
                let question = match (&one.question, one.task) {
                    (Some(question), _) => one_line(question),
                    (None, Some(task)) => format!("May this begin: {}", self.title(task)),
                    (None, None) => "(erased)".to_owned(),
                };
                let left = span(one.until.since(now));
                let end = format!("  {}  {left} left", self.room_name(one.room));
                let who = format!("@{}", one.from.handle);
                let mark =
                    trust_mark(one.from.trust).map_or(String::new(), |mark| format!(" [{mark}]"));
                let used = 2 + columns(&who) + columns(&mark) + 7 + columns(&end);
                let question = fitted(&question, width.saturating_sub(used));
                Line::of(Tone::Warning, "? ")
                    .and(Tone::of(one.from.kind), who)
                    .and(Tone::Warning, mark)
                    .and(Tone::Quiet, " asks: ")
                    .and(Tone::Plain, question)
                    .and(Tone::Quiet, end)
            }
            Wait::Alert(one) => {
                let end = format!("  {}", span(now.since(one.since)));
                let title = fitted(
                    &one_line(&one.title),
                    width.saturating_sub(2 + columns(&end)),
                );
                Line::of(Tone::Bad, "! ")
                    .and(Tone::Plain, title)
                    .and(Tone::Quiet, end)
            }
        }
    }

    fn title(&self, task: mesh_model::TaskId) -> String {
        let task = self.tasks.iter().find(|one| one.id == task);
        let title = task.and_then(|task| task.title.as_deref());
        title.map_or("a task".to_owned(), one_line)
    }

    fn task_line(&self, task: &TaskView, width: usize, now: Millis) -> Line {
        let (sign, tone) = state_mark(task.state);
        let since = task
            .attempt
            .as_ref()
            .map_or(task.created_at, |attempt| attempt.since);
        let age = format!("{:>7}", span(now.since(since)));
        let worker = task.attempt.as_ref().map(|attempt| attempt.worker);
        let worker = worker.and_then(|id| self.names.get(&id));
        let worker = worker.or(task.assigned.as_ref());
        let who = worker.map_or("-".to_owned(), |who| format!("@{}", who.handle));
        let who_tone = worker.map_or(Tone::Quiet, |who| Tone::of(who.kind));
        let title = task
            .title
            .as_deref()
            .map_or("(erased)".to_owned(), one_line);
        let line = if width < NARROW {
            Line::of(tone, format!("{sign} ")).and(Tone::Quiet, format!("{age} "))
        } else {
            Line::of(tone, format!("{sign} {:<9}", task.state.name()))
                .and(Tone::Quiet, format!("{age}  "))
        };
        let line = line.and(
            who_tone,
            format!("{} ", padded(&who, if width < NARROW { 8 } else { 13 })),
        );
        match self.lines.get(&task.id).filter(|_| !task.state.is_ended()) {
            Some(last) => {
                let room = width.saturating_sub(line.columns());
                let title = cut(&title, (room / 2).max(8));
                line.and(Tone::Plain, title)
                    .and(Tone::Quiet, " │ ")
                    .and(Tone::Quiet, last)
            }
            None => line.and(Tone::Plain, title),
        }
    }

    fn agent_line(&self, one: &PresenceOf) -> Line {
        let who = &one.participant;
        let (sign, state, tone) = match one.presence.state {
            PresenceState::Idle => ("○", "idle", Tone::Quiet),
            PresenceState::Busy => ("●", "busy", Tone::Good),
            PresenceState::Dnd => ("⊘", "dnd", Tone::Warning),
            PresenceState::Away => ("◌", "away", Tone::Quiet),
            PresenceState::Offline => ("·", "gone", Tone::Quiet),
        };
        let task = self.tasks.iter().find(|task| {
            task.attempt
                .as_ref()
                .is_some_and(|attempt| attempt.worker == who.id)
        });
        let task = task.map(|task| {
            task.title
                .as_deref()
                .map_or("(erased)".to_owned(), one_line)
        });
        let summary = one.presence.summary.as_deref().map(one_line);
        let mut line = Line::of(tone, format!("{sign} {state:<5}"))
            .and(
                Tone::of(who.kind),
                format!("{} ", padded(&format!("@{}", who.handle), 16)),
            )
            .and(Tone::Quiet, format!("{:<7}", who.kind.name()));
        if let Some(mark) = trust_mark(who.trust) {
            line = line.and(Tone::Warning, format!("[{mark}] "));
        }
        if let Some(task) = task {
            line = line.and(Tone::Plain, format!("▶ {task}"));
        }
        match summary.filter(|words| !words.is_empty()) {
            Some(words) => line.and(Tone::Quiet, format!("  {words}")),
            None => line,
        }
    }

    fn paint_decision(&self, canvas: &mut Canvas, area: Rect, decision: &Decision, now: Millis) {
        let (head, rest) = split_top(area, 1);
        canvas.heading(head, &decision.heading(now), true);
        let (rest, foot) = split_bottom(rest, 1);
        let (rest, told) = split_bottom(rest, 1);
        let (body, end) = split_bottom(rest, 1);
        let lines = decision.lines(area.width);
        let seen = lines.get(decision.first..).unwrap_or_default();
        canvas.lines(body, seen);
        let below = decision.below();
        let mark = match (below, &decision.closed) {
            (_, Some(closed)) => Line::of(Tone::Warning, format!("── {closed}")),
            (0, None) => Line::of(Tone::Quiet, "── the end: that is all of it"),
            (below, None) => Line::of(
                Tone::Warning,
                format!("▼ {} below", count(below, "more line", "more lines")),
            ),
        };
        canvas.line(end, &mark);
        if let Some(line) = self.told() {
            canvas.line(told, &line);
        } else if decision.asking {
            canvas.line(told, &Line::of(Tone::Quiet, "Your answer is on its way …"));
        }
        let keys: &[(&str, &str)] = match decision.subject {
            Subject::Approval(_) => &[
                ("a", "approve once"),
                ("r", "refuse"),
                ("↑↓ PgDn", "scroll"),
                ("Esc", "back, unanswered"),
            ],
            Subject::Alert(_) => &[
                ("a", "take note"),
                ("↑↓ PgDn", "scroll"),
                ("Esc", "back, unanswered"),
            ],
        };
        canvas.line(foot, &keys_line(keys));
    }
}

/// A room's name as it is written: `#general`, `@rex` for a conversation.
pub fn name_of(room: &Room) -> String {
    match (&room.name, &room.with) {
        (Some(name), _) => format!("#{name}"),
        (None, Some(with)) => format!("@{}", with.handle),
        (None, None) => "a conversation".to_owned(),
    }
}

fn room_line(room: &Room, pace: usize) -> Line {
    let tone = if pace > 0 { Tone::Good } else { Tone::Quiet };
    let mut line = Line::of(Tone::Plain, format!("  {}", padded(&name_of(room), 22)))
        .and(tone, format!("{pace:>4}/min  "))
        .and(Tone::Quiet, format!("{:>3} in it  ", room.members));
    if room.unread > 0 {
        line = line.and(Tone::Strong, format!("{} unread  ", room.unread));
    }
    if room.unread_mentions > 0 {
        line = line.and(
            Tone::Warning,
            format!("@{} name you  ", room.unread_mentions),
        );
    }
    line.and(Tone::Quiet, one_line(&room.topic))
}

fn state_mark(state: TaskState) -> (&'static str, Tone) {
    match state {
        TaskState::Running | TaskState::Leased => ("▶", Tone::Good),
        TaskState::Blocked => ("?", Tone::Warning),
        TaskState::Verifying => ("=", Tone::Plain),
        TaskState::Retrying => ("↻", Tone::Warning),
        TaskState::Paused => ("‖", Tone::Quiet),
        TaskState::Failed => ("!", Tone::Bad),
        _ => ("·", Tone::Quiet),
    }
}

/// Exactly so many columns.
pub fn padded(text: &str, room: usize) -> String {
    let mut text = cut(&plain(text), room);
    let fill = room.saturating_sub(columns(&text));
    text.extend(std::iter::repeat_n(' ', fill));
    text
}

/// Words that fill their place, so that what follows stands at the edge.
fn fitted(text: &str, room: usize) -> String {
    padded(text, room)
}

/// Keys and what they do.
pub fn keys_line(keys: &[(&str, &str)]) -> Line {
    keys.iter().fold(Line::default(), |line, (key, does)| {
        let gap = if line.0.is_empty() { "" } else { "   " };
        line.and(Tone::Strong, format!("{gap}{key}"))
            .and(Tone::Quiet, format!(" {does}"))
    })
}

fn help(canvas: &mut Canvas, area: Rect) {
    help_page(canvas, area, "Keys of mesh top", HELP);
}

/// The keys, one a line.
pub fn help_page(canvas: &mut Canvas, area: Rect, title: &str, keys: &[(&str, &str)]) {
    let (head, list) = split_top(area, 1);
    canvas.heading(head, title, true);
    let wide = keys.iter().map(|(key, _)| columns(key)).max().unwrap_or(0);
    let lines: Vec<Line> = keys
        .iter()
        .map(|(key, does)| {
            Line::of(Tone::Strong, format!("  {}  ", padded(key, wide))).and(Tone::Plain, *does)
        })
        .chain([Line::of(Tone::Quiet, "  Any key goes back.")])
        .collect();
    canvas.lines(list, &lines);
}

/// How many rows each list gets: what it needs if there are enough, the list that is chosen before the others.
fn shares(wanted: &[u16], focused: Option<usize>, rows: u16) -> Vec<u16> {
    let mut shares: Vec<u16> = wanted
        .iter()
        .map(|want| (*want).min(PANEL_ROWS_MIN))
        .collect();
    let mut left = rows.saturating_sub(shares.iter().sum());
    // Half of what is left goes to the chosen list, the rest in turn.
    if let Some(index) = focused {
        let more = (wanted[index] - shares[index]).min(left / 2);
        shares[index] += more;
        left -= more;
    }
    while left > 0 {
        let mut given = false;
        for (share, want) in shares.iter_mut().zip(wanted) {
            if left > 0 && *share < *want {
                *share += 1;
                left -= 1;
                given = true;
            }
        }
        if !given {
            break;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_where_they_are_needed_and_none_is_given_twice() {
        assert_eq!(shares(&[2, 2, 2, 2], None, 20), [2, 2, 2, 2]);
        let given = shares(&[2, 100, 100, 100], Some(3), 20);
        assert_eq!(given.iter().sum::<u16>(), 20);
        assert!(given[3] > given[1] && given[1] >= 3, "{given:?}");
    }
}
