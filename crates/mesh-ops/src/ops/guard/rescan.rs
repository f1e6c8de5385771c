//! `guard.rescan`: older messages by the present rules

use crate::evidence;
use crate::evidence::scan;
use crate::prelude::*;
use mesh_model::command::GuardCommand;

use mesh_model::limits::RESCAN_MESSAGES_MAX;
use mesh_store::view::MessageRow;

impl Run for GuardRescan {
    async fn run(door: &Door, call: &Call, input: GuardRescanInput) -> Result<Rescanned, Refusal> {
        let room = call.room(&input.room)?.id;
        call.access.may(call.me()?, Action::Moderate, room)?;
        door.check_cursor(input.after)?;
        let after = input.after.unwrap_or_default();
        let page = door
            .view(call, move |view| {
                view.history(room, Seq::ZERO, Some(after), None, RESCAN_MESSAGES_MAX)
            })
            .await?;
        let messages = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
        let mut changed = 0;
        for row in page.items {
            changed += u32::from(look_again(door, call, room, row).await?);
        }
        Ok(Rescanned {
            messages,
            changed,
            next: page.next,
        })
    }
}

/// Scans one message; says whether its mark changed.
async fn look_again(
    door: &Door,
    call: &Call,
    room: RoomId,
    row: MessageRow,
) -> Result<bool, Refusal> {
    if row.is_gone() || !call.access.wants_scan(room, row.facts.trust) {
        return Ok(false);
    }
    let payload = row.payload.as_deref().map(crate::ops::present::object);
    let origin = scan::Origin::said(&call.access, row.author, row.facts.trust);
    let found = scan::scan(door, &row.text, payload.as_ref(), origin).await?;
    let mark = call
        .access
        .policy(room)
        .map(|record| record.policy.guard)
        .unwrap_or_default()
        .mark;
    let same = row.facts.guard.as_ref().is_some_and(|before| {
        before.score == found.score
            && before.marked == (found.score >= mark)
            && before.reasons == found.reasons
    });
    if same {
        return Ok(false);
    }
    let message = MessageId(row.seq);
    let Some(header) = evidence::row_header(door, call, message).await? else {
        return Ok(false);
    };
    let command = Command::Guard(GuardCommand::Rescan {
        message: header,
        guard: found,
    });
    match call.submit_unkeyed(door, command).await {
        Ok(outcome) => Ok(outcome.count > 0),
        // Somebody took it back meanwhile: then there is nothing to mark.
        Err(refusal) if matches!(refusal.code, ErrorCode::Conflict | ErrorCode::NotFound) => {
            Ok(false)
        }
        Err(refusal) => Err(refusal),
    }
}
