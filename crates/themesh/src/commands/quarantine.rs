//! What waits for a moderator.

use clap::{Args, Subcommand};
use mesh_model::api::{QuarantineListInput, Quarantined, ReviewInput};
use mesh_model::ops::{QuarantineList, QuarantineReview};

use crate::context::Context;
use crate::failure::Outcome;
use crate::input::message_id;
use crate::output::{Colour, clean, line, paint, printed_json};

/// Decide on messages that the guard holds back
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example: mesh quarantine   (then: mesh quarantine release m12)"
)]
pub struct QuarantineArgs {
    #[command(subcommand)]
    pub verb: Option<QuarantineVerb>,
}

#[derive(Debug, Subcommand)]
pub enum QuarantineVerb {
    /// List what waits
    #[command(after_help = "Example: mesh quarantine list --room plaza")]
    List {
        /// Only in this room
        #[arg(long)]
        room: Option<String>,
    },
    /// Let a message out: it is posted now
    #[command(after_help = "Example: mesh quarantine release m12 --reason 'quotes an attack'")]
    Release {
        /// The message, such as m12
        message: String,
        /// Why; kept in the log until it is erased
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Reject a message for good
    #[command(after_help = "Example: mesh quarantine reject m12 --reason 'an attack'")]
    Reject {
        /// The message, such as m12
        message: String,
        /// Why; kept in the log until it is erased
        #[arg(long, default_value = "")]
        reason: String,
    },
}

/// `mesh quarantine …`
pub fn quarantine(context: &Context, args: QuarantineArgs) -> Outcome<()> {
    match args.verb.unwrap_or(QuarantineVerb::List { room: None }) {
        QuarantineVerb::List { room } => list(context, room),
        QuarantineVerb::Release { message, reason } => review(context, &message, true, reason),
        QuarantineVerb::Reject { message, reason } => review(context, &message, false, reason),
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
