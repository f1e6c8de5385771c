//! Finds the terms of a large batch's messages on a thread of its own: that takes about as long as to write them.

use std::sync::mpsc::{self, Receiver};
use std::thread::Scope;

use mesh_model::Facts;
use mesh_model::events::MessageFacts;

use crate::sql::int;
use crate::view::StoredEvent;
use crate::view::index::push_terms;
use crate::view::message::Body;

/// Events of a batch from which on a thread is worth its while.
const EVENTS_MIN: usize = 1024;
/// Messages that it may be ahead.
const AHEAD_MAX: usize = 4096;

/// The terms of the messages of a batch, in the log's order.
pub(super) struct Ahead {
    terms: Receiver<(i64, String)>,
    /// What was received for a later message than the one that was asked for.
    next: Option<(i64, String)>,
}

impl Ahead {
    /// Begins if the batch is large enough.
    pub fn begin<'scope>(
        scope: &'scope Scope<'scope, '_>,
        events: &'scope [StoredEvent<'_>],
    ) -> Option<Ahead> {
        if events.len() < EVENTS_MIN {
            return None;
        }
        let (send, terms) = mpsc::sync_channel(AHEAD_MAX);
        let posted = |event: &&StoredEvent<'_>| {
            matches!(event.facts, Facts::Message(MessageFacts::Posted(_)))
        };
        scope.spawn(move || {
            for event in events.iter().filter(posted) {
                let found = terms_of(&Body::of(event).text);
                // Nobody listens any more if the batch could not be written.
                if send.send((int(event.seq.0), found)).is_err() {
                    return;
                }
            }
        });
        Some(Ahead { terms, next: None })
    }

    /// The terms of the message at `seq`. Who asks goes on in the log's order.
    pub fn take(&mut self, seq: i64) -> Option<String> {
        loop {
            let (at, terms) = match self.next.take() {
                Some(next) => next,
                None => self.terms.recv().ok()?,
            };
            if at == seq {
                return Some(terms);
            }
            if at > seq {
                self.next = Some((at, terms));
                return None;
            }
        }
    }
}

/// The terms of a text, each with a space after it.
pub(super) fn terms_of(text: &str) -> String {
    let mut terms = String::with_capacity(text.len() + text.len() / 4);
    push_terms(&mut terms, text);
    terms
}
