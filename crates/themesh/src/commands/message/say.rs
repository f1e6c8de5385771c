//! Saying something to a room, a person, a group or everyone.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::Args;
use mesh_model::ErrorCode;
use mesh_model::api::{FileHistoryInput, FilePutInput, MessageSendInput, NamedFile};
use mesh_model::events::Priority;
use mesh_model::limits::MESSAGE_FILES_MAX;
use mesh_model::ops::{FileHistory, MessageSend};
use mesh_sdk::Error;
use mesh_sdk::http::Http;

use crate::commands::{chat, file};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::{message_id, text_or_stdin};
use crate::output::{Colour, line, paint, printed_json};

/// Post to a room, a person, a group or everyone
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh say general 'the build is green'\n          mesh say @rex 'can you look?' --priority now\n          mesh say general 'the plan' --attach plan.md --attach sketch.png\n          git log -1 | mesh say general"
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
    /// A file from here, put into the room under its name and brought along; as often as there are files
    #[arg(long, value_name = "FILE")]
    pub attach: Vec<PathBuf>,
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
    /// A file from here, put into the conversation under its name and brought along
    #[arg(long, value_name = "FILE")]
    pub attach: Vec<PathBuf>,
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
    let plain = room && args.attach.is_empty();
    if let Some(command) = command(&args.text).filter(|_| plain) {
        return chat::say_command(context, to, command);
    }
    let text = match (args.text.is_empty(), args.attach.is_empty()) {
        (true, false) => String::new(),
        _ => text_or_stdin(&args.text)?,
    };
    let http = context.signing_http(args.unsigned)?;
    let input = MessageSendInput {
        to: to.clone(),
        text,
        reply_to,
        priority,
        payload: None,
        files: attached(&http, &to, room, &args.attach)?,
    };
    let posted = http.call::<MessageSend>(input)?;
    if printed_json(context, &posted)? {
        return Ok(());
    }
    if posted.for_home {
        line(&paint(
            Colour::Quiet,
            &format!(
                "{} waits for the home of {to}, on another mesh: it is posted once that has taken it",
                posted.id
            ),
        ));
    } else if posted.quarantined {
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

/// Puts files into the room that a message goes to, each under its name: as a new file, or as the next version of the one that
/// is there.
fn attached(http: &Http, to: &str, room: bool, paths: &[PathBuf]) -> Outcome<Vec<NamedFile>> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    if paths.len() > MESSAGE_FILES_MAX {
        return Err(Failure::usage(
            format!("a message brings at most {MESSAGE_FILES_MAX} files along"),
            "send several messages",
        )
        .so(Effect::NothingSent));
    }
    let room = if room {
        to.to_owned()
    } else {
        let found = http.conversation(to)?.ok_or_else(|| {
            Failure::usage(
                format!("there is no conversation with {to} yet that a file could be put into"),
                "say something without a file first",
            )
            .so(Effect::NothingSent)
        })?;
        found.to_string()
    };
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let name = path.file_name().and_then(OsStr::to_str).ok_or_else(|| {
            Failure::usage(
                format!("{} has no name that a room's file can have", path.display()),
                "name a plain file whose name is UTF-8",
            )
            .so(Effect::NothingSent)
        })?;
        let input = FilePutInput {
            room: room.clone(),
            path: name.to_owned(),
            base: newest(http, &room, name)?,
            ..FilePutInput::default()
        };
        let stored = file::put(http, &input, Some(path))?;
        files.push(NamedFile {
            file: stored.file.to_string(),
            version: Some(stored.version),
        });
    }
    Ok(files)
}

/// The version of a file that is there under a name, if there is one.
fn newest(http: &Http, room: &str, path: &str) -> Outcome<Option<u32>> {
    let asked = http.call::<FileHistory>(FileHistoryInput {
        room: room.to_owned(),
        path: path.to_owned(),
        limit: Some(1),
        ..FileHistoryInput::default()
    });
    match asked {
        Ok(found) => Ok((found.items.first())
            .filter(|newest| !newest.removed)
            .map(|newest| newest.version)),
        Err(Error::Refused(refusal)) if refusal.code == ErrorCode::NotFound => Ok(None),
        Err(why) => Err(why.into()),
    }
}

/// The chat command in a line that begins with a slash. A path is none: `/etc/hosts is wrong` is said.
fn command(words: &[String]) -> Option<String> {
    let text = words.join(" ");
    let first = text.strip_prefix('/')?.split_whitespace().next()?;
    (!first.contains('/')).then_some(text)
}

/// `mesh dm`
pub fn dm(context: &Context, args: DmArgs) -> Outcome<()> {
    let args = SayArgs {
        to: format!("@{}", args.handle.trim_start_matches('@')),
        text: args.text,
        priority: Priority::Next.name().to_owned(),
        reply_to: None,
        attach: args.attach,
        unsigned: args.unsigned,
    };
    say(context, args)
}
