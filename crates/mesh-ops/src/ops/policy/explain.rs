//! `room.explain`

use crate::ops::{memory, policy};
use crate::prelude::*;

impl Run for RoomExplain {
    async fn run(door: &Door, call: &Call, input: ExplainInput) -> Result<Explanations, Refusal> {
        let room = call.room(&input.room)?;
        let who = call.participant(&input.participant)?;
        // Whoever knows of a room may ask about itself; what others may is for those who are in it.
        if who.id != call.me()? {
            call.ruled_room(&input.room)?;
        }
        let deeds = match &input.action {
            Some(deed) => std::slice::from_ref(deed),
            None => &Deed::ALL,
        };
        let mut answer = policy::all(&call.access, &call.access, room.id, who.id, deeds, call.now);
        for explanation in &mut answer.items {
            door.name_setter(call, &mut explanation.rule).await;
            explanation.text = policy::sentence(&call.access, room.id, who.id, explanation);
        }
        if memory::check_mind(call, who.id).is_ok() {
            answer.contexts = policy::contexts::of(&call.access, call.me()?, room.id, who.id);
        }
        Ok(answer)
    }
}
