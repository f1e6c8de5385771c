//! `message.post`

use crate::prelude::*;

use mesh_model::events::Priority;
use serde_json::{Map, Value};

use crate::evidence;

impl Run for MessagePost {
    async fn run(door: &Door, call: &Call, input: MessagePostInput) -> Result<Posted, Refusal> {
        let room = call.room(&input.room)?.id;
        let said = Said {
            text: input.text,
            reply_to: input.reply_to,
            priority: input.priority,
            payload: input.payload,
            payload_type: input.payload_type,
        };
        post(door, call, room, said).await
    }
}

/// What is to be posted.
pub(super) struct Said {
    pub text: String,
    pub reply_to: Option<MessageId>,
    pub priority: Priority,
    pub payload: Option<Map<String, Value>>,
    pub payload_type: Option<String>,
}

/// Posts to a room that the caller may know of.
pub(super) async fn post(
    door: &Door,
    call: &Call,
    room: RoomId,
    said: Said,
) -> Result<Posted, Refusal> {
    let payload_bytes = said
        .payload
        .as_ref()
        .map(|payload| serde_json::to_string(payload).map_or(0, |json| json.len()));
    check::message(&said.text, payload_bytes)?;
    let payload_type = match (said.payload_type, &said.payload) {
        (Some(kind), Some(payload)) => Some(evidence::payload(door, call, &kind, payload).await?),
        (Some(_), None) => {
            return Err(refuse::invalid(
                "the field 'payload_type' stands there without a 'payload'",
                "send both or neither",
            ));
        }
        (None, _) => None,
    };
    let reply_to = match said.reply_to {
        Some(message) => Some(evidence::header(door, call, message).await?),
        None => None,
    };
    let mentions = call.mentions(&said.text);
    let body = content(&MessageBody {
        text: said.text,
        payload: said.payload,
    })?;
    let command = Command::PostMessage {
        room,
        mentions,
        priority: said.priority,
        reply_to,
        payload_type,
        body,
    };
    let outcome = call.submit(door, command).await?;
    let room = match outcome.replayed {
        // The same words may mean another room by now; the log knows which it was.
        true => match door.facts(&outcome).await?.next() {
            Some(Facts::MessagePosted(posted)) => posted.room,
            _ => return Err(refuse::internal("the message's own event cannot be read")),
        },
        false => room,
    };
    Ok(Posted {
        id: MessageId(outcome.first),
        seq: outcome.first,
        at: outcome.at,
        room,
    })
}
