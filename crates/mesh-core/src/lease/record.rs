//! What the state remembers of leases on paths.

use mesh_model::events::LeaseMode;
use mesh_model::{Millis, ParticipantId, RoomId, Seq};
use serde::{Deserialize, Serialize};

use super::Pattern;
use crate::{Access, Work};

/// A lease on paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathLease {
    /// Who edits there.
    pub holder: ParticipantId,
    /// The paths.
    pub paths: Vec<String>,
    /// Whether others may edit there too.
    pub mode: LeaseMode,
    /// When it was taken, unix milliseconds.
    pub since_ms: u64,
    /// When it ends by itself, unix milliseconds.
    pub until_ms: u64,
}

impl PathLease {
    /// Whether a pattern and this lease have a path in common.
    pub fn meets(&self, pattern: &Pattern) -> bool {
        let own = self
            .paths
            .iter()
            .filter_map(|path| Pattern::parse(path).ok());
        own.into_iter().any(|own| own.meets(pattern))
    }
}

impl Work {
    /// The leases of a room that hold now. One whose holder is no longer in the room, or disabled, holds nothing.
    pub fn leases<'a>(
        &'a self,
        access: &'a Access,
        room: RoomId,
        now: Millis,
    ) -> impl Iterator<Item = (Seq, &'a PathLease)> {
        let all = self.leases.get(&room).into_iter().flatten();
        all.filter(move |(_, lease)| lease.until_ms > now.0)
            .filter(move |(_, lease)| {
                let there = access
                    .room(room)
                    .is_some_and(|room| access.member_of(room, lease.holder).is_some());
                let holder = access.participant(lease.holder);
                there && holder.is_some_and(|holder| holder.is_enabled())
            })
            .map(|(seq, lease)| (*seq, &**lease))
    }

    /// The lease that keeps a participant from editing where a pattern leads: somebody else's that is exclusive, or shared
    /// where it has none of its own.
    pub fn lease_against<'a>(
        &'a self,
        access: &'a Access,
        room: RoomId,
        who: ParticipantId,
        pattern: &Pattern,
        now: Millis,
    ) -> Option<(Seq, &'a PathLease)> {
        let meeting = || {
            self.leases(access, room, now)
                .filter(|(_, lease)| lease.meets(pattern))
        };
        let own = meeting().any(|(_, lease)| lease.holder == who);
        meeting()
            .filter(|(_, lease)| lease.holder != who)
            .find(|(_, lease)| lease.mode == LeaseMode::Exclusive || !own)
    }
}
