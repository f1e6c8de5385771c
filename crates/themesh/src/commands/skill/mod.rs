//! Skills of rooms: published from a folder here, and installed into the folders of programs here.

mod book;
mod folder;
mod install;

use std::io::Read;
use std::path::PathBuf;

use clap::Subcommand;
use mesh_core::skill::bundle::{main_text, pack};
use mesh_core::skill::front;
use mesh_model::BlobHash;
use mesh_model::api::{
    SkillAcceptInput, SkillContent, SkillGetInput, SkillListInput, SkillPublishInput,
    SkillSearchInput, SkillView, SkillWithdrawInput, human_size as size,
};
use mesh_model::events::Trust;
use mesh_model::limits::SKILL_BYTES_MAX;
use mesh_model::ops::{SkillAccept, SkillGet, SkillList, SkillSearch, SkillWithdraw};
use mesh_model::told::ENVELOPE;
use mesh_sdk::http::Http;
use serde_json::Value;

use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json, table};
use crate::times;

/// Skills that others publish, in the Agent Skills format
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh skill publish ./release-notes --room workshop")]
pub enum SkillVerb {
    /// Publish a folder with a SKILL.md, or the next version of one
    #[command(
        after_help = "Example: mesh skill publish ./release-notes --room workshop --note 'asks for the date'\n\nThe name stands in the front matter of SKILL.md. Hidden files are left out; links are not followed but refused."
    )]
    Publish {
        /// The folder
        folder: PathBuf,
        /// The room
        #[arg(long)]
        room: String,
        /// What is said about this version
        #[arg(long, default_value = "")]
        note: String,
    },
    /// List skills: of a room, or of all rooms where you may read
    #[command(
        after_help = "Examples: mesh skill list\n          mesh skill list --room workshop --held     # what waits for you to look at it"
    )]
    List {
        /// The room
        #[arg(long)]
        room: Option<String>,
        /// Versions that wait for somebody to look at them
        #[arg(long, requires = "room")]
        held: bool,
    },
    /// Find skills by their words
    #[command(after_help = "Example: mesh skill search release notes")]
    Search {
        /// The words
        #[arg(required = true)]
        words: Vec<String>,
        /// Only in this room
        #[arg(long)]
        room: Option<String>,
    },
    /// Show a skill: what it says, its files, its versions and where it comes from
    #[command(
        after_help = "Examples: mesh skill show release-notes\n          mesh skill show release-notes --room workshop --version 2 --file scripts/check.py"
    )]
    Show {
        /// The skill
        name: String,
        /// The room, if several have one of that name
        #[arg(long)]
        room: Option<String>,
        /// Which version; the newest that may be used unless told
        #[arg(long, value_name = "N")]
        version: Option<u32>,
        /// Another of its files
        #[arg(long, value_name = "PATH")]
        file: Option<String>,
    },
    Install(install::InstallSkillArgs),
    Uninstall(install::UninstallSkillArgs),
    /// Let a version be used that is held, as you looked at it
    #[command(
        after_help = "Example: mesh skill accept release-notes --room workshop --version 2 --hash 9f86d0…   # as `mesh skill show` tells it"
    )]
    Accept {
        /// The skill
        name: String,
        /// The room
        #[arg(long)]
        room: String,
        /// The version
        #[arg(long, value_name = "N")]
        version: u32,
        /// Its hash
        #[arg(long, value_name = "SHA256")]
        hash: BlobHash,
    },
    /// Erase a version for good, or all of them: your own, or as a moderator
    #[command(
        after_help = "Examples: mesh skill withdraw release-notes --room workshop --version 1\n          mesh skill withdraw release-notes --room workshop --all"
    )]
    Withdraw {
        /// The skill
        name: String,
        /// The room
        #[arg(long)]
        room: String,
        /// Which version
        #[arg(long, value_name = "N", required_unless_present = "all")]
        version: Option<u32>,
        /// All of them
        #[arg(long, conflicts_with = "version")]
        all: bool,
    },
}

/// `mesh skill …`
pub fn skill(context: &Context, verb: SkillVerb) -> Outcome<()> {
    match verb {
        SkillVerb::Publish { folder, room, note } => publish(context, &folder, room, note),
        SkillVerb::List { room, held } => list(context, room, held),
        SkillVerb::Search { words, room } => search(context, &words, room),
        SkillVerb::Show {
            name,
            room,
            version,
            file,
        } => show(context, name, room, version, file),
        SkillVerb::Install(args) => install::install(context, &args),
        SkillVerb::Uninstall(args) => install::uninstall(context, &args),
        SkillVerb::Accept {
            name,
            room,
            version,
            hash,
        } => {
            let input = SkillAcceptInput {
                room,
                name: name.clone(),
                version,
                sha256: hash,
            };
            let done = context.http()?.call::<SkillAccept>(input)?;
            if !printed_json(context, &done)? {
                line(&format!(
                    "version {version} of {} may be used",
                    clean(&name)
                ));
            }
            Ok(())
        }
        SkillVerb::Withdraw {
            name,
            room,
            version,
            all: _,
        } => {
            let shown = clean(&name);
            let input = SkillWithdrawInput {
                room,
                name,
                version,
            };
            let done = context.http()?.call::<SkillWithdraw>(input)?;
            if !printed_json(context, &done)? {
                line(&match version {
                    Some(version) => format!("version {version} of {shown} is erased for good"),
                    None => format!("{shown} is erased for good, with all its versions"),
                });
                line("      where somebody has installed it, it stays until they take it out");
            }
            Ok(())
        }
    }
}

