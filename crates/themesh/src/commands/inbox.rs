//! What waits for the one who acts.

use clap::Args;
use mesh_model::Seq;
use mesh_model::api::{InboxAckInput, InboxListInput};
use mesh_model::ops::{InboxAck, InboxList};

use crate::commands::message::print_message;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, line, paint, printed_json};

/// Read what waits for you
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh inbox --ack")]
pub struct InboxArgs {
    /// Mark what is shown as taken in
    #[arg(long)]
    pub ack: bool,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

/// `mesh inbox`
pub fn inbox(context: &Context, args: InboxArgs) -> Outcome<()> {
    let http = context.http()?;
    let inbox = http.call::<InboxList>(InboxListInput {
        limit: Some(args.limit),
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
    if args.ack && !inbox.items.is_empty() {
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
