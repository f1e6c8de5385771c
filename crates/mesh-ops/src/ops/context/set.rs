//! `context.set`

use crate::evidence;
use crate::evidence::Spoken;
use crate::prelude::*;

use mesh_model::command::ContextCommand;
use mesh_model::limits::CONTEXT_VALUE_BYTES_MAX;
use serde_json::Map;

impl Run for ContextSet {
    async fn run(door: &Door, call: &Call, input: ContextSetInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let json = serde_json::to_string(&input.value)
            .map_err(|_| refuse::internal("the value could not be written as JSON"))?;
        if json.len() > CONTEXT_VALUE_BYTES_MAX {
            return Err(Refusal::new(
                ErrorCode::TooLarge,
                format!(
                    "the value has {} bytes, the limit is {CONTEXT_VALUE_BYTES_MAX}",
                    json.len()
                ),
                Effect::NothingChanged,
                "keep what is long elsewhere and set where it is",
            ));
        }
        let body = content(&ContextBody {
            value: input.value.clone(),
        })?;
        let value = Map::from_iter([(input.key.clone(), input.value)]);
        // The room's schema is for payloads of messages, not for what is shared.
        let spoken = Spoken::new(String::new(), Some(value), false).unformed();
        let outcome = evidence::submit(door, call, room, spoken, |evidence| {
            Command::Context(ContextCommand::Set {
                room,
                key: input.key.clone(),
                expected: input.expected,
                evidence,
                body: body.clone(),
            })
        });
        let (outcome, _) = outcome.await?;
        Ok(Done {
            seq: outcome.last(),
        })
    }
}
