//! The builder's answers.

use super::lookup;
use super::{SurveyAnswer, numbered};
use crate::ask::{Ask, Topic};
use crate::builds::{BuildCommand, BuildFindings, Origin, Purpose};
use crate::words::{list, shown};

const ROWS: usize = 6;

pub(super) fn answer(found: &BuildFindings, topic: Topic, ask: &Ask) -> SurveyAnswer {
    match topic {
        Topic::Test => test(found, ask),
        Topic::Run => purpose(found, ask, Purpose::Run, "run it"),
        _ => purpose(found, ask, Purpose::Build, "build it"),
    }
}

/// `make test (Makefile: Run all tests)`.
pub(crate) fn command_row(command: &BuildCommand) -> String {
    let place = if command.folder.is_empty() || command.origin == Origin::Ci {
        String::new()
    } else {
        format!(" in {}/", shown(&command.folder))
    };
    let about = command
        .about
        .as_deref()
        .map(|about| format!(": {}", shown(about)))
        .unwrap_or_default();
    format!(
        "`{}`{place} (from {}{about})",
        shown(&command.line),
        shown(&command.file)
    )
}

/// Commands in the folder a question names, or all of them.
fn scoped<'a>(found: &'a BuildFindings, ask: &Ask) -> Result<Vec<&'a BuildCommand>, SurveyAnswer> {
    let Some(path) = ask.paths.first() else {
        return Ok(found.commands.iter().collect());
    };
    let hits: Vec<&BuildCommand> = found
        .commands
        .iter()
        .filter(|command| {
            command.file == *path || command.folder == *path || lookup::inside(&command.file, path)
        })
        .collect();
    if hits.is_empty() {
        Err(SurveyAnswer::no(format!(
            "I found no commands for {}.",
            shown(path)
        )))
    } else {
        Ok(hits)
    }
}

fn purpose(found: &BuildFindings, ask: &Ask, purpose: Purpose, doing: &str) -> SurveyAnswer {
    let commands = match scoped(found, ask) {
        Ok(commands) => commands,
        Err(answer) => return answer,
    };
    let rows: Vec<String> = commands
        .iter()
        .filter(|command| command.purpose == purpose)
        .take(ask.top.unwrap_or(ROWS))
        .map(|command| command_row(command))
        .collect();
    match rows.as_slice() {
        [] => SurveyAnswer::yes(format!(
            "I found no command to {doing}. I looked at {}.",
            looked_at(found)
        )),
        [one] => SurveyAnswer::yes(format!("To {doing}: {one}. I have not run it.")),
        _ => SurveyAnswer::yes(format!(
            "{}\nI have not run them.",
            numbered(&format!("To {doing}, best first:"), &rows)
        )),
    }
}

fn looked_at(found: &BuildFindings) -> String {
    let files: Vec<String> = found
        .systems
        .iter()
        .take(5)
        .map(|system| shown(&system.file))
        .collect();
    if files.is_empty() {
        "every file's name, and none is a build file I know".to_owned()
    } else {
        list(&files)
    }
}

/// How to test one package, if a question names it; else everything.
fn test(found: &BuildFindings, ask: &Ask) -> SurveyAnswer {
    let hit = found.packages.iter().find(|package| {
        let named = |word: &String| {
            *word == package.name || (!package.folder.is_empty() && *word == package.folder)
        };
        ask.words.iter().chain(&ask.paths).any(named)
    });
    match hit {
        Some(package) => SurveyAnswer::yes(format!(
            "To test {} alone: `{}`. I have not run it.",
            shown(&package.name),
            shown(&package.test)
        )),
        None => purpose(found, ask, Purpose::Test, "run the tests"),
    }
}
