//! `attention.set`: not in the log, so an idempotency key changes nothing

use jiff::tz::TimeZone;
use mesh_model::limits::{ATTENTION_ROOMS_MAX, SILENCE_MS_MAX};

use crate::prelude::*;

impl Run for AttentionSet {
    async fn run(
        door: &Door,
        call: &Call,
        mut input: AttentionInput,
    ) -> Result<Attention, Refusal> {
        let me = call.me()?;
        check(&input, call.now)?;
        // Of each room the last word counts, and of rooms that cannot be read any more none.
        input.rooms.reverse();
        let mut seen = std::collections::BTreeSet::new();
        let reads = |room| call.access.may_read(me, room);
        input
            .rooms
            .retain(|one| reads(one.room) && seen.insert(one.room));
        input.rooms.reverse();
        let turn = door.wishes_turn().await;
        let kept = door.vault(move |vault| vault.attention(me)).await?;
        let text = super::with_wishes(kept.as_deref(), &input)?;
        door.vault(move |vault| vault.put_attention(me, &text))
            .await?;
        drop(turn);
        if let Some(outbox) = door.outbox() {
            outbox.attention_changed();
        }
        door.attention(me).await
    }
}

fn check(input: &AttentionInput, now: Millis) -> Result<(), Refusal> {
    if input.rooms.len() > ATTENTION_ROOMS_MAX {
        return Err(refuse::invalid(
            format!("more than {ATTENTION_ROOMS_MAX} rooms are named"),
            "leave out those of which you want to hear what names you",
        )
        .so(Effect::NothingStored)
        .within("/rooms"));
    }
    if let Some(until) = input.silent_until
        && until.since(now) > SILENCE_MS_MAX
    {
        return Err(refuse::invalid(
            "the silence ends later than in a year",
            "name an earlier end",
        )
        .so(Effect::NothingStored)
        .within("/silent_until"));
    }
    let Some(quiet) = &input.quiet else {
        return Ok(());
    };
    for (at, text) in [("/quiet/from", &quiet.from), ("/quiet/to", &quiet.to)] {
        if super::time(text).is_none() {
            return Err(refuse::invalid(
                "a time of the day is not as HH:MM",
                "such as 22:00 or 07:30",
            )
            .so(Effect::NothingStored)
            .within(at));
        }
    }
    if TimeZone::get(&quiet.zone).is_err() {
        return Err(refuse::invalid(
            "the time zone is not known here",
            "name one of the IANA list, such as Europe/Berlin or UTC",
        )
        .so(Effect::NothingStored)
        .within("/quiet/zone"));
    }
    Ok(())
}
