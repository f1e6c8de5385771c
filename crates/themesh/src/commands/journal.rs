//! Journals: what programs and agents note about their own work.

use std::io::BufRead;

use clap::{Args, Subcommand, ValueEnum};
use mesh_model::api::{
    ClientInfo, JournalEntry, JournalEraseInput, JournalLine, JournalListInput, JournalWriteInput,
    StreamItem,
};
use mesh_model::events::JournalLevel;
use mesh_model::limits::{JOURNAL_ENTRIES_MAX, JOURNAL_TEXT_BYTES_MAX};
use mesh_model::ops::{JournalErase, JournalList, JournalWrite};
use mesh_model::{Seq, TaskId, Told};
use mesh_sdk::http::Http;
use mesh_sdk::{Client, Filter};
use serde_json::{Map, Value};

use super::task::{TaskRef, find, short};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json};
use crate::times;

/// What programs and agents note about their own work
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh journal list --level warn --since 7d")]
pub enum JournalVerb {
    /// Write lines into your own journal: those above you and the mesh's owner read them, and nobody is woken
    #[command(
        after_help = "Examples: mesh --as rex journal write 'the mirror is slow' --level warn --data '{\"ms\":4100}'\n          mesh --as rex journal write --task last 'two tests fail without a network'\n          ./build.sh 2>&1 | mesh --as rex journal write --level debug   (a line each)"
    )]
    Write(WriteArgs),
    /// List the newest lines, the last one at the bottom
    #[command(
        after_help = "Examples: mesh journal list\n          mesh journal list rex --level error --since 12h\n          mesh journal list --task last --text 'mirror slow'"
    )]
    List(ListArgs),
    /// Print lines as they are written. For people: a program asks with 'list', so that it is noted what it has read
    #[command(after_help = "Example: mesh journal follow rex --level warn")]
    Follow(FollowArgs),
    /// Erase for good what a journal holds so far: your own, or that of an agent below you
    #[command(after_help = "Example: mesh journal erase rex")]
    Erase {
        /// Whose (default: the one who acts)
        of: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct WriteArgs {
    /// What happened; each line of standard input if absent or '-'
    text: Vec<String>,
    /// How much it matters
    #[arg(long, value_enum, default_value_t = Level::Info)]
    level: Level,
    /// What goes with it: a JSON object
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// The room that it concerns; its members do not read it for that
    #[arg(long)]
    room: Option<String>,
    /// The task that it is about: its id, the end of it, or 'last'. Whoever reads the task reads the line
    #[arg(long)]
    task: Option<String>,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only of this participant
    of: Option<String>,
    /// Only what matters as much or more
    #[arg(long, value_enum)]
    level: Option<Level>,
    /// Only what concerns this room
    #[arg(long)]
    room: Option<String>,
    /// Only about this task: its id, the end of it, or 'last'
    #[arg(long)]
    task: Option<String>,
    /// Only lines in which all of these words stand
    #[arg(long, value_name = "WORDS")]
    text: Option<String>,
    /// From here on: a day such as 2026-11-01, RFC 3339, or so long ago: 90m, 12h, 7d
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Up to here, written alike
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only lines before this place
    #[arg(long, value_name = "SEQ")]
    before: Option<u64>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

#[derive(Debug, Args)]
pub struct FollowArgs {
    /// Only of this participant
    of: Option<String>,
    /// Only what matters as much or more
    #[arg(long, value_enum, default_value_t = Level::Debug)]
    level: Level,
    /// Only about this task: its id, the end of it, or 'last'
    #[arg(long)]
    task: Option<String>,
    /// Begin behind this place instead of now
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

impl From<Level> for JournalLevel {
    fn from(level: Level) -> JournalLevel {
        match level {
            Level::Debug => JournalLevel::Debug,
            Level::Info => JournalLevel::Info,
            Level::Warn => JournalLevel::Warn,
            Level::Error => JournalLevel::Error,
        }
    }
}

/// `mesh journal …`
pub fn journal(context: &Context, verb: JournalVerb) -> Outcome<()> {
    match verb {
        JournalVerb::Write(args) => write(context, args),
        JournalVerb::List(args) => list(context, args),
        JournalVerb::Follow(args) => follow(context, args),
        JournalVerb::Erase { of } => {
            let input = JournalEraseInput { participant: of };
            let done = context.http()?.call::<JournalErase>(input)?;
            if !printed_json(context, &done)? {
                line("what stood there is erased");
            }
            Ok(())
        }
    }
}

fn task_of(http: &Http, task: Option<String>) -> Outcome<Option<TaskId>> {
    task.map(|task| find(http, &TaskRef { task })).transpose()
}

fn write(context: &Context, args: WriteArgs) -> Outcome<()> {
    let http = context.http()?;
    let entry = JournalEntry {
        level: args.level.into(),
        text: args.text.join(" "),
        data: args.data.as_deref().map(object).transpose()?,
        room: args.room,
        task: task_of(&http, args.task)?,
    };
    if !(args.text.is_empty() || args.text == ["-"]) {
        return send(context, &http, vec![entry]);
    }
    let mut entries = Vec::new();
    for read in std::io::stdin().lock().lines() {
        let read = read.map_err(|why| {
            Failure::usage(
                format!("standard input cannot be read: {why}"),
                "give the text as an argument",
            )
            .so(Effect::Incomplete)
        })?;
        let text = printed(&read);
        if text.trim().is_empty() {
            continue;
        }
        entries.push(JournalEntry {
            text,
            ..entry.clone()
        });
        if entries.len() >= JOURNAL_ENTRIES_MAX {
            send(context, &http, std::mem::take(&mut entries))?;
        }
    }
    if entries.is_empty() {
        return Ok(());
    }
    send(context, &http, entries)
}

/// A line as a program printed it, without what moves a cursor, as long as a line may be.
fn printed(text: &str) -> String {
    let mut text = anstream::adapter::strip_str(text).to_string();
    text.retain(|letter| !letter.is_control() || letter == '\t');
    let mut end = text.len().min(JOURNAL_TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

fn object(text: &str) -> Outcome<Map<String, Value>> {
    serde_json::from_str(text).map_err(|why| {
        Failure::usage(
            format!("the data is no JSON object: {why}"),
            "such as --data '{\"ms\": 4100}'",
        )
        .so(Effect::NothingSent)
    })
}

fn send(context: &Context, http: &Http, entries: Vec<JournalEntry>) -> Outcome<()> {
    let count = entries.len();
    let done = http.call::<JournalWrite>(JournalWriteInput { entries })?;
    if !printed_json(context, &done)? {
        let lines = if count == 1 { "line" } else { "lines" };
        line(&format!("{count} {lines} written, place {}", done.seq));
    }
    Ok(())
}

fn list(context: &Context, args: ListArgs) -> Outcome<()> {
    let http = context.http()?;
    let moment =
        |text: Option<String>, clock| text.map(|text| times::moment(&text, clock)).transpose();
    let input = JournalListInput {
        participant: args.of,
        level: args.level.map(Into::into),
        room: args.room,
        task: task_of(&http, args.task)?,
        text: args.text,
        since: moment(args.since, times::DAY_BEGINS)?,
        until: moment(args.until, times::DAY_ENDS)?,
        before: args.before.map(Seq),
        limit: Some(args.limit),
        ..JournalListInput::default()
    };
    let page = http.call::<JournalList>(input)?;
    if printed_json(context, &page)? {
        return Ok(());
    }
    if page.items.is_empty() {
        line("No line is there.");
    }
    page.items.iter().for_each(show);
    if let Some(prev) = page.prev {
        let earlier = format!("earlier ones: --before {prev}");
        line(&paint(Colour::Quiet, &earlier));
    }
    Ok(())
}

fn show(found: &JournalLine) {
    let mut head = vec![
        found.seq.to_string(),
        times::relative(found.at),
        format!("@{}", found.from.handle),
    ];
    head.extend(found.task.map(|task| format!("task {}", short(task))));
    if found.guard.as_ref().is_some_and(|mark| mark.marked) {
        head.push("suspicious".to_owned());
    }
    line(&format!(
        "{} {}  {}",
        level(found.level),
        paint(Colour::Quiet, &head.join(" ")),
        told(&found.text)
    ));
    if let Some(data) = &found.data {
        let data = serde_json::to_string(&**data).unwrap_or_default();
        line(&paint(Colour::Quiet, &format!("      {}", clean(&data))));
    }
}

/// The words, a further line under the first one.
fn told(text: &Told) -> String {
    clean(text).replace('\n', "\n      ")
}

fn level(level: JournalLevel) -> String {
    let colour = match level {
        JournalLevel::Debug => Colour::Quiet,
        JournalLevel::Info => Colour::Good,
        JournalLevel::Warn => Colour::Warning,
        JournalLevel::Error => Colour::Bad,
    };
    paint(colour, &format!("{:5}", level.name()))
}

fn follow(context: &Context, args: FollowArgs) -> Outcome<()> {
    let task = match args.task {
        Some(task) => task_of(&context.http()?, Some(task))?,
        None => None,
    };
    let of = args
        .of
        .map(|handle| handle.trim_start_matches('@').to_owned());
    let wanted = |found: &JournalLine| {
        found.level >= args.level.into()
            && task.is_none_or(|task| found.task == Some(task))
            && of.as_ref().is_none_or(|of| found.from.handle == *of)
    };
    let mut options = context.options()?;
    options.client = ClientInfo {
        name: Some("mesh-journal".to_owned()),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        channel: Some("terminal".to_owned()),
        ..ClientInfo::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingChanged))?;
    runtime.block_on(async {
        let client = Client::connect(options).await?;
        let filter = Filter {
            after: args.after.map(Seq),
            rooms: Vec::new(),
            types: vec!["journal.written".to_owned()],
        };
        let mut items = client.subscribe(filter).await?;
        while let Some(item) = items.next().await {
            let Some(found) = received(&item).filter(|found| wanted(found)) else {
                continue;
            };
            if !printed_json(context, &found)? {
                show(&found);
            }
        }
        Ok(())
    })
}

/// A line as the stream tells it: its fields are those of a list. Nothing if its words are erased.
fn received(item: &StreamItem) -> Option<JournalLine> {
    let mut item = serde_json::to_value(item).ok()?;
    let mut fields = item.get_mut("data")?.take();
    for name in ["seq", "at", "from"] {
        fields[name] = item.get_mut(name)?.take();
    }
    serde_json::from_value(fields).ok()
}

#[cfg(test)]
mod tests {
    use super::printed;

    #[test]
    fn what_a_program_prints_becomes_a_line() {
        assert_eq!(printed("\u{1b}[31merror\u{1b}[0m: no\u{7}\r"), "error: no");
        let long = "ä".repeat(3000);
        assert_eq!(printed(&long).len(), 4096);
    }
}
