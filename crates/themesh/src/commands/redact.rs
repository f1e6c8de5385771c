//! Erasing a message for good.

use mesh_model::api::MessageReasonInput;
use mesh_model::ops::MessageRedact;

use crate::commands::{message_id, printed_json};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::line;

/// `mesh redact`
pub fn redact(context: &Context, message: &str, reason: String) -> Outcome<()> {
    let message = message_id(message)?;
    let input = MessageReasonInput { message, reason };
    let done = context.http()?.call::<MessageRedact>(input)?;
    if !printed_json(context, &done)? {
        line(&format!(
            "{message} is redacted: its words are erased; that it was there stays, and the chain verifies"
        ));
    }
    Ok(())
}
