//! The messages at a room's head.

use clap::Args;
use mesh_model::api::{MessageRefInput, RoomRefInput};
use mesh_model::ops::{MessagePin, MessagePins, MessageUnpin};

use super::print_message;
use crate::context::Context;
use crate::failure::Outcome;
use crate::input::message_id;
use crate::output::{Colour, line, paint, printed_json};

/// Pin a message at its room's head
#[derive(Debug, Args)]
#[command(after_help = "Examples: mesh pin m12\n          mesh pin m12 --remove")]
pub struct PinArgs {
    /// The message, such as m12
    pub message: String,
    /// Unpin it
    #[arg(long)]
    pub remove: bool,
}

/// Read a room's pinned messages
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh pins general")]
pub struct PinsArgs {
    /// The room
    pub room: String,
}

/// `mesh pin`
pub fn pin(context: &Context, args: PinArgs) -> Outcome<()> {
    let message = message_id(&args.message)?;
    let input = MessageRefInput { message };
    let http = context.http()?;
    let (done, what) = if args.remove {
        (http.call::<MessageUnpin>(input)?, "is not pinned any more")
    } else {
        (http.call::<MessagePin>(input)?, "is pinned")
    };
    if !printed_json(context, &done)? {
        line(&format!("{message} {what}"));
    }
    Ok(())
}

/// `mesh pins`
pub fn pins(context: &Context, args: PinsArgs) -> Outcome<()> {
    let found = context
        .http()?
        .call::<MessagePins>(RoomRefInput { room: args.room })?;
    if printed_json(context, &found)? {
        return Ok(());
    }
    if found.items.is_empty() {
        line("Nothing is pinned here.");
    }
    for pinned in &found.items {
        print_message(&pinned.message);
        if let Some(by) = &pinned.by {
            line(&paint(
                Colour::Quiet,
                &format!("  pinned by @{}", by.handle),
            ));
        }
    }
    Ok(())
}
