//! Kinds of events, and what was published.

use mesh_model::events::{EventPublished, EventTypeFacts, EventTypeRegistered};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::StoreError;
use crate::sql::int;
use crate::view::StoredEvent;
use crate::view::project::Batch;

/// [`mesh_model::api::EventBody`] and [`mesh_model::api::SchemaText`] without taking the JSON in them apart.
#[derive(Deserialize, Default)]
struct Raw<'a> {
    #[serde(borrow, alias = "schema", default)]
    payload: Option<&'a RawValue>,
    #[serde(default)]
    about: String,
}

impl<'a> Raw<'a> {
    fn of(event: &StoredEvent<'a>) -> Raw<'a> {
        event
            .content
            .and_then(|json| serde_json::from_str(json).ok())
            .unwrap_or_default()
    }

    fn json(&self) -> &'a str {
        self.payload.map_or("{}", RawValue::get)
    }
}

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &EventTypeFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        EventTypeFacts::Registered(facts) => batch.event_type_registered(event, facts),
        EventTypeFacts::Published(facts) => batch.event_published(event, facts),
    }
}

impl Batch<'_> {
    fn event_type_registered(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &EventTypeRegistered,
    ) -> Result<(), StoreError> {
        let (schema, author) = (Raw::of(event), self.actor(event)?);
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO event_types VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                &facts.name,
                facts.version,
                int(event.at.0),
                schema.json(),
                &schema.about,
                int(event.seq.0),
                author,
            ))?;
        Ok(())
    }

    fn event_published(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &EventPublished,
    ) -> Result<(), StoreError> {
        let (room, author) = (self.room(facts.room)?, self.actor(event)?);
        self.tx
            .prepare_cached("INSERT INTO published VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute((
                int(event.seq.0),
                int(event.at.0),
                room,
                author,
                &facts.name,
                facts.version,
                Raw::of(event).json(),
            ))?;
        Ok(())
    }
}
