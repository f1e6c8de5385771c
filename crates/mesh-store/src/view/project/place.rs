//! Rooms, who was in them when, and what was published there.

use mesh_model::api::RoomText;
use mesh_model::events::{
    EventPublished, EventTypeRegistered, GroupMemberAdded, GroupMemberRemoved, RoomCreated,
    RoomUpdated,
};
use mesh_model::{GroupId, ParticipantId, RoomId};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Batch, StoredEvent, content};
use crate::StoreError;
use crate::sql::int;

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

impl Batch<'_> {
    pub(super) fn room_created(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &RoomCreated,
    ) -> Result<(), StoreError> {
        let room = self.room(facts.room)?;
        let text: RoomText = content(event);
        self.tx
            .prepare_cached(
                "UPDATE rooms SET group_id = ?2, topic = ?3, created_at = ?4 WHERE no = ?1",
            )?
            .execute((
                room,
                facts.group.map(|group| *group.0.as_bytes()),
                text.topic,
                int(event.at.0),
            ))?;
        for member in &facts.members {
            self.joined(event, facts.room, *member)?;
        }
        Ok(())
    }

    pub(super) fn room_updated(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &RoomUpdated,
    ) -> Result<(), StoreError> {
        // Without content only the name changed.
        if event.content.is_none() {
            return Ok(());
        }
        let room = self.room(facts.room)?;
        let text: RoomText = content(event);
        self.tx
            .prepare_cached("UPDATE rooms SET topic = ?2 WHERE no = ?1")?
            .execute((room, text.topic))?;
        Ok(())
    }

    /// A stay begins, unless one has begun already: a group's member is in the group's room, and the log may say
    /// so once or twice.
    pub(super) fn joined(
        &mut self,
        event: &StoredEvent<'_>,
        room: RoomId,
        participant: ParticipantId,
    ) -> Result<(), StoreError> {
        let (room, participant) = (self.room(room)?, self.participant(participant)?);
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO stays (room, participant, joined, joined_at) SELECT ?1, ?2, ?3, ?4
                 WHERE NOT EXISTS (SELECT 1 FROM stays WHERE room = ?1 AND participant = ?2 AND left IS NULL)",
            )?
            .execute((room, participant, int(event.seq.0), int(event.at.0)))?;
        Ok(())
    }

    pub(super) fn left(
        &mut self,
        event: &StoredEvent<'_>,
        room: RoomId,
        participant: ParticipantId,
    ) -> Result<(), StoreError> {
        let (room, participant) = (self.room(room)?, self.participant(participant)?);
        self.tx
            .prepare_cached(
                "UPDATE stays SET left = ?3, left_at = ?4 WHERE room = ?1 AND participant = ?2 AND left IS NULL",
            )?
            .execute((room, participant, int(event.seq.0), int(event.at.0)))?;
        Ok(())
    }

    pub(super) fn group_joined(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &GroupMemberAdded,
    ) -> Result<(), StoreError> {
        match self.room_of(facts.group)? {
            Some(room) => self.joined(event, room, facts.participant),
            None => Ok(()),
        }
    }

    pub(super) fn group_left(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &GroupMemberRemoved,
    ) -> Result<(), StoreError> {
        match self.room_of(facts.group)? {
            Some(room) => self.left(event, room, facts.participant),
            None => Ok(()),
        }
    }

    fn room_of(&mut self, group: GroupId) -> Result<Option<RoomId>, StoreError> {
        let mut select = self
            .tx
            .prepare_cached("SELECT id FROM rooms WHERE group_id = ?1")?;
        Ok(select
            .query_row([group.0.as_bytes()], |row| {
                Ok(RoomId(crate::sql::uuid(row, 0)?))
            })
            .optional()?)
    }

    pub(super) fn event_type_registered(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &EventTypeRegistered,
    ) -> Result<(), StoreError> {
        let schema = Raw::of(event);
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO event_types VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute((
                &facts.name,
                facts.version,
                int(event.at.0),
                schema.json(),
                &schema.about,
            ))?;
        Ok(())
    }

    pub(super) fn event_published(
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
