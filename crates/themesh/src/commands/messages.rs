//! Messages: say, read, search.

use mesh_model::Seq;
use mesh_model::api::{Message, MessageListInput, MessageSearchInput, MessageSendInput};
use mesh_model::events::Priority;
use mesh_model::ops::{MessageList, MessageSearch, MessageSend};

use crate::commands::{parse, printed_json, text_or_stdin};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{Colour, clean, line, paint};

/// `mesh say`
pub fn say(
    context: &Context,
    to: String,
    words: &[String],
    priority: &str,
    reply_to: Option<String>,
) -> Outcome<()> {
    let priority = match priority {
        "now" => Priority::Now,
        "next" => Priority::Next,
        "low" => Priority::Low,
        other => {
            return Err(Failure::usage(
                format!("'{other}' is no priority"),
                "priorities: now, next, low",
            ));
        }
    };
    let reply_to = reply_to
        .map(|message| parse(&message, "message ids look like m12"))
        .transpose()?;
    let input = MessageSendInput {
        to: to.clone(),
        text: text_or_stdin(words)?,
        reply_to,
        priority,
        payload: None,
    };
    let posted = context.http()?.call::<MessageSend>(input)?;
    if !printed_json(context, &posted)? {
        line(&paint(
            Colour::Quiet,
            &format!("{} stored for {to}", posted.id),
        ));
    }
    Ok(())
}

/// `mesh dm`
pub fn dm(context: &Context, handle: &str, words: &[String]) -> Outcome<()> {
    say(
        context,
        format!("@{}", handle.trim_start_matches('@')),
        words,
        "next",
        None,
    )
}

/// `mesh read`
pub fn read(context: &Context, room: String, limit: u32, before: Option<u64>) -> Outcome<()> {
    let input = MessageListInput {
        room,
        after: None,
        before: before.map(Seq),
        limit: Some(limit),
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

/// `mesh search`
pub fn search(
    context: &Context,
    words: &[String],
    room: Option<String>,
    from: Option<String>,
    limit: u32,
) -> Outcome<()> {
    let q = words.join(" ");
    let input = MessageSearchInput {
        q,
        room,
        from,
        since: None,
        until: None,
        limit: Some(limit),
    };
    let found = context.http()?.call::<MessageSearch>(input)?;
    if printed_json(context, &found)? {
        return Ok(());
    }
    if found.items.is_empty() {
        line("Nothing found in the rooms you may read.");
    }
    for hit in &found.items {
        let head = format!(
            "{} {} @{}",
            hit.message.id, hit.message.at, hit.message.from.handle
        );
        line(&paint(Colour::Quiet, &head));
        line(&format!("  {}", clean(&hit.snippet).replace('\n', " ")));
    }
    Ok(())
}

/// One message for the terminal: who, when, its id, then the text.
pub fn print_message(message: &Message) {
    let who = paint(
        Colour::of_kind(message.from.kind.name()),
        &format!("@{}", message.from.handle),
    );
    let time = message.at.to_string();
    let mut notes = vec![
        message.id.to_string(),
        time.get(..16).unwrap_or(&time).replace('T', " "),
    ];
    notes.extend(message.reply_to.map(|to| format!("answers {to}")));
    if message.priority != Priority::Next {
        notes.push(message.priority.name().to_owned());
    }
    if message.edited_at.is_some() {
        notes.push("edited".to_owned());
    }
    if message.from.trust < mesh_model::events::Trust::Local {
        notes.push(paint(Colour::Warning, message.from.trust.name()));
    }
    let text = if message.deleted {
        paint(Colour::Quiet, "(taken back)")
    } else {
        clean(&message.text)
    };
    line(&format!(
        "{who}  {}",
        paint(Colour::Quiet, &notes.join("  "))
    ));
    for part in text.lines() {
        line(&format!("  {part}"));
    }
}
