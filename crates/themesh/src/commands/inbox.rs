//! What waits for the one who acts.

use mesh_model::Seq;
use mesh_model::api::{InboxAckInput, InboxListInput};
use mesh_model::ops::{InboxAck, InboxList};

use crate::commands::messages::print_message;
use crate::commands::printed_json;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, line, paint};

/// `mesh inbox`
pub fn inbox(context: &Context, ack: bool, limit: u32) -> Outcome<()> {
    let http = context.http()?;
    let inbox = http.call::<InboxList>(InboxListInput {
        limit: Some(limit),
        mentions_only: false,
    })?;
    if !printed_json(context, &inbox)? {
        if inbox.items.is_empty() {
            line("Nothing waits.");
        }
        inbox.items.iter().for_each(print_message);
        let more = inbox
            .waiting
            .saturating_sub(u32::try_from(inbox.items.len()).unwrap_or(u32::MAX));
        if more > 0 {
            line(&paint(Colour::Quiet, &format!("{more} more wait")));
        }
    }
    if ack && !inbox.items.is_empty() {
        // Only what was shown: something newer may have come meanwhile.
        let seqs: Vec<Seq> = inbox.items.iter().map(|message| message.seq).collect();
        let whole = usize::try_from(inbox.waiting).is_ok_and(|waiting| waiting == seqs.len());
        let upto = if whole {
            seqs.iter().max().copied()
        } else {
            None
        };
        let seqs = if upto.is_some() { Vec::new() } else { seqs };
        http.call::<InboxAck>(InboxAckInput { upto, seqs })?;
    }
    Ok(())
}
