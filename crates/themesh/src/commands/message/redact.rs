//! Erasing a message for good.

use clap::Args;
use mesh_model::api::MessageReasonInput;
use mesh_model::ops::MessageRedact;

use crate::context::Context;
use crate::failure::Outcome;
use crate::input::message_id;
use crate::output::{line, printed_json};

/// Erase a message for good: log, views and search; the chain still verifies
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh redact m12 --reason 'holds a password'")]
pub struct RedactArgs {
    /// The message, such as m12
    pub message: String,
    /// Why; kept in the log until it is erased
    #[arg(long, default_value = "")]
    pub reason: String,
}

/// `mesh redact`
pub fn redact(context: &Context, args: RedactArgs) -> Outcome<()> {
    let message = message_id(&args.message)?;
    let input = MessageReasonInput {
        message,
        reason: args.reason,
    };
    let done = context.http()?.call::<MessageRedact>(input)?;
    if !printed_json(context, &done)? {
        line(&format!(
            "{message} is redacted: its words are erased; that it was there stays, and the chain verifies"
        ));
    }
    Ok(())
}
