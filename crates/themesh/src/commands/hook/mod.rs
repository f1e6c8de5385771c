//! `mesh hook`: what programs call while agents work in them. It hands what waits into the conversation, and says of what
//! it handed before how far it came, as the program's own record of the conversation proves it.

mod record;
mod transcript;
mod wake;

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mesh_model::MessageId;
use mesh_model::api::{
    DeliveryFinishInput, DeliveryReportInput, DeliveryTakeInput, DropReason, Lost,
};
use mesh_model::delivery::WAKE;
use mesh_model::ops::{DeliveryFinish, DeliveryReport, DeliveryTake};
use mesh_sdk::http::Http;
use serde::Deserialize;
use serde_json::json;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::line;
use record::Record;
use transcript::Seen;

/// The program spills what is longer to a file, of which the model gets only the beginning.
const CONTEXT_BYTES_MAX: usize = 8 * 1024;
/// Messages in one go.
const MESSAGES_MAX: u32 = 10;

/// Hand what waits into a program's conversation: the program calls this, as `mesh install` told it
#[derive(Debug, Args)]
pub struct HookArgs {
    /// The program
    #[arg(value_enum)]
    program: HookProgram,
    /// What happened in it
    #[arg(value_enum)]
    event: Event,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum HookProgram {
    ClaudeCode,
}

/// An event, by the program's own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub enum Event {
    SessionStart,
    UserPromptSubmit,
    PostToolUse,
    Stop,
    SessionEnd,
    /// Of the mod: it wants to be told when something comes.
    Watch,
    /// Of the mod: the session is idle.
    Wake,
    /// Of the mod: a model has answered a request that held messages.
    Read,
    /// Of the mod: the program did not take the words of a wake.
    Unwoken,
}

impl Event {
    /// Those for which the program has hooks.
    pub const HOOKED: [Event; 5] = [
        Event::SessionStart,
        Event::UserPromptSubmit,
        Event::PostToolUse,
        Event::Stop,
        Event::SessionEnd,
    ];

    /// Its name in the program's settings.
    pub fn name(self) -> &'static str {
        match self {
            Event::SessionStart => "SessionStart",
            Event::UserPromptSubmit => "UserPromptSubmit",
            Event::PostToolUse => "PostToolUse",
            Event::Stop => "Stop",
            Event::SessionEnd => "SessionEnd",
            Event::Watch => "Watch",
            Event::Wake => "Wake",
            Event::Read => "Read",
            Event::Unwoken => "Unwoken",
        }
    }
}

/// What the program tells on standard input, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Told {
    session_id: String,
    transcript_path: PathBuf,
    /// Where a session comes from.
    #[serde(default)]
    source: String,
    /// Why a session ends.
    #[serde(default)]
    reason: String,
    /// With what a turn begins.
    #[serde(default)]
    prompt: String,
    /// The turn.
    prompt_id: Option<String>,
    /// Set within a subagent, whose conversation is not the session's.
    agent_id: Option<String>,
    /// With what the model ended the turn.
    last_assistant_message: Option<String>,
    /// Whether a hook has made the model go on already.
    #[serde(default)]
    stop_hook_active: bool,
}

/// Whatever goes wrong, the program goes on: what was not handed waits, and what was not proved is handed again.
pub fn hook(context: &Context, args: &HookArgs) -> Outcome<()> {
    let HookProgram::ClaudeCode = args.program;
    if let Event::Watch = args.event {
        return wake::watch(context);
    }
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    if let (Event::Wake | Event::Read | Event::Unwoken, Ok(_)) = (args.event, &read) {
        return wake::told(context, args.event, &text);
    }
    let told = read.ok().and_then(|_| serde_json::from_str(&text).ok());
    let Some(told) = told.filter(|told: &Told| told.agent_id.is_none()) else {
        return Ok(());
    };
    match deliver(context, args.event, &told) {
        Ok(Some(words)) => {
            let name = args.event.name();
            let answer = json!({"hookEventName": name, "additionalContext": words});
            line(&json!({"hookSpecificOutput": answer}).to_string());
        }
        Ok(None) => {}
        Err(why) => eprintln!("mesh: not handed over: {}", why.what()),
    }
    Ok(())
}

fn deliver(context: &Context, event: Event, told: &Told) -> Outcome<Option<String>> {
    let http = context.http()?;
    // Tools run side by side, and so do their hooks: one at a time.
    let mut record = Record::open(context, &told.session_id)?;
    report(&http, &mut record, event, told)?;
    if let Event::SessionStart | Event::UserPromptSubmit = event {
        record.begin(told.prompt.starts_with(WAKE))?;
    }
    let goes_on = match event {
        Event::SessionEnd => false,
        // A turn that a hook has prolonged ends; what comes meanwhile waits for the next.
        Event::Stop => !told.stop_hook_active,
        _ => true,
    };
    let handed = if goes_on {
        hand(&http, &mut record, told)?
    } else {
        None
    };
    match (event, handed) {
        (Event::Stop, None) => finish(&http, &record, told),
        (_, handed) => Ok(handed),
    }
}

