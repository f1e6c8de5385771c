//! What waits for a moderator.

use mesh_model::api::{QuarantineListInput, Quarantined, ReviewInput};
use mesh_model::ops::{QuarantineList, QuarantineReview};

use crate::cli::Quarantine;
use crate::commands::{message_id, printed_json};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, clean, line, paint};

/// `mesh quarantine …`
pub fn quarantine(context: &Context, verb: Option<Quarantine>) -> Outcome<()> {
    match verb.unwrap_or(Quarantine::List { room: None }) {
        Quarantine::List { room } => list(context, room),
        Quarantine::Release { message, reason } => review(context, &message, true, reason),
        Quarantine::Reject { message, reason } => review(context, &message, false, reason),
    }
}

fn list(context: &Context, room: Option<String>) -> Outcome<()> {
    let waiting = context
        .http()?
        .call::<QuarantineList>(QuarantineListInput { room })?;
    if printed_json(context, &waiting)? {
        return Ok(());
    }
    if waiting.items.is_empty() {
        line("Nothing waits in the rooms you moderate.");
        return Ok(());
    }
    waiting.items.iter().for_each(print);
    line(&paint(
        Colour::Quiet,
        "mesh quarantine release ID, or mesh quarantine reject ID",
    ));
    Ok(())
}

fn print(one: &Quarantined) {
    let message = &one.message;
    let head = format!("{}  @{}", message.id, message.from.handle);
    let score = format!(
        "{}%: {}",
        one.guard.score,
        clean(&one.guard.reasons.join(", "))
    );
    line(&format!(
        "{}  {}  {}",
        paint(Colour::of_kind(message.from.kind.name()), &head),
        paint(Colour::Quiet, message.trust.name()),
        paint(Colour::Warning, &score)
    ));
    for part in clean(&message.text).lines() {
        line(&format!("  {part}"));
    }
}

fn review(context: &Context, message: &str, release: bool, reason: String) -> Outcome<()> {
    let input = ReviewInput {
        message: message_id(message)?,
        release,
        reason,
    };
    let reviewed = context.http()?.call::<QuarantineReview>(input)?;
    if printed_json(context, &reviewed)? {
        return Ok(());
    }
    line(&match reviewed.posted {
        Some(posted) => format!("{message} is released; it is posted as {posted}"),
        None => format!("{message} is rejected; nobody will see it"),
    });
    Ok(())
}
