//! What the state remembers of journals: where their parts begin, so that the oldest can go, and how many lines tasks have.

use std::collections::{BTreeMap, VecDeque};

use mesh_model::limits::{JOURNAL_LINES_KEPT, JOURNAL_PART_LINES};
use mesh_model::{ParticipantId, Seq, TaskId};
use serde::{Deserialize, Serialize};

/// Lines of tasks that are forgotten are forgotten in passing, when there are so many more of them than tasks.
const FORGOTTEN_MAX: usize = 64;

/// All journals.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journals {
    own: BTreeMap<ParticipantId, Lines>,
    tasks: BTreeMap<TaskId, u32>,
}

/// What of somebody's lines is there, those about tasks not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    /// Where each part of [`JOURNAL_PART_LINES`] lines begins, the oldest first.
    parts: VecDeque<Seq>,
    /// Lines in the newest part.
    newest: u32,
}

impl Lines {
    fn count(&self) -> u32 {
        let parts = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        match parts.checked_sub(1) {
            Some(whole) => whole
                .saturating_mul(JOURNAL_PART_LINES)
                .saturating_add(self.newest),
            None => 0,
        }
    }
}

impl Journals {
    /// How many lines a task has.
    pub fn of_task(&self, task: TaskId) -> u32 {
        self.tasks.get(&task).copied().unwrap_or_default()
    }

    /// Where somebody's journal begins, if there is anything in it.
    pub fn begin(&self, author: ParticipantId) -> Option<Seq> {
        self.own.get(&author)?.parts.front().copied()
    }

    /// The oldest part of somebody's journal, first and last place, if it goes once `more` lines have come.
    pub fn over(&self, author: ParticipantId, more: u32) -> Option<(Seq, Seq)> {
        let lines = self.own.get(&author)?;
        if lines.count().saturating_add(more) <= JOURNAL_LINES_KEPT + JOURNAL_PART_LINES {
            return None;
        }
        let (first, next) = (lines.parts.front()?, lines.parts.get(1)?);
        Some((*first, Seq(next.0.saturating_sub(1))))
    }

    pub fn written(&mut self, author: ParticipantId, at: Seq) {
        let lines = self.own.entry(author).or_default();
        if lines.parts.is_empty() || lines.newest >= JOURNAL_PART_LINES {
            lines.parts.push_back(at);
            lines.newest = 0;
        }
        lines.newest += 1;
    }

    /// `known` says which tasks are remembered, and `tasks` how many those are.
    pub fn written_at(&mut self, task: TaskId, tasks: usize, known: impl Fn(&TaskId) -> bool) {
        if self.tasks.len() > tasks.saturating_mul(2).saturating_add(FORGOTTEN_MAX) {
            self.tasks.retain(|task, _| known(task));
        }
        let count = self.tasks.entry(task).or_default();
        *count = count.saturating_add(1);
    }

    pub fn erased(&mut self, author: ParticipantId, upto: Seq) {
        let Some(lines) = self.own.get_mut(&author) else {
            return;
        };
        // Whole parts end there: it is the end of one, or the log's.
        lines.parts.retain(|part| *part > upto);
        if lines.parts.is_empty() {
            self.own.remove(&author);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_part_goes_when_one_more_than_is_kept_is_full() {
        let (mut journals, me) = (Journals::default(), ParticipantId(uuid::Uuid::nil()));
        let full = u64::from(JOURNAL_LINES_KEPT + JOURNAL_PART_LINES);
        for seq in 1..=full {
            assert_eq!(journals.over(me, 1), None, "{seq}");
            journals.written(me, Seq(seq));
        }
        let part = (Seq(1), Seq(u64::from(JOURNAL_PART_LINES)));
        assert_eq!(journals.over(me, 1), Some(part));
        assert_eq!(journals.over(me, 0), None);
        journals.erased(me, part.1);
        assert_eq!(journals.own[&me].count(), JOURNAL_LINES_KEPT);
        assert_eq!(journals.begin(me), Some(Seq(part.1.0 + 1)));
        journals.erased(me, Seq(full));
        assert_eq!((journals.begin(me), journals.own.len()), (None, 0));
    }

    #[test]
    fn tasks_that_are_forgotten_are_forgotten_here() {
        let mut journals = Journals::default();
        let task = |number| TaskId(uuid::Uuid::from_u128(number));
        for number in 0..1000 {
            journals.written_at(task(number), 3, |it| it.0.as_u128() + 3 > number);
        }
        assert!(journals.tasks.len() <= FORGOTTEN_MAX + 8);
        assert_eq!(journals.of_task(task(999)), 1);
    }
}
