//! Typed events: named kinds with a registered JSON Schema, published into rooms.

use mesh_model::events::{EventPublished, EventTypeRegistered};
use mesh_model::limits::SCHEMA_BYTES_MAX;
use mesh_model::{Command, NewEvent, Refusal, Seq};

use crate::actor::Asker;
use crate::record::EventType;
use crate::{Access, check, message, refuse};

type Decision = Result<Vec<NewEvent>, Refusal>;

pub fn decide(asker: &Asker<'_>, command: &Command) -> Decision {
    match command {
        Command::RegisterEventType { name, schema } => {
            check::name("name of the event type", name)?;
            check::some_content("schema", schema)?;
            check::content_within("schema", schema, SCHEMA_BYTES_MAX)?;
            let last = asker
                .access
                .event_type(name)
                .map_or(0, |known| known.version);
            let registered = EventTypeRegistered {
                name: name.clone(),
                version: last.saturating_add(1),
            };
            Ok(vec![NewEvent::with(registered, schema.clone())])
        }
        Command::PublishEvent {
            room,
            name,
            version,
            body,
        } => {
            message::speaking(asker, *room)?;
            check_version(asker, name, *version)?;
            check::some_content("event", body)?;
            let published = EventPublished {
                room: *room,
                name: name.clone(),
                version: *version,
            };
            Ok(vec![NewEvent::with(published, body.clone())])
        }
        _ => Ok(Vec::new()),
    }
}

/// The kind is registered and has had this version.
pub(crate) fn check_version(asker: &Asker<'_>, name: &str, version: u32) -> Result<(), Refusal> {
    let Some(known) = asker.access.event_type(name) else {
        return Err(refuse::not_found(
            "event type",
            "register it first, or list the event types",
        ));
    };
    if (1..=known.version).contains(&version) {
        return Ok(());
    }
    Err(refuse::conflict(
        format!(
            "'{name}' has the versions 1 to {}, not {version}; nothing was stored",
            known.version
        ),
        "check the payload against the newest version and try again",
    ))
}

pub fn registered(access: &mut Access, facts: &EventTypeRegistered, seq: Seq) {
    let known = EventType {
        name: facts.name.clone(),
        version: facts.version,
        since: seq,
    };
    access.event_types.insert(facts.name.as_str().into(), known);
}
