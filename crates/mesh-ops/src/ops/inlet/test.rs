//! `inlet.test`: what a sample becomes, or what it would

use std::sync::Arc;

use super::letter::{Knock, Letter};
use super::{deliver, fill, read, samples};
use crate::ops::present;
use crate::prelude::*;

impl Run for InletTest {
    async fn run(door: &Door, call: &Call, input: InletTestInput) -> Result<InletPreview, Refusal> {
        let found = call.own_inlet(input.inlet)?;
        let set = &found.set;
        call.pass_turn();
        let knock = match input.payload {
            Some(payload) => {
                let event = input.event.as_deref().unwrap_or_default();
                Knock::sample(set.kind, event, &payload.into())
            }
            None => samples::of(set.kind, input.event.as_deref())?,
        };
        let letter = Letter::open(set.kind, &knock)?;
        let delivery = if input.deliver {
            check_person(call)?;
            let entry = deliver::deliver(door, found, Arc::new(knock), None, None)
                .await?
                .0;
            Some(deliver::show(door, call, found, &entry))
        } else {
            None
        };
        let words = door.inlet_words(found).await?;
        let reading = read::read(set.kind, &letter);
        let made = fill::made(set, &words, &letter, &reading);
        let reader = present::reader(door, call);
        let whose = deliver::whose(&call.access, found);
        let heard = reader.hear(&call.access, &whose, made.text, made.data);
        Ok(InletPreview {
            wanted: letter.is_wanted(&set.events),
            event: reader.glance(&whose, letter.event),
            origin: reader.glance(&whose, reading.origin),
            sender: reader.glance(&whose, reading.sender),
            title: reader.glance(&whose, made.title),
            text: heard.text,
            data: heard.data,
            delivery,
        })
    }
}

/// What a program says is judged by what it has read; by an inlet it would say it as somebody who has read nothing.
fn check_person(call: &Call) -> Result<(), Refusal> {
    if call.access.is_person(call.me()?) {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::PermissionDenied,
        "a sample is delivered by a person's word only",
        Effect::NothingPosted,
        "leave out 'deliver' to see what it would become, or post it yourself",
    ))
}
