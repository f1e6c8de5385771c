//! `push.list`

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::prelude::*;

impl Run for PushList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<Pushes, Refusal> {
        let key = door.push_key().await?;
        let mine = door.pushes(Some(call.me()?)).await?;
        Ok(Pushes {
            key: URL_SAFE_NO_PAD.encode(key.public),
            items: mine
                .iter()
                .map(|to| super::describe(door, call, to))
                .collect(),
        })
    }
}
