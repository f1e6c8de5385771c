//! `influence.get`: what the contexts of a participant have read

use crate::ops::{influence, memory};
use crate::prelude::*;

impl Run for InfluenceGet {
    async fn run(
        door: &Door,
        call: &Call,
        input: InfluenceGetInput,
    ) -> Result<List<InfluenceView>, Refusal> {
        let whose = memory::mind(call, input.participant.as_deref())?;
        Ok(List {
            items: influence::contexts(&door.node().access(), call.me()?, whose),
        })
    }
}
