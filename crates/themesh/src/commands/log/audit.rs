//! Who did what: the log's headers, filtered, shown or exported.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write, stderr, stdout};
use std::path::Path;

use clap::Args;
use mesh_model::api::{LogEntry, LogListInput, NoInput, ParticipantListInput};
use mesh_model::events::By;
use mesh_model::limits::PAGE_ITEMS_MAX;
use mesh_model::ops::{LogList, ParticipantList, RoomList};
use mesh_model::{Actor, Seq};
use mesh_sdk::http::Http;
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json};
use crate::times;

/// Read what everybody did: the log's headers by who, what, where and when
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh audit --room ops --kind 'room.*' --since 7d\n          mesh audit --actor rex --export rex.jsonl"
)]
pub struct AuditArgs {
    /// Only what this participant did
    #[arg(long, value_name = "HANDLE")]
    pub actor: Option<String>,
    /// Only events of this kind, such as room.policy_set; 'member.*' is all of that beginning
    #[arg(long, value_name = "TYPE")]
    pub kind: Vec<String>,
    /// Only what happened in this room
    #[arg(long)]
    pub room: Option<String>,
    /// Only from here on: a day such as 2026-11-01, RFC 3339, or so long ago: 90m, 12h, 7d
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only up to here, written alike
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// At most so many, the newest
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
    /// Write everything that fits into this file as JSON lines, the oldest first
    #[arg(long, value_name = "FILE", conflicts_with = "limit")]
    pub export: Option<std::path::PathBuf>,
}

/// `mesh audit`
pub fn audit(context: &Context, args: AuditArgs) -> Outcome<()> {
    let since = args
        .since
        .as_deref()
        .map(|text| times::moment(text, times::DAY_BEGINS));
    let until = args
        .until
        .as_deref()
        .map(|text| times::moment(text, times::DAY_ENDS));
    let wanted = LogListInput {
        after: Seq(0),
        limit: Some(PAGE_ITEMS_MAX as u32),
        types: args.kind,
        actor: args.actor,
        room: args.room,
        since: since.transpose()?,
        until: until.transpose()?,
        newest: false,
        before: None,
    };
    let http = context.http()?;
    match args.export {
        Some(file) => export(context, &http, wanted, &file),
        None => show(context, &http, wanted, args.limit as usize),
    }
}

fn show(context: &Context, http: &Http, mut wanted: LogListInput, limit: usize) -> Outcome<()> {
    wanted.newest = true;
    let mut items: Vec<LogEntry> = Vec::new();
    loop {
        let left = limit.saturating_sub(items.len());
        wanted.limit = Some(left.clamp(1, PAGE_ITEMS_MAX) as u32);
        let page = http.call::<LogList>(wanted.clone())?;
        items.extend(page.items);
        wanted.before = page.prev;
        if items.len() >= limit || page.prev.is_none() {
            break;
        }
    }
    items.truncate(limit);
    if printed_json(context, &json!({ "items": items, "prev": wanted.before }))? {
        return Ok(());
    }
    if items.is_empty() {
        line("Nothing in the log fits.");
        return Ok(());
    }
    let names = Names::read(http)?;
    items.iter().for_each(|entry| print(entry, &names));
    Ok(())
}

fn print(entry: &LogEntry, names: &Names) {
    let at = entry.at.to_string();
    let at = at.get(..19).unwrap_or(&at).replace('T', " ");
    line(&format!(
        "{}  {}  {}  {}",
        paint(Colour::Quiet, &format!("{:>6} {at}", entry.seq.0)),
        names.actor(entry),
        entry.kind,
        paint(Colour::Quiet, &clean(&names.facts(&entry.facts)))
    ));
}

/// Ids as people know them.
struct Names(HashMap<String, String>);

impl Names {
    fn read(http: &Http) -> Outcome<Names> {
        let everybody = ParticipantListInput::default();
        let participants = http.call::<ParticipantList>(everybody)?.items;
        let rooms = http.call::<RoomList>(NoInput {})?.items;
        let participants = participants
            .into_iter()
            .map(|one| (one.id.to_string(), format!("@{}", one.handle)));
        let rooms = rooms
            .into_iter()
            .filter_map(|room| Some((room.id.to_string(), format!("#{}", room.name?))));
        Ok(Names(participants.chain(rooms).collect()))
    }

    fn actor(&self, entry: &LogEntry) -> String {
        let by: Result<By, _> = serde_json::from_value(entry.by.clone());
        match by.map(|by| by.actor) {
            Ok(Actor::Node) => "(the node)".to_owned(),
            Ok(Actor::Invite(_)) => "(an invite)".to_owned(),
            Ok(actor) => {
                let id = actor.participant().map(|id| id.to_string());
                self.named(&id.unwrap_or_default())
            }
            Err(_) => entry.by.to_string(),
        }
    }

    fn named(&self, text: &str) -> String {
        self.0.get(text).cloned().unwrap_or_else(|| text.to_owned())
    }

    /// The simple facts on one line; `--json` has all.
    fn facts(&self, facts: &Value) -> String {
        let Value::Object(fields) = facts else {
            return String::new();
        };
        let simple = fields.iter().filter_map(|(name, value)| match value {
            Value::String(text) => Some(format!("{name}={}", self.named(text))),
            Value::Number(number) => Some(format!("{name}={number}")),
            Value::Bool(flag) => Some(format!("{name}={flag}")),
            _ => None,
        });
        let text = simple.collect::<Vec<_>>().join(" ");
        text.chars().take(120).collect()
    }
}

/// Writes every page to a file. What is shown of the way goes to standard error.
fn export(context: &Context, http: &Http, mut wanted: LogListInput, path: &Path) -> Outcome<()> {
    let cannot = |why: std::io::Error| {
        Failure::here(format!("{} cannot be written: {why}", path.display()), "")
            .so(Effect::Incomplete)
    };
    let to_screen = path.as_os_str() == "-";
    let out: Box<dyn Write> = if to_screen {
        Box::new(stdout().lock())
    } else {
        Box::new(File::create(path).map_err(cannot)?)
    };
    let mut out = BufWriter::new(out);
    let mut events = 0_usize;
    let progress = stderr().is_terminal() && !context.json;
    loop {
        let page = http.call::<LogList>(wanted.clone())?;
        for entry in &page.items {
            let text = serde_json::to_string(entry)
                .map_err(|why| Failure::here(why.to_string(), "").so(Effect::Incomplete))?;
            writeln!(out, "{text}").map_err(cannot)?;
        }
        events += page.items.len();
        let Some(next) = page.next else {
            break;
        };
        wanted.after = next;
        if progress {
            eprint!("\r{events} events, up to {next}");
        }
    }
    out.flush().map_err(cannot)?;
    if progress {
        eprintln!();
    }
    let summary = json!({ "file": path, "events": events });
    if to_screen || printed_json(context, &summary)? {
        return Ok(());
    }
    line(&format!("{events} events written to {}", path.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_moment_too() {
        let at = |text: &str| times::moment(text, times::DAY_BEGINS).map(|at| at.to_string());
        assert_eq!(at("2026-11-21").unwrap(), "2026-11-21T00:00:00.000Z");
        assert_eq!(
            at("2026-11-21T06:20:38Z").unwrap(),
            "2026-11-21T06:20:38.000Z"
        );
        let (day, hour) = (at("1d").unwrap(), at("1h").unwrap());
        assert!(day < hour && hour < times::now().to_string());
        assert!(at("yesterday").is_err());
    }
}
