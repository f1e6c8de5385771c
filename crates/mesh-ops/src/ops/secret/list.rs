//! `secret.list`: names, never values

use crate::prelude::*;

impl Run for SecretList {
    async fn run(_: &Door, call: &Call, _: NoInput) -> Result<List<SecretInfo>, Refusal> {
        let items = call.access.secrets().map(|(name, secret)| SecretInfo {
            name: name.to_owned(),
            version: secret.version,
            seq: secret.seq,
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
