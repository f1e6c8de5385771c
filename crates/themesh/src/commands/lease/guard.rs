//! `mesh lease guard`: where agents edit, leases are kept. Before a commit git asks it about what is staged; a program's hook
//! asks it before a tool writes.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use mesh_model::api::PathConflict;
use mesh_model::names;
use serde::Deserialize;
use serde_json::json;

use super::tree::Tree;
use super::{against, held, told};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::line;

/// Keep leases where files are changed: before a commit, and before a program's tool writes
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh --as rex lease guard --install --room workshop   before each commit here\n          mesh lease guard                                    asks about what is staged; exit code 1: leased by others\n          mesh --as rex lease guard --hook                    for PreToolUse of Claude Code: reads its question, answers it\n\nIf no node answers, nothing is held back: leases are an agreement, and the words say that nobody was asked."
)]
pub struct GuardArgs {
    /// The room; that of --install unless named
    #[arg(long)]
    room: Option<String>,
    /// Have git ask before each commit in this work tree
    #[arg(long, requires = "room", conflicts_with_all = ["remove", "hook"])]
    install: bool,
    /// Have git ask no more
    #[arg(long, conflicts_with = "hook")]
    remove: bool,
    /// Answer the question of a program's hook, which stands on standard input
    #[arg(long)]
    hook: bool,
}

pub fn guard(context: &Context, args: GuardArgs) -> Outcome<()> {
    if args.hook {
        return hook(context, args.room);
    }
    let tree = Tree::around(Path::new("."))?;
    if args.install {
        return install(context, &tree, &args.room.unwrap_or_default());
    }
    if args.remove {
        return remove(&tree);
    }
    let room = room(args.room, &tree)?;
    let paths = tree.staged()?;
    match ask(context, &room, paths) {
        Asked::Free => Ok(()),
        Asked::Nobody(why) => {
            eprintln!("mesh: nobody was asked whether others edit this: {why}");
            Ok(())
        }
        Asked::Held(conflicts) => {
            for conflict in &conflicts[1..] {
                eprintln!("mesh: {}", told(conflict));
            }
            Err(held(&conflicts[0]))
        }
    }
}

fn room(given: Option<String>, tree: &Tree) -> Outcome<String> {
    given.or_else(|| tree.room()).ok_or_else(|| {
        Failure::usage(
            "it is not known which room this project belongs to",
            "name it with --room, or once and for all: mesh lease guard --install --room ROOM",
        )
        .so(Effect::NothingChecked)
    })
}

/// What came of asking the node.
enum Asked {
    Free,
    Held(Vec<PathConflict>),
    /// No node, or one that does not let this participant ask.
    Nobody(String),
}

fn ask(context: &Context, room: &str, paths: Vec<String>) -> Asked {
    if paths.is_empty() {
        return Asked::Free;
    }
    let found = context.http().and_then(|http| against(&http, room, paths));
    match found {
        Ok(found) if found.is_empty() => Asked::Free,
        Ok(found) => Asked::Held(found),
        Err(why) => Asked::Nobody(why.what()),
    }
}

const MARK: &str =
    "# Written by `mesh lease guard --install`; `mesh lease guard --remove` takes it away.";

fn install(context: &Context, tree: &Tree, room: &str) -> Outcome<()> {
    let path = tree.hook()?;
    if let Some(handle) = context.identity() {
        names::check(handle.trim_start_matches('@')).map_err(|why| {
            Failure::usage(format!("'{handle}': {why}"), "").so(Effect::NothingWritten)
        })?;
    }
    let command = command(context)?;
    let known = fs::read_to_string(&path).ok();
    if known.is_some_and(|text| !text.contains(MARK)) {
        return Err(Failure::here(
            format!("{} is somebody's own hook", path.display()),
            format!("add this line to it: {command} || exit 1"),
        )
        .so(Effect::NothingWritten));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|why| unwritten(&path, &why))?;
    }
    fs::write(&path, format!("#!/bin/sh\n{MARK}\n{command}\n"))
        .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)))
        .map_err(|why| unwritten(&path, &why))?;
    tree.set_room(room)?;
    line(&format!(
        "git asks before each commit here whether others have leased what it changes, in {room}"
    ));
    Ok(())
}

/// The command of the hook: this program on this folder, as whoever commits says it is (`MESH_AS`), else as the one who
/// installs it.
fn command(context: &Context) -> Outcome<String> {
    let program = std::env::current_exe().map_err(|why| {
        Failure::here(
            format!("it is not known where this program is: {why}"),
            "call it by its whole path",
        )
        .so(Effect::NothingWritten)
    })?;
    let home = std::path::absolute(&context.home).unwrap_or_else(|_| context.home.clone());
    let acting = match context.identity() {
        Some(handle) => format!(
            "MESH_AS=\"${{MESH_AS:-{}}}\" ",
            handle.trim_start_matches('@')
        ),
        None => String::new(),
    };
    Ok(format!(
        "{acting}{} --home {} lease guard",
        quoted(&program),
        quoted(&home)
    ))
}

