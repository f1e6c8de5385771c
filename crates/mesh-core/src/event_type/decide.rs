//! Typed events: named kinds with a registered JSON Schema, published into rooms.

use mesh_model::command::EventTypeCommand;
use mesh_model::events::{EventPublished, EventTypeRegistered};
use mesh_model::limits::SCHEMA_BYTES_MAX;
use mesh_model::policy::{MessageKind, Ruling, RulingBy};
use mesh_model::{Effect, ErrorCode, NewEvent, Refusal};

use crate::actor::Asker;
use crate::policy::{Form, Saying};
use crate::recent::Recent;
use crate::{Decision, check, message, refuse};

pub fn decide(asker: &Asker<'_>, recent: &Recent, command: &EventTypeCommand) -> Decision {
    match command {
        EventTypeCommand::Register { name, schema } => {
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
        EventTypeCommand::Publish {
            room,
            name,
            version,
            evidence,
            body,
        } => {
            let (found, who) = message::speaking(asker, *room, Some(MessageKind::Event))?;
            check_version(asker, name, *version)?;
            check::some_content("event", body)?;
            let saying = Saying {
                room: found,
                who,
                form: Form::Event(name),
                trust: asker.access.trust_of(who.id, false),
                asked: &[],
                evidence,
            };
            let verdict = saying.judged(asker, recent)?;
            let mark = verdict.now_or(|_| suspicious())?;
            if mark.is_some_and(|mark| mark.marked) {
                return Err(suspicious());
            }
            let published = EventPublished {
                room: *room,
                name: name.clone(),
                version: *version,
            };
            Ok(vec![NewEvent::with(published, body.clone())])
        }
    }
}

/// Events are read by programs that cannot look at a mark: what is suspicious is not published.
fn suspicious() -> Refusal {
    Refusal::new(
        ErrorCode::ContentRefused,
        "the guard takes this event for an attack on agents",
        Effect::NothingStored,
        "say it in a message, where it is marked, or leave out what looks like instructions",
    )
    .ruled(Ruling::by(RulingBy::Guard))
}

/// The kind is registered and has had this version.
pub(crate) fn check_version(asker: &Asker<'_>, name: &str, version: u32) -> Result<(), Refusal> {
    let Some(known) = asker.access.event_type(name) else {
        return Err(refuse::no_event_type());
    };
    if (1..=known.version).contains(&version) {
        return Ok(());
    }
    Err(refuse::conflict(
        format!(
            "'{name}' has the versions 1 to {}, not {version}",
            known.version
        ),
        "check the payload against the newest version and try again",
    )
    .so(Effect::NothingStored))
}
