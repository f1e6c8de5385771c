//! `mesh skill install` and `uninstall`: a skill comes into a program's folder by its user's own command, byte for byte as its
//! hash names it, after it was shown. Nothing of it is run, and nothing that it asks for is granted.

use std::path::{Path, PathBuf};

use clap::Args;
use mesh_core::skill::bundle::{Entry, main_text, unpack};
use mesh_core::skill::front;
use mesh_model::api::{SkillContent, human_size as size};
use serde_json::json;

use super::book::{Book, Installed};
use super::{bundle_of, details, folder, get, provenance};
use crate::commands::install::{Program, Scope, difference, skills_folder};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::input::agreed;
use crate::output::{Colour, clean, line, paint, printed_json};

/// Write a skill into a program's folder of skills, after showing what it is
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh skill install release-notes --dry-run\n          mesh skill install release-notes --for codex --scope project\n\nA folder that somebody made or changed is never written over, and a version that is held is not installed."
)]
pub struct InstallSkillArgs {
    #[command(flatten)]
    which: Which,
    /// The room, if several have one of that name
    #[arg(long)]
    room: Option<String>,
    /// Which version; the newest that may be used unless told
    #[arg(long, value_name = "N")]
    version: Option<u32>,
}

/// Remove a skill that was installed, unless somebody has changed it
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh skill uninstall release-notes --for codex")]
pub struct UninstallSkillArgs {
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
struct Which {
    /// The skill
    name: String,
    /// The program
    #[arg(
        long = "for",
        value_enum,
        default_value = "claude-code",
        value_name = "PROGRAM"
    )]
    program: Program,
    /// For this user everywhere, or for whoever works in this folder
    #[arg(long, value_enum, default_value = "user")]
    scope: Scope,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Only show what would be done
    #[arg(long)]
    dry_run: bool,
}

impl Which {
    /// Where the skill's folder is or is going to be.
    fn place(&self) -> Outcome<PathBuf> {
        front::check_name(&self.name)?;
        if self.name == "mesh" {
            return Err(Failure::usage(
                "the skill 'mesh' is the one that comes with `mesh install`",
                "publish yours under another name",
            )
            .so(Effect::NothingWritten));
        }
        Ok(skills_folder(self.program, self.scope)?.join(&self.name))
    }

    /// Whether it is to be done. What was shown is not asked for twice.
    fn go_on(&self, question: &str) -> Outcome<bool> {
        if self.dry_run {
            return Ok(false);
        }
        if self.yes {
            return Ok(true);
        }
        agreed(
            question,
            Effect::NothingWritten,
            "say yes with --yes, or only look with --dry-run",
        )
    }
}

/// `mesh skill install`
pub fn install(context: &Context, args: &InstallSkillArgs) -> Outcome<()> {
    let (which, place) = (&args.which, args.which.place()?);
    let http = context.http()?;
    let found = get(&http, &which.name, args.room.clone(), args.version, None)?;
    let skill = &found.skill;
    if skill.held {
        return Err(Failure::usage(
            format!(
                "version {} waits until a person has accepted it",
                skill.version
            ),
            "look at it with mesh skill show, and accept it with mesh skill accept",
        )
        .so(Effect::NothingWritten));
    }
    let bundle = bundle_of(&http, skill)?;
    let files = unpack(&bundle)?;
    if front::read(main_text(&files)?)?.name != which.name {
        return Err(Failure::here(
            "the skill's own name is another than the one that was asked for",
            "tell the node's owner: its node is not to be trusted",
        )
        .so(Effect::NothingWritten));
    }
    let mut book = Book::open(context)?;
    let before = book.ours(&place)?;
    let is_same = before
        .as_ref()
        .is_some_and(|(known, _)| Some(known.sha256) == skill.sha256);
    if context.json {
        as_json(context, &place, &found, is_same)?;
    } else {
        shown(&place, &found, &files, before.as_ref());
    }
    if is_same || !which.go_on("Write this?")? {
        return Ok(());
    }
    let fresh = folder::stage(&place, &files)?;
    // Whoever wrote there while somebody looked at it keeps it.
    let again = book
        .ours(&place)
        .inspect_err(|_| drop(folder::clear(&fresh)))?;
    if again.map(|(known, _)| known) != before.map(|(known, _)| known) {
        folder::clear(&fresh)?;
        return Err(Failure::here(
            format!("{} has changed meanwhile", place.display()),
            "say it again, and look at what is shown",
        )
        .so(Effect::NothingWritten));
    }
    folder::commit(&fresh, &place)?;
    book.skills.insert(
        place.clone(),
        Installed {
            name: which.name.clone(),
            url: context.url()?,
            room: skill.room,
            version: skill.version,
            sha256: folder::hash(&bundle),
            by: skill.by.handle.clone(),
        },
    );
    book.save()?;
    if !context.json {
        line(&format!("{} is installed: {}", which.name, place.display()));
        line("      start the program again; `mesh skill uninstall` takes it out");
    }
    Ok(())
}

