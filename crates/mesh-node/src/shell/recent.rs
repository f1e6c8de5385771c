//! What was stored last. Who is answered by what a command led to gets it from here and need not read the log.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use mesh_model::{Facts, Seq};

use crate::machine::Batch;

/// Batches that are remembered: an answer is made before many more are stored.
const BATCHES_MAX: usize = 16;

/// The batches that were stored last, as long as the projector keeps them: nothing stays in memory for this alone.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<VecDeque<Weak<Batch>>>);

impl Recent {
    /// Remembers a batch.
    pub fn take_in(&self, batch: &Arc<Batch>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == BATCHES_MAX {
            kept.pop_front();
        }
        kept.push_back(Arc::downgrade(batch));
    }

    /// The facts of so many events from there on, if they are here.
    pub fn facts(&self, first: Seq, count: u32) -> Option<Vec<Facts>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = kept.iter().rev().find_map(|batch| {
            let batch = batch.upgrade()?;
            (batch.events.first()?.seq <= first).then_some(batch)
        });
        drop(kept);
        let batch = batch?;
        let at = usize::try_from(first.0 - batch.events.first()?.seq.0).ok()?;
        let events = batch.events.get(at..at.checked_add(count as usize)?)?;
        Some(events.iter().map(|event| event.facts.clone()).collect())
    }
}
