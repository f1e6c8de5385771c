//! The whole state: what readers share ([`Access`]) and what only the writer needs.

use mesh_model::{Millis, ParticipantId, Seq};
use serde::{Deserialize, Serialize};

use crate::recent::Recent;
use crate::{Access, Remembered, Work};

/// Names the shape of [`State`]. A snapshot with another fingerprint is not read; the log is
/// replayed instead. Change it whenever a stored type changes or an event means something else.
pub const FINGERPRINT: &str = "mesh-core/24";

/// Everything the core knows. The same log gives the same state.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// What readers need. Cheap to clone; a posted message does not touch it.
    pub access: Access,
    /// Tasks, workers and what they wait for. Cheap to clone as well.
    pub work: Work,
    pub(crate) recent: Recent,
}

impl State {
    /// The state before the first event.
    pub fn new() -> State {
        State::default()
    }

    /// Who is who and who may what, which the event at this place changes.
    pub(crate) fn access_at(&mut self, seq: Seq) -> &mut Access {
        self.access.changed = seq;
        &mut self.access
    }

    /// Work, which the event at this place changes.
    pub(crate) fn work_at(&mut self, seq: Seq) -> &mut Work {
        self.work.changed = seq;
        &mut self.work
    }

    /// The last event that was applied.
    pub fn head(&self) -> Seq {
        self.recent.head
    }

    /// The time of the last event. Time never runs backwards: `Ctx.now` is at least this.
    pub fn time(&self) -> Millis {
        Millis(self.recent.time_ms)
    }

    /// What a participant's idempotency key (`CommandKey::key`) was used for, if that is still
    /// remembered. Asked by the writer before [`decide`](crate::decide).
    pub fn remembered(&self, participant: ParticipantId, key: u128) -> Option<Remembered> {
        self.recent.keyed.get(&participant)?.get(key)
    }
}
