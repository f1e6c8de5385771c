//! Who waits at the writer for work, and how they go without taking anything.
//!
//! Whoever waits and the writer share a claim. The writer claims before it decides; whoever goes takes the claim away.
//! So one of them always knows: either nothing is taken for who is gone, or an answer comes to who wants to go. No
//! message is needed to go, so a queue that is full keeps nobody.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use mesh_model::limits::TAKES_TRIED_MAX;
use mesh_model::{Effect, ErrorCode, Refusal};
use tokio::sync::oneshot;

use super::threads::Reply;
use crate::machine::{Outcome, Submission};

/// Waits, and the writer is not at it.
const OPEN: u8 = 0;
/// The writer decides.
const CLAIMED: u8 = 1;
/// Who waited is gone, or goes as soon as the writer has decided.
const GONE: u8 = 2;

/// What who waits and the writer share.
#[derive(Debug, Default)]
pub(super) struct Claim(AtomicU8);

impl Claim {
    /// The writer's: whether it may decide.
    pub fn claim(&self) -> bool {
        let (order, failed) = (Ordering::AcqRel, Ordering::Acquire);
        let claimed = self.0.compare_exchange(OPEN, CLAIMED, order, failed);
        claimed.is_ok()
    }

    /// The writer's, if there was nothing: whether it is waited for more. If not, an answer is due.
    fn release(&self) -> bool {
        let (order, failed) = (Ordering::AcqRel, Ordering::Acquire);
        let released = self.0.compare_exchange(CLAIMED, OPEN, order, failed);
        released.is_ok()
    }

    /// Of who waits: whether nothing was or will be decided. If not, an answer comes.
    fn leave(&self) -> bool {
        self.0.swap(GONE, Ordering::AcqRel) != CLAIMED
    }
}

/// A command that waits at the writer until there is something for it. Dropped, it gets nothing more.
#[derive(Debug)]
pub struct Wait {
    claim: Arc<Claim>,
    answer: oneshot::Receiver<Result<Outcome, Refusal>>,
    over: bool,
}

impl Wait {
    pub(super) fn new(
        claim: Arc<Claim>,
        answer: oneshot::Receiver<Result<Outcome, Refusal>>,
    ) -> Wait {
        Wait {
            claim,
            answer,
            over: false,
        }
    }

    /// What came. Nothing more comes afterwards.
    pub async fn answered(&mut self) -> Result<Outcome, Refusal> {
        let answer = (&mut self.answer).await;
        self.over = true;
        answer.unwrap_or_else(|_| Err(self.broke_off()))
    }

    /// Waits no more. What the writer has decided at this moment is answered all the same.
    pub async fn leave(mut self) -> Option<Result<Outcome, Refusal>> {
        let nothing = self.claim.leave();
        self.over = true;
        if nothing {
            // It may be answered already.
            return self.answer.try_recv().ok();
        }
        let answer = (&mut self.answer).await;
        Some(answer.unwrap_or_else(|_| Err(unknown())))
    }

    /// The writer ended without an answer.
    fn broke_off(&self) -> Refusal {
        if self.claim.leave() {
            Refusal::new(
                ErrorCode::ShuttingDown,
                "the node is going down",
                Effect::NothingTaken,
                "ask again once the node is up",
            )
        } else {
            unknown()
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if !self.over {
            self.claim.leave();
        }
    }
}

fn unknown() -> Refusal {
    Refusal::new(
        ErrorCode::OutcomeUnknown,
        "the node's writer broke off",
        Effect::told("it is unknown whether a task was taken"),
        "ask again once the node is up, with the same idempotency key; a task that nobody works at is free again when its lease ends",
    )
}

/// One that waits, as the writer's thread has it.
pub(super) struct Waiter {
    pub submission: Submission,
    pub reply: Reply,
    pub claim: Arc<Claim>,
}

/// All that wait. Who waits longest comes first, as long as all are tried at once.
#[derive(Default)]
pub(super) struct Waiters(VecDeque<Waiter>);

impl Waiters {
    /// Those whose turn it is, claimed; who is gone is forgotten. The others have theirs with the next batch.
    pub fn turn(&mut self) -> Vec<Waiter> {
        let turn = self.0.len().min(TAKES_TRIED_MAX);
        let turn = self.0.drain(..turn);
        turn.filter(|waiter| waiter.claim.claim()).collect()
    }

    /// Takes back who got nothing; who wants to go meanwhile is told so.
    pub fn keep(&mut self, waiter: Waiter, nothing: Outcome) {
        if waiter.claim.release() {
            self.0.push_back(waiter)
        } else {
            drop(waiter.reply.send(Ok(nothing)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_gone_gets_nothing() {
        let claim = Claim::default();
        assert!(claim.leave(), "nobody was at it");
        assert!(!claim.claim(), "nothing is decided for who is gone");
    }

    #[test]
    fn who_goes_while_the_writer_decides_hears_the_answer() {
        let claim = Claim::default();
        assert!(claim.claim());
        assert!(!claim.leave(), "an answer comes");
        assert!(!claim.release(), "it is due though there was nothing");
        assert!(!claim.claim(), "and nothing more is decided");
    }

    #[test]
    fn who_got_nothing_is_tried_again() {
        let claim = Claim::default();
        for _ in 0..2 {
            assert!(claim.claim());
            assert!(claim.release());
        }
        assert!(claim.leave());
    }
}
