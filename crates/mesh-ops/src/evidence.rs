//! What the core needs to know and does not remember: older messages' headers, and whether a
//! payload fits its schema.

use mesh_model::events::MessageHeader;
use mesh_model::{MessageId, Refusal};
use serde_json::{Map, Value};

use crate::call::Call;
use crate::door::Door;
use crate::{payload, present, refuse};

/// The header of a message that the caller may read.
pub(crate) async fn header(
    door: &Door,
    call: &Call,
    message: MessageId,
) -> Result<MessageHeader, Refusal> {
    let header = door
        .view(call, move |view| view.header(message))
        .await?
        .ok_or_else(refuse::no_message)?;
    let (_, first) = call
        .readable(header.room)
        .map_err(|_| refuse::no_message())?;
    if message.0 < first {
        return Err(refuse::no_message());
    }
    Ok(header)
}

/// Checks a payload by the newest schema of its kind. Gives the kind and the version that it fits.
pub(crate) async fn payload(
    door: &Door,
    call: &Call,
    kind: &str,
    payload: &Map<String, Value>,
) -> Result<(String, u32), Refusal> {
    let unknown = || {
        refuse::not_found(
            "there is no such kind of event; nothing was stored",
            "list them with event_type.list",
        )
    };
    let version = call.access.event_type(kind).ok_or_else(unknown)?.version;
    let validator = match door.compiled().get(kind, version) {
        Some(validator) => validator,
        None => {
            let name = kind.to_owned();
            let row = door
                .view(call, move |view| view.event_type(&name))
                .await?
                .ok_or_else(unknown)?;
            // The view may know a newer version than this call's picture; then that one counts.
            let (compiled, name, version) = (door.clone(), row.name.clone(), row.version);
            let schema = present::object(&row.schema);
            let made = door
                .blocking(move || compiled.compiled().make(&name, version, &schema))
                .await??;
            payload::check(&made, kind, payload)?;
            return Ok((row.name, row.version));
        }
    };
    payload::check(&validator, kind, payload)?;
    Ok((kind.to_owned(), version))
}
