//! Up to where messages were written to a participant's connections, since the node started.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use mesh_model::{ParticipantId, Seq};

#[derive(Debug, Default)]
pub(super) struct Offers(Mutex<HashMap<ParticipantId, Seq>>);

impl Offers {
    pub fn offer(&self, participant: ParticipantId, seq: Seq) {
        let mut offers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = offers.entry(participant).or_default();
        *known = (*known).max(seq);
    }

    pub fn offered(&self, participant: ParticipantId, seq: Seq) -> bool {
        let offers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        offers.get(&participant).is_some_and(|known| *known >= seq)
    }
}
