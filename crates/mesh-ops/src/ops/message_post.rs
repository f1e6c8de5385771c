//! `message.post`

use crate::prelude::*;

use mesh_model::events::Priority;
use mesh_model::limits::MENTIONS_MAX;
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
        said.check(call)?;
        post(door, call, room, said).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<Posted> {
        told_posted(outcome, facts)
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

impl Said {
    /// What can be said against it before anything is done.
    pub fn check(&self, call: &Call) -> Result<(), Refusal> {
        let json = self.payload.as_ref().map(serde_json::to_string);
        check::message(
            &self.text,
            json.map(|json| json.map_or(0, |json| json.len())),
        )?;
        let count = call.mentions(&self.text).len();
        if count > MENTIONS_MAX {
            return Err(refuse::invalid(
                format!("the message mentions {count} participants, the limit is {MENTIONS_MAX}"),
                "mention fewer, or a group",
            ));
        }
        Ok(())
    }
}

/// Posts what was checked to a room that the caller may know of.
pub(super) async fn post(
    door: &Door,
    call: &Call,
    room: RoomId,
    said: Said,
) -> Result<Posted, Refusal> {
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
    if outcome.replayed {
        // The same words may mean another room by now; the log knows which it was.
        return told::<MessagePost>(door, call, &outcome).await;
    }
    Ok(posted(&outcome, room))
}

fn posted(outcome: &Outcome, room: RoomId) -> Posted {
    Posted {
        id: MessageId(outcome.first),
        seq: outcome.first,
        at: outcome.at,
        room,
    }
}

/// What the message's own event tells.
pub(super) fn told_posted(outcome: &Outcome, facts: Vec<Facts>) -> Option<Posted> {
    match facts.into_iter().next()? {
        Facts::MessagePosted(message) => Some(posted(outcome, message.room)),
        _ => None,
    }
}
