//! Reading what was said: a room's history, one message, a search.

use clap::Args;
use mesh_model::api::{MessageListInput, MessageRefInput, MessageSearchInput};
use mesh_model::ops::{MessageGet, MessageHistory, MessageList, MessageSearch};
use mesh_model::{MessageId, Seq};

use super::{attested, print_head, print_message};
use crate::context::Context;
use crate::failure::Outcome;
use crate::input::message_id;
use crate::output::{Colour, clean, line, paint, printed_json};

/// Read a room's history
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh read general --limit 20")]
pub struct ReadArgs {
    /// The room
    pub room: String,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
    /// Only earlier than this place
    #[arg(long, value_name = "SEQ")]
    pub before: Option<u64>,
}

/// Show one message with everything known about where it comes from
#[derive(Debug, Args)]
#[command(after_help = "Examples: mesh message m12\n          mesh message m12 --history")]
pub struct MessageArgs {
    /// The message, such as m12
    pub message: String,
    /// What it said before it was changed, the oldest first
    #[arg(long)]
    pub history: bool,
}

/// Search messages
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh search 'build green' --room general")]
pub struct SearchArgs {
    /// The words
    #[arg(required = true)]
    pub words: Vec<String>,
    /// Only in this room
    #[arg(long)]
    pub room: Option<String>,
    /// Only by this participant
    #[arg(long)]
    pub from: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 20)]
    pub limit: u32,
}

/// `mesh read`
pub fn read(context: &Context, args: ReadArgs) -> Outcome<()> {
    let input = MessageListInput {
        room: args.room,
        after: None,
        before: args.before.map(Seq),
        limit: Some(args.limit),
        min_seq: None,
    };
    let page = context.http()?.call::<MessageList>(input)?;
    if printed_json(context, &page)? {
        return Ok(());
    }
    if page.items.is_empty() {
        line("Nothing has been said here yet.");
    }
    page.items.iter().for_each(print_message);
    if let Some(before) = page.prev {
        line(&paint(
            Colour::Quiet,
            &format!("earlier: --before {before}"),
        ));
    }
    Ok(())
}

/// `mesh message`
pub fn message(context: &Context, args: MessageArgs) -> Outcome<()> {
    let message = message_id(&args.message)?;
    if args.history {
        return history(context, message);
    }
    let found = context
        .http()?
        .call::<MessageGet>(MessageRefInput { message })?;
    if !printed_json(context, &found)? {
        print_message(&found);
        line(&paint(
            Colour::Quiet,
            &format!("  {}", attested(&found, true)),
        ));
    }
    Ok(())
}

fn history(context: &Context, message: MessageId) -> Outcome<()> {
    let found = context
        .http()?
        .call::<MessageHistory>(MessageRefInput { message })?;
    if printed_json(context, &found)? {
        return Ok(());
    }
    for version in &found.items {
        let time = version.at.to_string();
        let time = time.get(..19).unwrap_or(&time).replace('T', " ");
        let head = format!("@{}  {time}  {}", version.from.handle, version.trust.name());
        line(&paint(Colour::Quiet, &head));
        let text = if version.redacted {
            paint(Colour::Quiet, "(erased for good)")
        } else {
            clean(&version.text)
        };
        text.lines().for_each(|part| line(&format!("  {part}")));
    }
    Ok(())
}

/// `mesh search`
pub fn search(context: &Context, args: SearchArgs) -> Outcome<()> {
    let input = MessageSearchInput {
        q: args.words.join(" "),
        room: args.room,
        from: args.from,
        since: None,
        until: None,
        limit: Some(args.limit),
    };
    let found = context.http()?.call::<MessageSearch>(input)?;
    if printed_json(context, &found)? {
        return Ok(());
    }
    if found.items.is_empty() {
        line("Nothing found in the rooms you may read.");
    }
    for hit in &found.items {
        let edge = print_head(&hit.message);
        line(&format!(
            "{edge} {}",
            clean(&hit.snippet).replace('\n', " ")
        ));
    }
    Ok(())
}
