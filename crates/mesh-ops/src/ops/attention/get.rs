//! `attention.get`

use crate::prelude::*;

impl Run for AttentionGet {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<Attention, Refusal> {
        door.attention(call.me()?).await
    }
}