/// The turn ends here. If it was begun by a wake and has not answered a person, its last words do; if they cannot, the model
/// is told once.
fn finish(http: &Http, record: &Record, told: &Told) -> Outcome<Option<String>> {
    let text = told.last_assistant_message.as_deref().unwrap_or_default();
    if !record.is_woken() || text.trim().is_empty() {
        return Ok(None);
    }
    let finished = http.call::<DeliveryFinish>(DeliveryFinishInput {
        session: told.session_id.clone(),
        text: text.to_owned(),
    });
    let words = match finished.map_err(Failure::from) {
        Ok(finished) if finished.unanswered.is_empty() => return Ok(None),
        Ok(finished) => unanswered(&finished.unanswered),
        Err(why) if told.stop_hook_active => return Err(why),
        Err(why) => not_posted(&why.what()),
    };
    Ok(Some(words).filter(|_| !told.stop_hook_active))
}

/// What a model is told whose last words were refused as an answer.
pub fn not_posted(why: &str) -> String {
    format!(
        "[mesh] A person waits for your answer, and your last words could not be posted as one: {why}. Answer with mesh_say \
         where you were asked."
    )
}

/// What a model is told whose last words may answer only one of those who wait.
pub fn unanswered(messages: &[MessageId]) -> String {
    let named: Vec<_> = messages.iter().map(ToString::to_string).collect();
    format!(
        "[mesh] People wait for your answer in several rooms, and what you say here reaches none of them: {}. Answer each with \
         mesh_say where you were asked.",
        named.join(", ")
    )
}

/// Hands what waits into the conversation.
fn hand(http: &Http, record: &mut Record, told: &Told) -> Outcome<Option<String>> {
    let input = DeliveryTakeInput {
        session: told.session_id.clone(),
        limit: Some(MESSAGES_MAX),
    };
    let handed = http.call::<DeliveryTake>(input)?;
    let mut words = String::new();
    let (mut kept, mut left) = (Vec::new(), Vec::new());
    for item in handed.items {
        if !words.is_empty() && words.len() + item.words.len() > CONTEXT_BYTES_MAX {
            left.push(item.tag);
            continue;
        }
        words.push_str(&item.words);
        words.push('\n');
        kept.push(item.tag);
    }
    if !left.is_empty() {
        http.call::<DeliveryReport>(DeliveryReportInput {
            session: told.session_id.clone(),
            dropped: left,
            why: Some(DropReason::Refused),
            ..DeliveryReportInput::default()
        })?;
    }
    if kept.is_empty() {
        return Ok(None);
    }
    // Before the words leave: what is in the conversation has to be looked for.
    record.hand(kept, &told.transcript_path)?;
    Ok(Some(words))
}

/// Says what came of what this session was handed.
fn report(http: &Http, record: &mut Record, event: Event, told: &Told) -> Outcome<()> {
    let Seen {
        mut placed,
        read,
        answered: moved_on,
    } = record.look(&told.transcript_path);
    let mut reads: Vec<(String, String)> = read.into_iter().collect();
    // The last answer is written down a moment after this event, which comes after an answer only. What hooks put into
    // the conversation before stood in the request for it.
    let answered = told.last_assistant_message.as_deref();
    if let (Event::Stop, Some(turn), Some(answer)) = (event, &told.prompt_id, answered)
        && !answer.is_empty()
    {
        let stood = std::mem::take(&mut placed);
        reads.extend(stood.into_iter().map(|tag| (tag, turn.clone())));
    }
    let lost = lost(event, told, moved_on);
    let mut settled: BTreeSet<String> = reads.iter().map(|(tag, _)| tag.clone()).collect();
    let turns: BTreeSet<String> = reads.iter().map(|(_, turn)| turn.clone()).collect();
    for turn in turns {
        let of_it = reads.iter().filter(|(_, other)| *other == turn);
        http.call::<DeliveryReport>(DeliveryReportInput {
            session: told.session_id.clone(),
            read: of_it.map(|(tag, _)| tag.clone()).collect(),
            turn: Some(turn.chars().take(80).collect()),
            ..DeliveryReportInput::default()
        })?;
    }
    if !placed.is_empty() || lost.is_some() {
        http.call::<DeliveryReport>(DeliveryReportInput {
            session: told.session_id.clone(),
            placed: placed.iter().cloned().collect(),
            lost: lost.map(|(lost, _)| lost),
            why: lost.map(|(_, why)| why),
            ..DeliveryReportInput::default()
        })?;
    }
    match lost {
        Some((Lost::All, _)) => settled.extend(record.open_tags()),
        Some((Lost::Unplaced, _)) => {
            settled.extend(record.open_tags().difference(&placed).cloned())
        }
        None => {}
    }
    record.settle(&settled)
}

/// What the session has lost by this event. The program writes its record down some time after it took a hook's words, so
/// what does not stand there is lost only once the model has answered without it, and a turn is over.
fn lost(event: Event, told: &Told, moved_on: bool) -> Option<(Lost, DropReason)> {
    match (event, told.source.as_str()) {
        (Event::SessionStart, "compact") => Some((Lost::All, DropReason::Compacted)),
        (Event::SessionStart, "clear") => Some((Lost::All, DropReason::Cleared)),
        // What it came back with was written down when the session ended.
        (Event::SessionStart, _) => Some((Lost::Unplaced, DropReason::Failed)),
        (Event::UserPromptSubmit, _) if moved_on => Some((Lost::Unplaced, DropReason::Failed)),
        (Event::SessionEnd, _) if told.reason == "clear" => Some((Lost::All, DropReason::Cleared)),
        (Event::SessionEnd, _) => Some((Lost::All, DropReason::Ended)),
        _ => None,
    }
}
