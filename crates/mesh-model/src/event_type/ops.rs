//! Typed events: named kinds with a registered JSON Schema, published into rooms, and the replay of all events; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST EventType
    /// List the registered kinds of events with their schemas.
    EventTypeList "event_type.list" {
        Query Needs::Permission(MessagesRead), Get "/api/event-types" => 200,
        NoInput => List<EventType>,
        example "{}"
    }
    /// Register a kind of event by a JSON Schema, or a new version of it.
    EventTypeRegister "event_type.register" {
        Command Needs::Permission(AdminPlugins), Post "/api/event-types" => 201,
        EventTypeRegisterInput => EventTypeRegistered,
        example r#"{"name": "build-finished", "about": "a build came to its end", "schema": {"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}}}}"#
    }
    /// Publish an event of a registered kind into a room.
    EventPublish "event.publish" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/events" => 201,
        EventPublishInput => Done,
        tool "mesh_publish",
        example r#"{"room": "workshop", "type": "deploy-finished", "payload": {"ok": true}}"#
    }
    /// Replay from any place what one may see of the log.
    EventList "event.list" {
        Query Needs::Permission(MessagesRead), Get "/api/events" => 200,
        EventListInput => Page<StreamItem>,
        example r#"{"after": 0, "types": ["message.posted"], "limit": 10}"#
    }
}
