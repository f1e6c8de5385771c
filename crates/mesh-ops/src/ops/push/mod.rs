//! Browsers that are told of what waits. It is the vault's, as the sign-ins are that it goes with; who sends is behind
//! [`Outbox`](crate::Outbox).

mod list;
mod look;
mod subscribe;
mod test;
mod unsubscribe;

use mesh_model::webhook::Address;
use mesh_store::vault::PushTo;

use crate::prelude::*;

/// A browser as its own person is shown it; without its address.
fn describe(door: &Door, call: &Call, to: &PushTo) -> PushBrowser {
    let origin = Address::parse(&to.address.endpoint).map(|address| address.to_string());
    PushBrowser {
        browser: to.browser,
        service: origin.unwrap_or_default(),
        words: to.address.words,
        since: to.since,
        expires: to.expires,
        current: call.browser == Some(to.browser),
        last: door
            .outbox()
            .and_then(|outbox| outbox.push_seen(to.browser)),
    }
}

/// One of the caller's browsers that is told.
async fn told(door: &Door, call: &Call, browser: u64) -> Result<PushTo, Refusal> {
    let mine = door.pushes(Some(call.me()?)).await?;
    let found = mine.into_iter().find(|one| one.browser == browser);
    found.ok_or_else(no_push)
}

fn no_push() -> Refusal {
    refuse::not_found("browser of yours that is told", "list them with push.list")
}
