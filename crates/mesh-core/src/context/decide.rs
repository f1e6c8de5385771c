//! Shared context: named values of a room. The state knows their versions only; the version is the
//! place in the log where the value was set, so no version ever comes back.

use mesh_model::command::ContextCommand;
use mesh_model::events::{ContextRemoved, ContextSet};
use mesh_model::limits::{CONTEXT_KEYS_MAX, CONTEXT_VALUE_BYTES_MAX};
use mesh_model::{Capability, Effect, NewEvent, Refusal, RoomId, Seq};

use crate::desk::Desk;
use crate::policy::Form;
use crate::room::check_in_use;
use crate::{Decision, Room, check, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &ContextCommand) -> Decision {
    match command {
        ContextCommand::Set {
            room,
            key,
            expected,
            evidence,
            body,
        } => {
            let (found, known) = version(desk, *room, key, *expected)?;
            check::label("key", key)?;
            check::some_content("value", body)?;
            check::content_within("value", body, CONTEXT_VALUE_BYTES_MAX)?;
            let keys = desk.work.context.get(room).map_or(0, |keys| keys.len());
            if known.is_none() && keys >= CONTEXT_KEYS_MAX {
                return Err(refuse::conflict(
                    format!("the room has {CONTEXT_KEYS_MAX} values already"),
                    "remove one that nobody needs",
                )
                .so(Effect::NothingChanged));
            }
            // What is shared is read again and again: what a room would keep back of a message is not set at all.
            let verdict = desk.judged(found, Form::Told, evidence);
            verdict
                .and_then(|it| it.now_or(|mark| refuse::attack(mark.score, &mark.reasons)))
                .map_err(|refusal| refusal.so(Effect::NothingChanged))?;
            let set = ContextSet {
                room: *room,
                key: key.clone(),
            };
            Ok(vec![NewEvent::with(set, body.clone())])
        }
        ContextCommand::Remove {
            room,
            key,
            expected,
        } => Ok(match version(desk, *room, key, *expected)?.1 {
            None => Vec::new(),
            Some(_) => vec![NewEvent::new(ContextRemoved {
                room: *room,
                key: key.clone(),
            })],
        }),
    }
}

/// The room and the present version, if it is the one that the asker expects and may change.
fn version<'a>(
    desk: &Desk<'a>,
    room: RoomId,
    key: &str,
    expected: Option<Seq>,
) -> Result<(&'a Room, Option<Seq>), Refusal> {
    let found = desk.asker.room(room)?;
    desk.asker.check_capability(found, Capability::DataWrite)?;
    check_in_use(found)?;
    let known = desk.work.context(room, key);
    match expected {
        Some(expected) if expected != known.unwrap_or(Seq::ZERO) => Err(refuse::conflict(
            match known {
                Some(known) => format!("the value has the version {known}, not {expected}"),
                None => {
                    format!("there is no such value, expected was {expected}")
                }
            },
            "read it again and decide with what you find; 0 expects that there is none",
        )
        .so(Effect::NothingChanged)),
        _ => Ok((found, known)),
    }
}
