//! Links to other meshes: what of them is known, and how they stand.

mod add;
mod borrow;
mod discover;
mod drop;
mod follow;
mod get;
mod join;
mod key;
mod lend;
mod list;
mod open;
mod pause;
mod promote;
mod publish;
mod published;
mod refused;
mod remove;
mod reset;
mod resume;
mod retry;
mod revoke;
mod share;
mod unfollow;
mod unpublish;
mod words;

use mesh_core::{Link as Record, Work};
use mesh_model::{LinkId, PublicKey, TaskId};
use mesh_node::machine::Whose;
use mesh_store::view::HomeWaits;
use sha2::{Digest, Sha256};

use crate::door::Free;
use crate::ops::present;
use crate::prelude::*;

impl Call {
    /// A link by its id or by what its peer is called here.
    fn link(&self, text: &str) -> Result<&Record, Refusal> {
        let found = match text.parse::<LinkId>() {
            Ok(id) => self.access.link(id),
            Err(_) => self.access.link_named(text.trim_start_matches('@')),
        };
        found.ok_or_else(refuse::no_link)
    }
}

/// What both owners see of their two keys: whoever stands between them has another key, and so other digits.
fn compare(one: PublicKey, other: PublicKey) -> String {
    let mut hash = Sha256::new();
    hash.update(b"mesh-link/1\n");
    hash.update(one.min(other).0);
    hash.update(one.max(other).0);
    let bytes: [u8; 32] = hash.finalize().into();
    let groups = bytes.chunks_exact(5).take(6).map(|five| {
        let number = five
            .iter()
            .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        format!("{:05}", number % 100_000)
    });
    groups.collect::<Vec<_>>().join(" ")
}

/// How much waits for the homes of mirrors.
async fn waits(door: &Door, call: &Call) -> Result<HomeWaits, Refusal> {
    door.view(call, |view| view.home_waits(None)).await
}

/// A link as it is shown.
fn describe(door: &Door, call: &Call, found: &Record, waits: &HomeWaits) -> Result<Link, Refusal> {
    let access = &call.access;
    let own = access.mesh().ok_or_else(refuse::no_link)?.node_key;
    let seen = door
        .peers()
        .map(|peers| peers.seen(found.id))
        .unwrap_or_default();
    let whose = Whose::of(access, found.participant, found.since);
    let reader = present::reader(door, call);
    let state = match () {
        () if !found.is_open() => LinkState::Paused,
        () if seen.open => LinkState::Open,
        () => LinkState::Away,
    };
    let shared = found.shares.iter();
    let shared = shared.filter(|(room, _)| access.member(**room, found.participant).is_some());
    let work = door.node().work();
    let compare = compare(own, found.peer);
    let mirrors = found.offers.values().filter_map(|offer| offer.room);
    let name = |room: RoomId| access.room(room).and_then(|room| room.name.clone());
    Ok(Link {
        id: found.id,
        name: found.name.clone(),
        key: found.peer,
        stranger: access.is_stranger(found),
        words: words::words(&compare),
        compare,
        participant: present::participant(access, found.participant),
        address: found
            .address
            .as_ref()
            .map(|address| reader.tell(access, &whose, address)),
        state,
        paused: found.paused,
        taken: found.taken_seq(),
        acknowledged: seen.acknowledged,
        heard_at: if seen.open {
            Some(call.now)
        } else {
            door.node().presence(found.participant).last_seen
        },
        under_way: seen.under_way,
        untold: seen.acknowledged.map(|seq| behind(call.head, seq)),
        unheard: seen.head.map(|head| behind(head.seq, found.taken_seq())),
        waits: mirrors.filter_map(|room| waits.get(&room)).sum(),
        trouble: seen.trouble,
        again_at: seen.again_at,
        dead: u32::try_from(found.dead.len()).unwrap_or(u32::MAX),
        unerased: found.erasing.values().copied().collect(),
        shared: shared
            .map(|(room, share)| LinkedRoom {
                room: *room,
                name: name(*room),
                followed: share.followed.is_some(),
            })
            .collect(),
        offered: found
            .offers
            .iter()
            .map(|(there, offer)| OfferedRoom {
                there: *there,
                name: offer.name.clone(),
                open: offer.open,
                room: offer.room,
            })
            .collect(),
        lends: found.lends.as_ref().map(|lends| LinkLending {
            room: lends.room,
            name: name(lends.room),
            capabilities: lends.capabilities.clone(),
            at_once: lends.at_once,
            tasks: {
                let open = |id: &TaskId| work.task(*id).is_some_and(|task| task.ended.is_none());
                found.asked.values().copied().filter(open).collect()
            },
        }),
        borrows: borrowing(found, &work, &name, seen.free),
    })
}

/// So many places of a log stand after this one.
fn behind(head: Seq, seq: Seq) -> u64 {
    head.0.saturating_sub(seq.0)
}

/// What the peer's workers do for this mesh, if it lends some or some are wanted.
fn borrowing(
    found: &Record,
    work: &Work,
    name: &dyn Fn(RoomId) -> Option<String>,
    free: Free,
) -> Option<LinkBorrowing> {
    if found.lent.is_none() && found.borrows.is_empty() {
        return None;
    }
    let lent = found.lent.as_ref();
    let rooms = found.borrows.iter().map(|(room, names)| LinkBorrowedRoom {
        room: *room,
        name: name(*room),
        capabilities: names.clone(),
    });
    let free = free.into_iter();
    Some(LinkBorrowing {
        capabilities: lent
            .map(|lent| lent.capabilities.clone())
            .unwrap_or_default(),
        at_once: lent.map_or(0, |lent| lent.at_once),
        free: free
            .map(|(capability, slots)| LinkFree { capability, slots })
            .collect(),
        rooms: rooms.collect(),
        tasks: work
            .worker(found.participant)
            .map(|worker| worker.running().to_vec())
            .unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_see_the_same_digits_and_others_see_others() {
        let key = |byte| PublicKey([byte; 32]);
        let digits = compare(key(1), key(2));
        assert_eq!(digits, compare(key(2), key(1)));
        assert_ne!(digits, compare(key(1), key(3)));
        assert_eq!(digits.len(), 35, "{digits}");
    }
}
