//! The keys of `mesh top`.

use mesh_model::Millis;
use mesh_model::api::{AlertRefInput, ApprovalDecideInput, TaskRefInput};
use mesh_model::ops::{AlertAcknowledge, ApprovalDecide, TaskGet};
use ratatui::crossterm::event::KeyEvent;

use super::decision::{Decision, Subject};
use super::state::{Panel, Tag, Top, Wait};
use crate::screen::{Ask, named};

/// What the keys do, for the help.
pub const HELP: &[(&str, &str)] = &[
    ("Tab, Shift-Tab", "the next list, the one before"),
    ("↑ ↓ or k j", "choose in the list"),
    ("PgUp PgDn, g G", "a screen up or down, the first, the last"),
    ("Enter", "look at what is chosen, whole"),
    (
        "a",
        "approve once, or take note of an alert; its whole text is shown first",
    ),
    ("r", "refuse; its whole text is shown first"),
    ("Esc", "back"),
    ("?", "this help"),
    ("q, Ctrl-C", "end"),
];

impl Top {
    pub(super) fn key(&mut self, key: &KeyEvent, now: Millis) -> Vec<Ask<Tag>> {
        let key = named(key);
        if matches!(key.as_str(), "ctrl-c" | "ctrl-q") {
            self.over = true;
            return Vec::new();
        }
        self.notice = None;
        if self.help {
            self.help = false;
            return Vec::new();
        }
        if self.decision.is_some() {
            return self.deciding(&key, now);
        }
        match key.as_str() {
            "q" => self.over = true,
            "?" | "f1" => self.help = true,
            "tab" | "right" | "l" => self.next_panel(1),
            "shift-tab" | "left" | "h" => self.next_panel(Panel::ALL.len() - 1),
            "up" | "k" => self.choose(-1),
            "down" | "j" => self.choose(1),
            "pageup" | "ctrl-u" => self.choose(-10),
            "pagedown" | "ctrl-d" | "space" => self.choose(10),
            "home" | "g" => self.choose(isize::MIN),
            "end" | "G" => self.choose(isize::MAX),
            "enter" if self.panel == Panel::Waits => return self.open(),
            "a" | "r" => {
                self.panel = Panel::Waits;
                return self.open();
            }
            _ => {}
        }
        Vec::new()
    }

    fn next_panel(&mut self, by: usize) {
        let at = Panel::ALL.iter().position(|panel| *panel == self.panel);
        let next = (at.unwrap_or_default() + by) % Panel::ALL.len();
        self.panel = Panel::ALL[next];
    }

    fn choose(&mut self, by: isize) {
        let last = self.length(self.panel).saturating_sub(1);
        let chosen = self.chosen.entry(self.panel).or_default();
        *chosen = (*chosen).min(last).saturating_add_signed(by).min(last);
    }

    /// Shows what is chosen, whole. Neither key answers before that.
    fn open(&mut self) -> Vec<Ask<Tag>> {
        let chosen = self.chosen.get(&Panel::Waits).copied().unwrap_or_default();
        let waits = self.waits();
        let subject = match waits.get(chosen.min(waits.len().saturating_sub(1))) {
            Some(Wait::Approval(approval)) => Subject::Approval(Box::new((*approval).clone())),
            Some(Wait::Alert(alert)) => Subject::Alert(Box::new((*alert).clone())),
            None => return Vec::new(),
        };
        let (decision, task) = Decision::open(subject, self.size);
        self.decision = Some(decision);
        let task = task.map(|task| Ask::of::<TaskGet>(TaskRefInput { task }, Tag::Task(task)));
        task.into_iter().collect()
    }

    fn deciding(&mut self, key: &str, now: Millis) -> Vec<Ask<Tag>> {
        let Some(decision) = &mut self.decision else {
            return Vec::new();
        };
        let page = decision.rows().max(1) as isize;
        match key {
            "up" | "k" => decision.scroll(-1),
            "down" | "j" | "enter" => decision.scroll(1),
            "pageup" | "ctrl-u" => decision.scroll(-page),
            "pagedown" | "ctrl-d" | "space" => decision.scroll(page),
            "home" | "g" => decision.scroll(isize::MIN),
            "end" | "G" => decision.scroll(isize::MAX),
            "esc" | "q" | "left" | "h" => self.decision = None,
            "?" | "f1" => self.help = true,
            "a" => return self.decide(true, now),
            "r" => return self.decide(false, now),
            _ => {}
        }
        Vec::new()
    }

    fn decide(&mut self, approve: bool, now: Millis) -> Vec<Ask<Tag>> {
        let Some(decision) = &mut self.decision else {
            return Vec::new();
        };
        let why_not = if decision.asking {
            Some("An answer is on its way.".to_owned())
        } else if !self.standing.is_live() {
            Some("Not connected: nothing was answered.".to_owned())
        } else if let Some(closed) = &decision.closed {
            Some(format!("{closed}; nothing was answered."))
        } else if approve {
            decision.unseen()
        } else {
            None
        };
        if let Some(words) = why_not {
            self.tell(words, true, now);
            return Vec::new();
        }
        let ask = match (decision.id(), decision.alert()) {
            (Some(approval), _) => {
                let reason = String::new();
                let input = ApprovalDecideInput {
                    approval,
                    approve,
                    reason,
                };
                Ask::of::<ApprovalDecide>(input, Tag::Decided(approval, approve))
            }
            (None, Some(alert)) if approve => {
                Ask::of::<AlertAcknowledge>(AlertRefInput { alert }, Tag::Acknowledged(alert))
            }
            _ => {
                self.tell(
                    "An alert is not refused: it ends when its cause is gone.",
                    true,
                    now,
                );
                return Vec::new();
            }
        };
        decision.asking = true;
        vec![ask]
    }
}
