//! What waits for a yes: in the node's memory, for a minute, and for one time. A node that is started anew knows of nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use mesh_model::api::{VoiceLocale, VoiceUnderstood};
use mesh_model::{Actor, ApprovalId, Millis, ParticipantId, RoomId, TaskId, TemplateId};

use super::phrases::Want;

/// A yes may follow its question for so long, milliseconds: who waits longer talks of something else by then.
const YES_MS: u64 = 60_000;
/// Questions of one participant that wait for a yes at a time; the oldest gives way.
const YESES_MAX: usize = 4;
/// Questions that wait at a time, of all: past that the oldest gives way.
const ALL_MAX: usize = 4096;

/// What is done after a yes: exactly this, whatever was said and came in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Give an approval or refuse it.
    Decide {
        approval: ApprovalId,
        approve: bool,
        reason: String,
    },
    /// Cancel a task.
    Cancel { task: TaskId },
    /// Give out no work, or work again.
    Dispatch { on: bool },
    /// Whether a worker is given work.
    Mode { who: ParticipantId, want: Want },
    /// A task for somebody.
    Task {
        room: RoomId,
        who: ParticipantId,
        text: String,
    },
    /// A task for whoever fits, or a goal that is taken apart.
    Open {
        room: RoomId,
        want: Want,
        text: String,
    },
    /// A task from a template.
    Template {
        room: RoomId,
        template: TemplateId,
        values: Vec<(String, String)>,
    },
}

/// A deed that waits.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    actor: Actor,
    until: Millis,
    /// The order in which they came.
    number: u64,
    asked: Asked,
}

/// What is asked for a yes.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub deed: Deed,
    pub locale: VoiceLocale,
    /// The sentence that led to it, as it is compared.
    pub sentence: String,
    /// What it does, as it was said.
    pub clause: String,
    pub understood: VoiceUnderstood,
}

#[derive(Debug, Default)]
struct Book {
    waiting: HashMap<String, Waiting>,
    next: u64,
}

/// All that wait.
#[derive(Debug, Default)]
pub(crate) struct Yeses(Mutex<Book>);

impl Yeses {
    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a deed under a token.
    pub fn note(&self, token: String, actor: Actor, now: Millis, asked: Asked) {
        let mut book = self.book();
        book.waiting.retain(|_, it| it.until > now);
        let who = actor.participant();
        let mine = |it: &Waiting| it.actor.participant() == who;
        if book.waiting.values().filter(|it| mine(it)).count() >= YESES_MAX {
            book.drop_oldest(mine);
        }
        if book.waiting.len() >= ALL_MAX {
            book.drop_oldest(|_| true);
        }
        let number = book.next;
        book.next += 1;
        let waiting = Waiting {
            actor,
            until: now.plus(YES_MS),
            number,
            asked,
        };
        book.waiting.insert(token, waiting);
    }

    /// Takes what waits under a token, if this caller was asked and it is not too late. It counts once.
    pub fn take(&self, token: &str, actor: Actor, now: Millis) -> Option<Asked> {
        let mut book = self.book();
        // Somebody else's word does not take it from whoever was asked.
        if book.waiting.get(token)?.actor != actor {
            return None;
        }
        let taken = book.waiting.remove(token);
        taken.filter(|it| it.until > now).map(|it| it.asked)
    }
}

impl Book {
    fn drop_oldest(&mut self, of: impl Fn(&Waiting) -> bool) {
        let all = self.waiting.iter().filter(|(_, it)| of(it));
        let oldest = all.min_by_key(|(_, it)| it.number);
        if let Some(token) = oldest.map(|(token, _)| token.clone()) {
            self.waiting.remove(&token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::understood;
    use super::*;
    use mesh_model::api::VoiceKind;
    use uuid::Uuid;

    fn actor(number: u128) -> Actor {
        Actor::User(ParticipantId(Uuid::from_u128(number)))
    }

    fn at(ms: u64) -> Millis {
        Millis(ms)
    }

    fn note(yeses: &Yeses, token: &str, who: u128, now: u64) {
        let asked = Asked {
            deed: Deed::Dispatch { on: false },
            locale: VoiceLocale::En,
            sentence: String::new(),
            clause: String::new(),
            understood: understood(VoiceKind::Command, "stop_dispatch"),
        };
        yeses.note(token.to_owned(), actor(who), at(now), asked);
    }

    #[test]
    fn a_yes_counts_once_for_whoever_was_asked_and_for_a_minute() {
        let yeses = Yeses::default();
        note(&yeses, "a", 1, 0);
        assert!(yeses.take("a", actor(2), at(1)).is_none());
        assert!(yeses.take("b", actor(1), at(1)).is_none());
        assert!(yeses.take("a", actor(1), at(YES_MS - 1)).is_some());
        assert!(yeses.take("a", actor(1), at(2)).is_none());
        note(&yeses, "c", 1, 0);
        assert!(yeses.take("c", actor(1), at(YES_MS)).is_none());
    }

    #[test]
    fn the_oldest_of_too_many_gives_way() {
        let yeses = Yeses::default();
        note(&yeses, "other", 2, 0);
        for token in 0..=YESES_MAX {
            note(&yeses, &token.to_string(), 1, 0);
        }
        assert!(yeses.take("0", actor(1), at(1)).is_none());
        for token in 1..=YESES_MAX {
            assert!(yeses.take(&token.to_string(), actor(1), at(1)).is_some());
        }
        assert!(yeses.take("other", actor(2), at(1)).is_some());
    }
}
