//! `presence.list`

use crate::ops::present;
use crate::prelude::*;

impl Run for PresenceList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<PresenceOf>, Refusal> {
        let mut presences = door.node().sessions().presences(call.now);
        let seen = call
            .access
            .participants()
            .filter(|found| call.sees(found.id));
        let reader = present::reader(door, call);
        let items = seen.map(|found| PresenceOf {
            participant: present::participant(&call.access, found.id),
            presence: present::presence(
                &call.access,
                reader,
                found.id,
                presences.remove(&found.id).unwrap_or_default(),
            ),
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
