//! Refusals, counted by who, what and why, so that a flood of them cannot fill the log.

use mesh_model::command::MeshCommand;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use mesh_model::{Actor, Command, ErrorCode, Millis, ParticipantId};

use super::node::Node;

/// Different counts kept in a minute; further ones are counted as nobody's.
const COUNTS_MAX: usize = 512;
/// How long counts gather.
pub(super) const MINUTE_MS: u64 = 60_000;

type What = (Option<ParticipantId>, &'static str, ErrorCode);

#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    since: Option<Millis>,
    counts: BTreeMap<What, u32>,
}

impl Refusals {
    pub fn count(
        &self,
        participant: Option<ParticipantId>,
        operation: &'static str,
        code: ErrorCode,
        now: Millis,
    ) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.since.get_or_insert(now);
        let what = (participant, operation, code);
        let what = if kept.counts.len() < COUNTS_MAX || kept.counts.contains_key(&what) {
            what
        } else {
            (None, "other", code)
        };
        *kept.counts.entry(what).or_default() += 1;
    }

    /// Takes the counts if their minute is over, or in any case.
    fn take(&self, now: Millis, all: bool) -> Option<(Millis, BTreeMap<What, u32>)> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = kept
            .since
            .filter(|since| all || now.since(*since) >= MINUTE_MS)?;
        kept.since = None;
        Some((since, std::mem::take(&mut kept.counts)))
    }
}

impl Node {
    /// Writes down the refusals of a minute that is over.
    pub(super) async fn flush_old_refusals(&self) {
        self.record(self.refusals.take(self.now(), false)).await;
    }

    /// Writes down all refusals.
    pub(super) async fn flush_refusals(&self) {
        self.record(self.refusals.take(self.now(), true)).await;
    }

    async fn record(&self, taken: Option<(Millis, BTreeMap<What, u32>)>) {
        let Some((minute, counts)) = taken else {
            return;
        };
        for ((participant, operation, code), count) in counts {
            let (operation, code) = (operation.to_owned(), code.code().to_owned());
            let command = Command::Mesh(MeshCommand::RecordRefused {
                participant,
                operation,
                code,
                count,
                minute,
            });
            if let Err(why) = self.submit(command, Actor::Node, None, None).await {
                tracing::warn!(%why, "a count of refusals was not stored");
            }
        }
    }
}
