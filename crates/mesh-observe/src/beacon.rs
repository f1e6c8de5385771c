//! Reading recovery beacons: from which places of the log a session can be resurrected.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::api::{EventBody, StreamItem};
use mesh_model::events::{EventTypeFacts, Facts, Trust};
use mesh_model::{RoomId, Seq, SessionId};
use serde_json::Value;

use crate::meta_officer::BEACON;

/// The newest beacons of one session, one of each room in which it worked.
#[derive(Debug)]
pub struct Beacons {
    session: SessionId,
    rooms: BTreeMap<RoomId, Beacon>,
}

/// A beacon, as far as its reader needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Beacon {
    seq: Seq,
    by: String,
    began: Seq,
    upto: Seq,
    places: BTreeSet<Seq>,
}

impl Beacons {
    /// None yet.
    pub fn of(session: SessionId) -> Beacons {
        Beacons {
            session,
            rooms: BTreeMap::new(),
        }
    }

    /// Takes a published event in. What came in an envelope is no beacon: a stranger could leave out what matters.
    pub fn take(&mut self, item: &StreamItem) {
        if let Some((room, beacon)) = self.read(item) {
            self.rooms.insert(room, beacon);
        }
    }

    fn read(&self, item: &StreamItem) -> Option<(RoomId, Beacon)> {
        let Some(Facts::EventType(EventTypeFacts::Published(published))) = item.event() else {
            return None;
        };
        let from = item.from.as_ref()?;
        if published.name != BEACON || !matches!(from.trust, Trust::Local | Trust::Owner) {
            return None;
        }
        let EventBody { payload } = item.said(&published).plain()?;
        let details = payload.get("details")?;
        if details["session"].as_str()? != self.session.to_string() {
            return None;
        }
        let place = |value: &Value| value.as_u64().map(Seq).filter(|seq| *seq < item.seq);
        let mut places = BTreeSet::new();
        for list in ["leases", "decisions", "asked", "words"] {
            places.extend(details[list].as_array()?.iter().filter_map(place));
        }
        for (list, fields) in [("tasks", ["taken", "told"]), ("files", ["seq", "seq"])] {
            for one in details[list].as_array()? {
                places.extend(fields.iter().filter_map(|field| place(&one[*field])));
            }
        }
        let beacon = Beacon {
            seq: item.seq,
            by: from.handle.clone(),
            began: place(&details["began"])?,
            upto: place(&details["upto"])?,
            places,
        };
        Some((published.room, beacon))
    }

    /// Where the session began, if there is a beacon.
    pub fn began(&self) -> Option<Seq> {
        self.rooms.values().map(|beacon| beacon.began).min()
    }

    /// The places to read, in order.
    pub fn places(&self) -> BTreeSet<Seq> {
        let all = self.rooms.values().flat_map(|beacon| &beacon.places);
        all.copied().chain(self.began()).collect()
    }

    /// What comes behind this place no beacon knows.
    pub fn upto(&self) -> Seq {
        let upto = self.rooms.values().map(|beacon| beacon.upto).min();
        upto.unwrap_or_default()
    }

    /// The beacons' own places, and who lit them.
    pub fn lit(&self) -> Vec<(Seq, &str)> {
        let all = self.rooms.values();
        all.map(|beacon| (beacon.seq, beacon.by.as_str())).collect()
    }
}
