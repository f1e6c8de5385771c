//! `link.key`

use crate::prelude::*;

impl Run for LinkKey {
    async fn run(_: &Door, call: &Call, _: NoInput) -> Result<LinkOwnKey, Refusal> {
        let mesh = call.access.mesh().ok_or_else(refuse::no_link)?;
        Ok(LinkOwnKey { key: mesh.node_key })
    }
}
