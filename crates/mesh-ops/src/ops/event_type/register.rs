//! `event_type.register`

use crate::evidence::payload;
use crate::prelude::*;
use mesh_model::command::EventTypeCommand;
use mesh_model::events::EventTypeFacts;

impl Run for EventTypeRegister {
    async fn run(
        door: &Door,
        call: &Call,
        input: EventTypeRegisterInput,
    ) -> Result<EventTypeRegistered, Refusal> {
        check::text("about", &input.about)?;
        let schema = input.schema.clone();
        // Compiling takes up to some milliseconds; sockets wait for nobody.
        door.blocking(move || payload::compile(&schema).map(drop))
            .await??;
        let text = content(&SchemaText {
            schema: input.schema,
            about: input.about,
        })?;
        let outcome = call
            .submit(
                door,
                Command::EventType(EventTypeCommand::Register {
                    name: input.name,
                    schema: text,
                }),
            )
            .await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<EventTypeRegistered> {
        match facts.into_iter().next()? {
            Facts::EventType(EventTypeFacts::Registered(made)) => Some(EventTypeRegistered {
                name: made.name,
                version: made.version,
                seq: outcome.first,
            }),
            _ => None,
        }
    }
}