/// A path as a word of the shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

fn unwritten(path: &Path, why: &std::io::Error) -> Failure {
    Failure::here(
        format!("{} could not be written: {why}", path.display()),
        "look at the folder's owner and mode",
    )
}

fn remove(tree: &Tree) -> Outcome<()> {
    let path = tree.hook()?;
    match fs::read_to_string(&path) {
        Ok(text) if text.contains(MARK) => {
            fs::remove_file(&path).map_err(|why| unwritten(&path, &why))?;
            tree.forget_room()?;
            line("git asks no more before commits here");
        }
        _ => line("there is no hook of `mesh lease guard` here"),
    }
    Ok(())
}

/// What Claude Code tells a PreToolUse hook, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Question {
    cwd: PathBuf,
    tool_name: String,
    #[serde(default)]
    tool_input: ToolInput,
}

#[derive(Debug, Default, Deserialize)]
struct ToolInput {
    file_path: Option<PathBuf>,
    notebook_path: Option<PathBuf>,
    command: Option<String>,
}

/// Says no to a tool that would write what others edit, and otherwise nothing. Whatever goes wrong, the program goes on.
fn hook(context: &Context, room: Option<String>) -> Outcome<()> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    let question = read.ok().and_then(|_| serde_json::from_str(&text).ok());
    // Nearly all commands of a shell end here, before git is asked for anything.
    let Some(question) = question.filter(writes) else {
        return Ok(());
    };
    let Ok(tree) = Tree::around(folder(&question)) else {
        return Ok(());
    };
    let Some(room) = room.or_else(|| tree.room()) else {
        return Ok(());
    };
    if let Asked::Held(conflicts) = ask(context, &room, written(&question, &tree)) {
        let reason = format!(
            "Not done, {}: {}. Edit something else meanwhile, or ask for it in the room {room}.",
            Effect::NothingChanged.words(),
            told(&conflicts[0])
        );
        let answer = json!({"hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": reason,
        }});
        line(&answer.to_string());
    }
    Ok(())
}

/// Where the file is that a tool writes: it may be in another project than the session.
fn folder(question: &Question) -> &Path {
    let input = &question.tool_input;
    let file = input.file_path.as_ref().or(input.notebook_path.as_ref());
    let parents = file.into_iter().flat_map(|file| file.ancestors().skip(1));
    parents
        .into_iter()
        .find(|folder| folder.is_absolute() && folder.is_dir())
        .unwrap_or(&question.cwd)
}

const BASH: &str = "Bash";

/// Whether a tool would write files of which it is known where.
fn writes(question: &Question) -> bool {
    let command = question.tool_input.command.as_deref();
    match question.tool_name.as_str() {
        "Edit" | "Write" | "MultiEdit" | "NotebookEdit" => true,
        BASH => rewrites_the_tree(command.unwrap_or_default()),
        _ => false,
    }
}

/// The paths that it would write, from the project's root.
fn written(question: &Question, tree: &Tree) -> Vec<String> {
    if question.tool_name == BASH {
        return vec!["**".to_owned()];
    }
    let input = &question.tool_input;
    let file = input.file_path.as_ref().or(input.notebook_path.as_ref());
    let path = file.and_then(|file| tree.inside(&question.cwd.join(file)));
    path.into_iter().collect()
}

/// Whether a command line has git change files of the work tree wholesale.
fn rewrites_the_tree(command: &str) -> bool {
    const REWRITE: [&str; 10] = [
        "am", "checkout", "clean", "merge", "pull", "rebase", "reset", "restore", "stash", "switch",
    ];
    let separators = |letter: char| letter.is_whitespace() || ";&|()".contains(letter);
    let mut words = command.split(separators).filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        if word != "git" && !word.ends_with("/git") {
            continue;
        }
        let mut verb = words.next();
        // Options come before the verb; two of them have a value of their own.
        while let Some(option) = verb.filter(|word| word.starts_with('-')) {
            if matches!(option, "-c" | "-C") {
                words.next();
            }
            verb = words.next();
        }
        if verb.is_some_and(|verb| REWRITE.contains(&verb)) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wholesale_changes_by_git_are_known() {
        for command in [
            "git stash",
            "cd a && git checkout -- .",
            "/usr/bin/git reset --hard",
            "(git -c core.editor=true rebase main)",
            "git status; git switch main",
            "git -C elsewhere --no-pager clean -fd",
        ] {
            assert!(rewrites_the_tree(command), "{command}");
        }
        for command in [
            "git status",
            "git commit -m 'reset'",
            "ls",
            "echo git",
            "git diff | cat",
        ] {
            assert!(!rewrites_the_tree(command), "{command}");
        }
    }
}