fn as_json(context: &Context, place: &Path, found: &SkillContent, is_same: bool) -> Outcome<()> {
    let change = if is_same { "unchanged" } else { "written" };
    printed_json(
        context,
        &json!({"folder": place, "change": change, "skill": found.skill}),
    )
    .map(drop)
}

/// What is about to be written: where it comes from, its files, and how they differ from those that are there.
fn shown(
    place: &Path,
    found: &SkillContent,
    files: &[Entry<'_>],
    before: Option<&(Installed, folder::Found)>,
) {
    provenance(&found.skill);
    details(found);
    if let Some((known, _)) = before
        && known.by != found.skill.by.handle
    {
        line(&paint(
            Colour::Warning,
            &format!(
                "what is installed was published by somebody else: @{}",
                known.by
            ),
        ));
    }
    let was = |path: &str| -> Option<&[u8]> {
        let (_, found) = before?;
        let old = found.files.iter().find(|(known, ..)| known == path)?;
        Some(&old.1)
    };
    for file in files {
        let path = clean(&place.join(file.path).display().to_string());
        let old = was(file.path);
        if old == Some(file.bytes) {
            line(&format!("{path}: stays as it is"));
            continue;
        }
        let said = if old.is_none() {
            "is made"
        } else {
            "is changed"
        };
        line(&format!(
            "{path}: {said}, {}",
            size(file.bytes.len() as u64)
        ));
        let (old, new) = (
            std::str::from_utf8(old.unwrap_or_default()),
            std::str::from_utf8(file.bytes),
        );
        match (old, new) {
            (Ok(old), Ok(new)) => difference(old, new),
            _ => line("  (it is no text)"),
        }
    }
    let gone = before.iter().flat_map(|(_, found)| &found.files);
    for (path, ..) in gone.filter(|(path, ..)| !files.iter().any(|file| file.path == path)) {
        line(&format!(
            "{}: goes",
            clean(&place.join(path).display().to_string())
        ));
    }
}

/// `mesh skill uninstall`
pub fn uninstall(context: &Context, args: &UninstallSkillArgs) -> Outcome<()> {
    let (which, place) = (&args.which, args.which.place()?);
    let mut book = Book::open(context)?;
    if !folder::is_there(&place) {
        book.skills.remove(&place);
        book.save()?;
        line(&format!("{} is not installed there", which.name));
        return Ok(());
    }
    let Some((known, found)) = book.ours(&place)? else {
        return Ok(());
    };
    if !context.json {
        line(&format!(
            "{}: version {} by @{}, {} files, goes",
            place.display(),
            known.version,
            known.by,
            found.files.len()
        ));
    }
    if !which.go_on("Remove this?")? {
        return Ok(());
    }
    folder::clear(&place)?;
    book.skills.remove(&place);
    book.save()?;
    if !printed_json(context, &json!({"folder": place, "change": "removed"}))? {
        line(&format!("{} is removed", which.name));
    }
    Ok(())
}