fn publish(context: &Context, from: &std::path::Path, room: String, note: String) -> Outcome<()> {
    let found = folder::read(from)?;
    // What is wrong with it is told before anything is sent.
    let bundle = pack(found.entries())?;
    front::read(main_text(&found.entries())?)?;
    if !context.json {
        for hidden in &found.left_out {
            line(&format!("{} is left out: it is hidden", clean(hidden)));
        }
    }
    let input = SkillPublishInput {
        room,
        note,
        ..SkillPublishInput::default()
    };
    let stored = context.http()?.put_skill(&input, &bundle)?;
    if printed_json(context, &stored)? {
        return Ok(());
    }
    line(&format!(
        "{} is published: version {}, {} files, {}",
        stored.name,
        stored.version,
        found.files.len(),
        size(stored.bytes)
    ));
    if stored.held {
        line("      it waits until a person has accepted it; nobody else sees it before");
    }
    Ok(())
}

fn list(context: &Context, room: Option<String>, held: bool) -> Outcome<()> {
    let http = context.http()?;
    let all = match room {
        Some(room) => of_room(&http, &room, held)?,
        None => everywhere(&http, "", None)?,
    };
    if printed_json(context, &all)? {
        return Ok(());
    }
    if all.is_empty() {
        line(if held {
            "No skill waits here for you to look at it."
        } else {
            "There are no skills here."
        });
        return Ok(());
    }
    shown_as_table(&all);
    Ok(())
}

/// All skills of a room, page by page.
fn of_room(http: &Http, room: &str, held: bool) -> Outcome<Vec<SkillView>> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = http.call::<SkillList>(SkillListInput {
            room: room.to_owned(),
            held,
            after,
            limit: Some(500),
        })?;
        all.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}

fn everywhere(http: &Http, query: &str, room: Option<String>) -> Outcome<Vec<SkillView>> {
    let found = http.call::<SkillSearch>(SkillSearchInput {
        query: query.to_owned(),
        room,
        limit: Some(500),
    })?;
    Ok(found.items.into_iter().map(|found| found.skill).collect())
}

fn shown_as_table(all: &[SkillView]) {
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|it| {
            vec![
                it.name.clone(),
                it.version.to_string(),
                size(it.bytes),
                format!("@{} ({})", it.by.handle, it.trust.name()),
                times::relative(it.at),
                about(it),
            ]
        })
        .collect();
    table(
        &["skill", "version", "size", "by", "when", "what it is for"],
        &rows,
    );
}

/// In one line. To programs a stranger's words come in an envelope, which no line shows.
fn about(it: &SkillView) -> String {
    if it.description.starts_with(ENVELOPE) {
        return "(a stranger's words: mesh skill show)".to_owned();
    }
    clean(&it.description).replace('\n', " ")
}

fn search(context: &Context, words: &[String], room: Option<String>) -> Outcome<()> {
    let found = context.http()?.call::<SkillSearch>(SkillSearchInput {
        query: words.join(" "),
        room,
        limit: None,
    })?;
    if printed_json(context, &found)? {
        return Ok(());
    }
    if found.items.is_empty() {
        line("No skill has these words.");
    }
    for found in &found.items {
        let it = &found.skill;
        line(&format!(
            "{}  version {}, by @{} ({})",
            paint(Colour::Good, &it.name),
            it.version,
            it.by.handle,
            it.trust.name()
        ));
        let words = found.snippet.as_ref();
        let words = words.map(|words| clean(words).replace('\n', " "));
        line(&format!("      {}", words.unwrap_or_else(|| about(it))));
    }
    Ok(())
}

