//! `session.list`

use crate::ops::present;
use crate::prelude::*;

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
        let (access, reader) = (&call.access, present::reader(door, call));
        let items = rows
            .into_iter()
            .filter(|row| call.sees(row.participant))
            .map(|row| Session {
                id: row.id,
                participant: present::participant(&call.access, row.participant),
                client: present::client(access, reader, row.participant, row.client),
                opened_at: row.opened_at,
                closed_at: row.closed_at,
            });
        Ok(List {
            items: items.collect(),
        })
    }
}
