//! What the state remembers of claims: enough to bound them, to know whose they are, and to let them go with their source.

use imbl::OrdMap;
use mesh_model::events::{Claimed, EntitySource, Trust};
use mesh_model::{ParticipantId, RoomId, Seq};
use serde::{Deserialize, Serialize};

use crate::Work;

/// A claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Who claims it.
    pub by: Option<ParticipantId>,
    /// What it says.
    pub about: Claimed,
    /// On what it stands.
    pub source: EntitySource,
    /// How many bytes its words have.
    pub bytes: u32,
    /// How far it is trusted.
    pub trust: Trust,
}

/// The claims of a room and their sums.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct OfRoom {
    pub claims: OrdMap<Seq, Claim>,
    pub relations: usize,
    pub bytes: u64,
}

/// All claims, with what their sums are. In a snapshot are the claims alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Kept>", into = "Vec<Kept>")]
pub(crate) struct Claims {
    pub rooms: OrdMap<RoomId, OfRoom>,
    pub all: usize,
}

/// A claim as a snapshot has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    room: RoomId,
    seq: Seq,
    claim: Claim,
}

impl From<Claims> for Vec<Kept> {
    fn from(all: Claims) -> Vec<Kept> {
        let rooms = all.rooms.into_iter();
        let kept = rooms.flat_map(|(room, of)| {
            let claims = of.claims.into_iter();
            claims.map(move |(seq, claim)| Kept { room, seq, claim })
        });
        kept.collect()
    }
}

impl From<Vec<Kept>> for Claims {
    fn from(kept: Vec<Kept>) -> Claims {
        let mut all = Claims::default();
        for Kept { room, seq, claim } in kept {
            all.put(room, seq, claim);
        }
        all
    }
}

impl Claims {
    pub fn put(&mut self, room: RoomId, seq: Seq, claim: Claim) {
        self.remove(room, seq);
        let of = self.rooms.entry(room).or_default();
        of.relations += usize::from(claim.about == Claimed::Relation);
        of.bytes += u64::from(claim.bytes);
        of.claims.insert(seq, claim);
        self.all += 1;
    }

    pub fn remove(&mut self, room: RoomId, seq: Seq) {
        let Some(of) = self.rooms.get_mut(&room) else {
            return;
        };
        let Some(claim) = of.claims.remove(&seq) else {
            return;
        };
        of.relations -= usize::from(claim.about == Claimed::Relation);
        of.bytes = of.bytes.saturating_sub(u64::from(claim.bytes));
        self.all -= 1;
        if of.claims.is_empty() {
            self.rooms.remove(&room);
        }
    }
}

impl Work {
    /// A claim of a room, if it is still there.
    pub fn claim(&self, room: RoomId, seq: Seq) -> Option<&Claim> {
        self.claims.rooms.get(&room)?.claims.get(&seq)
    }

    /// How many claims a room keeps.
    pub fn claims_in(&self, room: RoomId) -> usize {
        self.claims.rooms.get(&room).map_or(0, |of| of.claims.len())
    }

    /// How many bytes of words they have.
    pub fn claim_bytes(&self, room: RoomId) -> u64 {
        self.claims.rooms.get(&room).map_or(0, |of| of.bytes)
    }
}
