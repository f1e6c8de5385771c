//! `session.list`

use crate::ops::present;
use crate::prelude::*;

use std::collections::BTreeSet;

use mesh_model::limits::STAYS_LISTED_MAX;
use mesh_store::view::SessionFilter;

impl Run for SessionList {
    async fn run(
        door: &Door,
        call: &Call,
        input: SessionListInput,
    ) -> Result<List<Session>, Refusal> {
        let participant = match &input.participant {
            Some(who) => Some(call.participant(who)?.id),
            None => None,
        };
        let filter = SessionFilter {
            participant,
            ended: input.ended,
            since: None,
            until: None,
        };
        let rows = door
            .view(call, move |view| view.sessions(filter, STAYS_LISTED_MAX))
            .await?;
        let machines = own_machines(door, call).await?;
        let (access, reader) = (&call.access, present::reader(door, call));
        let items = rows
            .into_iter()
            .filter(|row| call.sees(row.participant))
            .map(|row| {
                let near = call.is_near(row.participant);
                let host = row.client.hostname.as_ref().filter(|_| near);
                let parent = access.participant(row.participant);
                let parent = parent.and_then(|found| found.parent);
                Session {
                    id: row.id,
                    participant: present::participant(access, row.participant),
                    same_machine: host
                        .filter(|_| !machines.is_empty())
                        .map(|host| machines.contains(host)),
                    client: present::client(access, reader, row.participant, row.client, near),
                    parent: parent
                        .filter(|parent| call.sees(*parent))
                        .map(|parent| present::participant(access, parent)),
                    opened_at: row.opened_at,
                    closed_at: row.closed_at,
                }
            });
        Ok(List {
            items: items.collect(),
        })
    }
}

impl Call {
    /// Whether the caller may know where somebody's programs run: one person stands behind both, or it is the owner.
    fn is_near(&self, who: ParticipantId) -> bool {
        self.actor
            .participant()
            .is_some_and(|me| me == who || self.access.is_owner(me) || self.access.kindred(me, who))
    }
}

/// The machines on which the caller's open sessions say that they run.
async fn own_machines(door: &Door, call: &Call) -> Result<BTreeSet<String>, Refusal> {
    let filter = SessionFilter {
        participant: Some(call.me()?),
        ended: false,
        since: None,
        until: None,
    };
    let rows = door
        .view(call, move |view| view.sessions(filter, STAYS_LISTED_MAX))
        .await?;
    let hosts = rows.into_iter().filter_map(|row| row.client.hostname);
    Ok(hosts.collect())
}
