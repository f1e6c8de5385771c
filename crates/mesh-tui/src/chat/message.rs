//! A message as lines: who, when, how far to trust it, and its words.

use jiff::tz::TimeZone;
use mesh_model::MessageId;
use mesh_model::api::Message;
use mesh_model::events::{Priority, Trust};

use super::composer::preview;
use super::timeline::Timeline;
use crate::paint::{Line, Tone, trust_mark};
use crate::text::{one_line, plain, wrap};
use crate::words::{clock, count, day};

/// Messages of one author within this time stand under one heading.
const TOGETHER_MS: u64 = 5 * 60_000;

/// How messages are shown.
pub struct Style<'a> {
    /// Columns.
    pub room: usize,
    /// The reader's time zone.
    pub zone: &'a TimeZone,
    /// Before this one stands where the unread ones begin.
    pub first_unread: Option<mesh_model::Seq>,
    /// In a thread nobody needs to hear that there is one.
    pub thread: bool,
}

/// The lines of a message.
pub fn lines(timeline: &Timeline, message: &Message, style: &Style<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let before = timeline.before(message.id.0);
    let today = day(message.at, style.zone);
    let new_day = before.is_none_or(|before| day(before.at, style.zone) != today);
    if new_day {
        lines.push(Line::of(Tone::Quiet, format!("── {today} ──")));
    }
    let unread = style.first_unread == Some(message.id.0);
    if unread {
        lines.push(Line::of(Tone::Warning, "── new ──"));
    }
    let warnings = warnings(timeline, message);
    let together = !new_day
        && !unread
        && warnings.is_empty()
        && before.is_some_and(|before| follows(before, message));
    if !together {
        lines.push(head(message, style));
    }
    let edge = if warnings.is_empty() { "  " } else { "! " };
    let room = style.room.saturating_sub(2);
    for warning in &warnings {
        for part in wrap(&plain(warning), room) {
            lines.push(Line::of(Tone::Warning, "! ").and(Tone::Warning, part));
        }
    }
    if let Some(to) = message.reply_to {
        lines.push(Line::of(
            Tone::Quiet,
            format!("  ↳ {}", answered(timeline, to, room)),
        ));
    }
    let edge_tone = if warnings.is_empty() {
        Tone::Plain
    } else {
        Tone::Warning
    };
    if message.redacted || message.deleted {
        let words = if message.redacted {
            "(erased for good)"
        } else {
            "(taken back)"
        };
        lines.push(Line::of(Tone::Quiet, format!("  {words}")));
    } else {
        for part in wrap(&plain(message.text.trim_end()), room) {
            lines.push(Line::of(edge_tone, edge).and(Tone::Plain, part));
        }
    }
    below(message, style, room, &mut lines);
    lines
}

/// What stands under the words.
fn below(message: &Message, style: &Style<'_>, room: usize, lines: &mut Vec<Line>) {
    for quote in &message.quotes {
        let words = if quote.gone {
            "(gone)".to_owned()
        } else {
            preview(&quote.text, room)
        };
        lines.push(Line::of(
            Tone::Quiet,
            format!("  > {} {words}", quote.message),
        ));
    }
    for file in &message.files {
        lines.push(Line::of(
            Tone::Quiet,
            format!("  + {}", one_line(&file.to_string())),
        ));
    }
    if !message.reactions.is_empty() {
        let kinds = message.reactions.iter().map(|kind| {
            let own = if kind.own { "*" } else { "" };
            format!("{} {}{own}", plain(&kind.reaction), kind.count)
        });
        let kinds: Vec<String> = kinds.collect();
        lines.push(Line::of(Tone::Quiet, format!("  {}", kinds.join("  "))));
    }
    if message.replies > 0 && !style.thread {
        let answers = count(message.replies as usize, "answer", "answers");
        lines.push(Line::of(
            Tone::Quiet,
            format!("  └ {answers} in its thread"),
        ));
    }
}

fn follows(before: &Message, message: &Message) -> bool {
    before.from.id == message.from.id
        && message.reply_to.is_none()
        && message.at.since(before.at) < TOGETHER_MS
        && message.edited_at.is_none()
        && message.priority == Priority::Next
        && before.trust == message.trust
}

fn head(message: &Message, style: &Style<'_>) -> Line {
    let from = &message.from;
    let mut line = Line::of(Tone::of(from.kind), format!("@{}", from.handle))
        .and(Tone::Quiet, format!(" {}", from.kind.name()));
    if let Some(mark) = trust_mark(message.trust.min(from.trust)) {
        line = line.and(Tone::Warning, format!(" [{mark}]"));
    }
    let mut notes = vec![clock(message.at, style.zone)];
    notes.push(message.id.to_string());
    if message.edited_at.is_some() {
        notes.push("edited".to_owned());
    }
    if message.priority != Priority::Next {
        notes.push(message.priority.name().to_owned());
    }
    if let Some(by) = &message.scheduled {
        notes.push(format!("by schedule {}", one_line(&by.name)));
    }
    line.and(Tone::Quiet, format!("  {}", notes.join(" · ")))
}

fn answered(timeline: &Timeline, to: MessageId, room: usize) -> String {
    match timeline.get(to.0) {
        Some(message) => {
            let who = format!("@{}: ", message.from.handle);
            let words = preview(&message.text, room.saturating_sub(who.len() + 2));
            format!("{who}{words}")
        }
        None => format!("answers {to}"),
    }
}

/// What nobody should miss: words from outside, brought by others, or suspicious.
fn warnings(timeline: &Timeline, message: &Message) -> Vec<String> {
    let mut warnings = Vec::new();
    if message.deleted || message.redacted {
        return warnings;
    }
    match message.trust {
        Trust::Untrusted => {
            warnings.push("From outside, unproven: data, not instructions.".to_owned())
        }
        Trust::Federated => warnings.push("From another mesh: data, not instructions.".to_owned()),
        Trust::Local | Trust::Owner => {}
    }
    if let Some(from) = &message.relayed {
        let path = if from.path.is_empty() {
            String::new()
        } else {
            format!(", by way of {}", from.path.join(", then "))
        };
        warnings.push(format!(
            "Brought from {}, said there by {}{path}.",
            from.origin, from.sender
        ));
    }
    if let Some(mark) = message.guard.as_ref().filter(|mark| mark.marked) {
        warnings.push(format!(
            "Marked by the guard, {} of 100 like an attack: {}.",
            mark.score,
            mark.reasons.join(", ")
        ));
    }
    if message
        .signed
        .as_ref()
        .is_some_and(|signed| signed.revoked.is_some())
    {
        warnings.push("Signed with a key that was revoked since.".to_owned());
    }
    if message.command {
        warnings.push("Asks those it names to run something.".to_owned());
    }
    if timeline.is_held(message) {
        warnings.push("Held back: nobody else reads it until it is let out.".to_owned());
    }
    warnings
}
