//! `alert.routes_set`: not in the log, so an idempotency key changes nothing

use jiff::tz::TimeZone;

use crate::ops::attention;
use crate::prelude::*;

impl Run for AlertRoutesSet {
    async fn run(door: &Door, call: &Call, routes: AlertRoutes) -> Result<AlertRoutes, Refusal> {
        let (me, now) = (call.me()?, call.now);
        if let Some(digest) = &routes.digest {
            check(digest)?;
        }
        let kept = door.keep_routes(me, |kept| {
            // What is gathered from now on is told from now on.
            if kept.routes.digest != routes.digest {
                kept.told = now.0;
            }
            kept.routes = routes;
        });
        let kept = kept.await?;
        if let Some(outbox) = door.outbox() {
            outbox.attention_changed();
        }
        Ok(kept.routes)
    }
}

fn check(digest: &AlertDigest) -> Result<(), Refusal> {
    if attention::time(&digest.at).is_none() {
        return Err(refuse::invalid(
            "a time of the day is not as HH:MM",
            "such as 08:00 or 18:30",
        )
        .so(Effect::NothingStored)
        .within("/digest/at"));
    }
    if TimeZone::get(&digest.zone).is_err() {
        return Err(refuse::invalid(
            "the time zone is not known here",
            "name one of the IANA list, such as Europe/Berlin or UTC",
        )
        .so(Effect::NothingStored)
        .within("/digest/zone"));
    }
    Ok(())
}
