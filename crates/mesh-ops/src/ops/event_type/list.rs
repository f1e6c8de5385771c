//! `event_type.list`

use crate::ops::present;
use crate::prelude::*;

impl Run for EventTypeList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<EventType>, Refusal> {
        let rows = door.view(call, |view| view.event_types()).await?;
        let items = rows.into_iter().map(|row| EventType {
            name: row.name,
            version: row.version,
            schema: present::object(&row.schema),
            about: row.about,
            registered_at: row.at,
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
