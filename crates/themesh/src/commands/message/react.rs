//! Reacting to a message.

use clap::Args;
use mesh_model::api::MessageReactInput;
use mesh_model::ops::{MessageReact, MessageUnreact};

use crate::context::Context;
use crate::failure::Outcome;
use crate::input::message_id;
use crate::output::{line, printed_json};

/// React to a message with an emoji; nobody is woken by it
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh react m12 👍\n          mesh react m12 rocket\n          mesh react m12 👍 --remove"
)]
pub struct ReactArgs {
    /// The message, such as m12
    pub message: String,
    /// One emoji, or its short name such as rocket
    pub reaction: String,
    /// Take it back
    #[arg(long)]
    pub remove: bool,
}

/// `mesh react`
pub fn react(context: &Context, args: ReactArgs) -> Outcome<()> {
    let message = message_id(&args.message)?;
    let input = MessageReactInput {
        message,
        reaction: args.reaction,
    };
    let http = context.http()?;
    let (done, what) = if args.remove {
        let done = http.call::<MessageUnreact>(input)?;
        (done, "has no such reaction of yours any more")
    } else {
        (http.call::<MessageReact>(input)?, "has your reaction")
    };
    if !printed_json(context, &done)? {
        line(&format!("{message} {what}"));
    }
    Ok(())
}
