//! `context.set`

use crate::evidence::scan;
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
        // What is shared is read again and again: what a room would keep back of a message is not set at all.
        let trust = call.access.trust_of(call.me()?, false);
        if call.access.wants_scan(room, trust) {
            let value = Map::from_iter([(input.key.clone(), input.value.clone())]);
            let scanned = scan::scan(door, "", Some(&value), scan::Origin::default()).await?;
            if call.access.holds_back(room, &scanned) {
                return Err(
                    refuse::attack(scanned.score, &scanned.reasons).so(Effect::NothingChanged)
                );
            }
        }
        let command = Command::Context(ContextCommand::Set {
            room,
            key: input.key,
            expected: input.expected,
            body: content(&ContextBody { value: input.value })?,
        });
        call.done(door, command).await
    }
}
