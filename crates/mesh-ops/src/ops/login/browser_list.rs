//! `browser.list`

use crate::prelude::*;

impl Run for BrowserList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<Browser>, Refusal> {
        let (me, now) = (call.me()?, call.now);
        let browsers = door.vault(move |vault| vault.browsers(me, now)).await?;
        let items = browsers.into_iter().map(|found| Browser {
            id: found.id,
            created: found.created,
            expires: found.expires,
            current: call.browser == Some(found.id),
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