/// The skill that is meant: of the room that is named, or of the only one that has it.
fn get(
    http: &Http,
    name: &str,
    room: Option<String>,
    version: Option<u32>,
    path: Option<String>,
) -> Outcome<SkillContent> {
    let room = match room {
        Some(room) => room,
        None => {
            let all = everywhere(http, "", None)?;
            let rooms: Vec<String> = (all.iter().filter(|it| it.name == name))
                .map(|it| it.room.to_string())
                .collect();
            match &rooms[..] {
                [room] => room.clone(),
                [] => {
                    return Err(Failure::usage(
                        format!("no room where you may read has a skill '{}'", clean(name)),
                        "mesh skill list shows which there are",
                    )
                    .so(Effect::NothingTouched));
                }
                several => {
                    return Err(Failure::usage(
                        format!("{} rooms have a skill '{}'", several.len(), clean(name)),
                        "name the room with --room",
                    )
                    .so(Effect::NothingTouched));
                }
            }
        }
    };
    let input = SkillGetInput {
        room,
        name: name.to_owned(),
        version,
        path,
    };
    Ok(http.call::<SkillGet>(input)?)
}

fn show(
    context: &Context,
    name: String,
    room: Option<String>,
    version: Option<u32>,
    file: Option<String>,
) -> Outcome<()> {
    let http = context.http()?;
    let found = get(&http, &name, room, version, file.clone())?;
    if printed_json(context, &found)? {
        return Ok(());
    }
    if file.is_some() {
        return match &found.text {
            Some(text) => {
                line(&clean(text));
                Ok(())
            }
            None => Err(Failure::usage(
                "that file is no text, or a long one",
                "install the skill, and look at it there",
            )
            .so(Effect::NothingTouched)),
        };
    }
    provenance(&found.skill);
    details(&found);
    for it in found.versions.iter().skip(1) {
        line(&paint(
            Colour::Quiet,
            &format!(
                "version {} by @{}, {}",
                it.version,
                it.by.handle,
                times::relative(it.at)
            ),
        ));
    }
    line("");
    if let Some(text) = &found.text {
        line(&clean(text));
    }
    Ok(())
}

/// Where a version comes from, and what is known of it.
fn provenance(it: &SkillView) {
    line(&format!(
        "{}  version {}, {} files, {}",
        paint(Colour::Good, &it.name),
        it.version,
        it.files,
        size(it.bytes)
    ));
    let colour = if it.trust < Trust::Local {
        Colour::Warning
    } else {
        Colour::Quiet
    };
    let accepted = match &it.accepted_by {
        Some(by) => format!(", accepted by @{}", by.handle),
        None => String::new(),
    };
    line(&paint(
        colour,
        &format!(
            "published by @{}, trusted as {}{accepted}, {}",
            it.by.handle,
            it.trust.name(),
            times::relative(it.at)
        ),
    ));
    let reasons = it.guard.reasons.join(", ");
    let reasons = if reasons.is_empty() {
        reasons
    } else {
        format!(" ({reasons})")
    };
    line(&paint(
        if it.guard.marked {
            Colour::Bad
        } else {
            Colour::Quiet
        },
        &format!("the guard scores it {} of 100{reasons}", it.guard.score),
    ));
    if let Some(hash) = &it.sha256 {
        line(&paint(Colour::Quiet, &format!("sha256 {hash}")));
    }
    if it.held {
        line(&paint(
            Colour::Warning,
            "it is held: nobody may use it until a person has accepted it",
        ));
        if let Some(hash) = &it.sha256 {
            line(&format!(
                "      mesh skill accept {} --room {} --version {} --hash {hash}",
                it.name, it.room, it.version
            ));
        }
    }
}

/// What its front matter says besides, and its files.
fn details(found: &SkillContent) {
    let Some(data) = &found.data else {
        return;
    };
    for (name, value) in data.iter().filter(|(name, _)| *name != "files") {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let more = match name.as_str() {
            "allowed-tools" => "  (it asks for these; nothing grants them)",
            _ => "",
        };
        line(&format!(
            "{name}: {}{more}",
            clean(&text).replace('\n', " ")
        ));
    }
    let files = data.get("files").and_then(Value::as_array);
    for file in files.into_iter().flatten() {
        let run = if file["run"] == true {
            ", may be run"
        } else {
            ""
        };
        line(&format!(
            "  {}  {}{run}",
            clean(file["path"].as_str().unwrap_or_default()),
            size(file["bytes"].as_u64().unwrap_or_default())
        ));
    }
}

/// The bundle of a version, if it is the one that its hash names.
fn bundle_of(http: &Http, skill: &SkillView) -> Outcome<Vec<u8>> {
    let input = SkillGetInput {
        room: skill.room.to_string(),
        name: skill.name.clone(),
        version: Some(skill.version),
        path: None,
    };
    let mut bytes = Vec::new();
    let read = http
        .skill_bytes(&input)?
        .reader
        .take(SKILL_BYTES_MAX + 1)
        .read_to_end(&mut bytes);
    let whole = read.is_ok() && skill.sha256 == Some(folder::hash(&bytes));
    if whole {
        return Ok(bytes);
    }
    Err(Failure::here(
        "the skill's bytes did not come as their hash says",
        "try again; if it happens each time, ask the node's owner to run `mesh doctor`",
    )
    .so(Effect::NothingWritten))
}
