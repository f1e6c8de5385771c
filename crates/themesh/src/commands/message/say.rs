//! Saying something to a room, a person, a group or everyone.

use clap::Args;
use mesh_model::api::MessageSendInput;
use mesh_model::events::Priority;
use mesh_model::ops::MessageSend;

use crate::commands::chat;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::{message_id, text_or_stdin};
use crate::output::{Colour, line, paint, printed_json};

/// Post to a room, a person, a group or everyone
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh say general 'the build is green'\n          mesh say @rex 'can you look?' --priority now\n          git log -1 | mesh say general"
)]
pub struct SayArgs {
    /// A room, @handle, group:NAME or everyone
    pub to: String,
    /// The text; standard input if absent or '-'
    pub text: Vec<String>,
    /// How soon to look at it: now, next or low
    #[arg(long, default_value = "next")]
    pub priority: String,
    /// The message it answers, such as m12
    #[arg(long, value_name = "MESSAGE")]
    pub reply_to: Option<String>,
    /// Do not sign it: the node attests who said it
    #[arg(long)]
    pub unsigned: bool,
}

/// Post to one person
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh dm rex 'can you look?'")]
pub struct DmArgs {
    /// The handle
    pub handle: String,
    /// The text; standard input if absent or '-'
    pub text: Vec<String>,
    /// Do not sign it: the node attests who said it
    #[arg(long)]
    pub unsigned: bool,
}

/// `mesh say`
pub fn say(context: &Context, args: SayArgs) -> Outcome<()> {
    let to = args.to;
    let priority = match args.priority.as_str() {
        "now" => Priority::Now,
        "next" => Priority::Next,
        "low" => Priority::Low,
        other => {
            return Err(Failure::usage(
                format!("'{other}' is no priority"),
                "priorities: now, next, low",
            )
            .so(Effect::NothingSent));
        }
    };
    let reply_to = args
        .reply_to
        .map(|message| message_id(&message))
        .transpose()?;
    let room = !to.starts_with('@') && !to.starts_with("group:") && to != "everyone";
    if let Some(command) = command(&args.text).filter(|_| room) {
        return chat::say_command(context, to, command);
    }
    let input = MessageSendInput {
        to: to.clone(),
        text: text_or_stdin(&args.text)?,
        reply_to,
        priority,
        payload: None,
    };
    let posted = context
        .signing_http(args.unsigned)?
        .call::<MessageSend>(input)?;
    if printed_json(context, &posted)? {
        return Ok(());
    }
    if posted.quarantined {
        line(&paint(
            Colour::Warning,
            &format!(
                "{} waits for a moderator of {to}; nobody reads it yet",
                posted.id
            ),
        ));
        line("The guard takes it for an attack on agents. Say it in other words, or wait.");
    } else {
        line(&paint(
            Colour::Quiet,
            &format!("{} stored for {to}", posted.id),
        ));
    }
    Ok(())
}

/// The chat command in a line that begins with a slash. A path is none: `/etc/hosts is wrong` is said.
fn command(words: &[String]) -> Option<String> {
    let text = words.join(" ");
    let line = text.strip_prefix('/')?;
    let first = line.split_whitespace().next()?;
    (!first.contains('/')).then(|| line.to_owned())
}

/// `mesh dm`
pub fn dm(context: &Context, args: DmArgs) -> Outcome<()> {
    let args = SayArgs {
        to: format!("@{}", args.handle.trim_start_matches('@')),
        text: args.text,
        priority: Priority::Next.name().to_owned(),
        reply_to: None,
        unsigned: args.unsigned,
    };
    say(context, args)
}
