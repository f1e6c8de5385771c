//! `login.link`: a new link each time, so an idempotency key changes nothing

use crate::prelude::*;

impl Run for LoginLinkCreate {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<LoginLink, Refusal> {
        // A browser holds all that its participant may; a token may hold less and must not gain.
        if !matches!(call.actor, Actor::Owner(_) | Actor::User(_)) {
            return Err(Refusal::new(
                ErrorCode::PermissionDenied,
                "a token cannot sign a browser in",
                Effect::NothingCreated,
                "use the owner's token or a signed-in browser",
            ));
        }
        let (me, now) = (call.me()?, call.now);
        let (secret, expires) = door.vault(move |vault| vault.make_link(me, now)).await?;
        Ok(LoginLink {
            path: format!("/login?link={secret}"),
            expires,
        })
    }
}
