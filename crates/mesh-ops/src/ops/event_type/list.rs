//! `event_type.list`

use crate::ops::present;
use crate::prelude::*;

use mesh_node::machine::Whose;

impl Run for EventTypeList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<EventType>, Refusal> {
        let rows = door.view(call, |view| view.event_types()).await?;
        let (access, reader) = (&call.access, present::reader(door, call));
        let items = rows.into_iter().map(|row| {
            let whose = Whose::of(access, row.author, row.seq);
            let heard = reader.hear(access, &whose, row.about, Some(row.schema));
            EventType {
                name: row.name,
                version: row.version,
                // In an envelope it stands with what the event means.
                schema: heard.data.unwrap_or_default(),
                about: heard.text,
                registered_at: row.at,
            }
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
