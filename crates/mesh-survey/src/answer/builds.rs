//! The builder's answers.

use super::lookup;
use super::{Answer, numbered};
use crate::ask::{Ask, Topic};
use crate::builds::{BuildCommand, BuildFindings, Origin, Purpose};
use crate::words::{count, list, shown};

const ROWS: usize = 6;

pub(super) fn answer(found: &BuildFindings, topic: Topic, ask: &Ask) -> Answer {
    match topic {
        Topic::Build => purpose(found, ask, Purpose::Build, "build it"),
        Topic::Test => test(found, ask),
        Topic::Run => run(found, ask),
        Topic::Lint => purpose(found, ask, Purpose::Lint, "check the code"),
        Topic::Install => purpose(found, ask, Purpose::Install, "install what it needs"),
        Topic::Targets => targets(found, ask),
        Topic::Systems => systems(found, ask),
        Topic::EntryPoints => entry_points(found, ask),
        Topic::Ci => ci(found),
        Topic::Containers => containers(found),
        _ => generated(found),
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
fn scoped<'a>(found: &'a BuildFindings, ask: &Ask) -> Result<Vec<&'a BuildCommand>, Answer> {
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
        Err(Answer::no(format!(
            "I found no commands for {}.",
            shown(path)
        )))
    } else {
        Ok(hits)
    }
}

fn purpose(found: &BuildFindings, ask: &Ask, purpose: Purpose, doing: &str) -> Answer {
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
        [] => Answer::yes(format!(
            "I found no command to {doing}. I looked at {}.",
            looked_at(found)
        )),
        [one] => Answer::yes(format!("To {doing}: {one}. I have not run it.")),
        _ => Answer::yes(format!(
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
fn test(found: &BuildFindings, ask: &Ask) -> Answer {
    let hit = found.packages.iter().find(|package| {
        let named = |word: &String| {
            *word == package.name || (!package.folder.is_empty() && *word == package.folder)
        };
        ask.words.iter().chain(&ask.paths).any(named)
    });
    match hit {
        Some(package) => Answer::yes(format!(
            "To test {} alone: `{}`. I have not run it.",
            shown(&package.name),
            shown(&package.test)
        )),
        None => purpose(found, ask, Purpose::Test, "run the tests"),
    }
}

fn run(found: &BuildFindings, ask: &Ask) -> Answer {
    let mut answer = purpose(found, ask, Purpose::Run, "run it");
    let starts: Vec<String> = found
        .containers
        .iter()
        .filter_map(|container| {
            Some(format!(
                "{} starts {}",
                shown(&container.file),
                shown(container.starts.as_deref()?)
            ))
        })
        .take(3)
        .collect();
    if answer.answered && !starts.is_empty() {
        answer
            .text
            .push_str(&format!("\nIn a container, {}.", list(&starts)));
    }
    answer
}

fn targets(found: &BuildFindings, ask: &Ask) -> Answer {
    let says = |word: &str| {
        ask.words
            .iter()
            .any(|spoken| spoken.eq_ignore_ascii_case(word))
    };
    let origins: &[Origin] = if says("make") || says("makefile") {
        &[Origin::MakeTarget]
    } else if says("just") || says("recipes") {
        &[Origin::Recipe]
    } else if says("npm") || says("scripts") || says("package") {
        &[Origin::Script]
    } else if says("targets") || says("target") {
        &[Origin::MakeTarget, Origin::Recipe]
    } else {
        &[
            Origin::MakeTarget,
            Origin::Recipe,
            Origin::Script,
            Origin::Manifest,
        ]
    };
    let commands = match scoped(found, ask) {
        Ok(commands) => commands,
        Err(answer) => return answer,
    };
    let hits: Vec<&BuildCommand> = commands
        .into_iter()
        .filter(|command| origins.contains(&command.origin))
        .collect();
    if hits.is_empty() {
        return Answer::yes(format!("I found none. I looked at {}.", looked_at(found)));
    }
    let limit = ask.top.unwrap_or(20);
    let rows: Vec<String> = hits
        .iter()
        .take(limit)
        .map(|command| command_row(command))
        .collect();
    let mut text = numbered(&format!("{}:", count(hits.len() as u64, "command")), &rows);
    if hits.len() > limit {
        text.push_str(&format!("\nAnd {} more.", hits.len() - limit));
    }
    Answer::yes(text)
}

fn systems(found: &BuildFindings, ask: &Ask) -> Answer {
    if found.systems.is_empty() {
        return Answer::yes("I found no build file I know.".to_owned());
    }
    let rows: Vec<String> = found
        .systems
        .iter()
        .take(ask.top.unwrap_or(10))
        .map(|system| {
            let about = system
                .about
                .as_deref()
                .map(|about| format!(", {}", shown(about)))
                .unwrap_or_default();
            format!("{} ({}{about})", system.name, shown(&system.file))
        })
        .collect();
    Answer::yes(numbered(
        &format!("{}:", count(found.systems.len() as u64, "build file")),
        &rows,
    ))
}

fn entry_points(found: &BuildFindings, ask: &Ask) -> Answer {
    if found.entry_points.is_empty() {
        return Answer::yes("I found no entry point that a build file names.".to_owned());
    }
    let limit = ask.top.unwrap_or(10);
    let rows: Vec<String> = found
        .entry_points
        .iter()
        .take(limit)
        .map(|entry| match &entry.name {
            Some(name) => format!("{}, program {}", shown(&entry.file), shown(name)),
            None => shown(&entry.file),
        })
        .collect();
    Answer::yes(numbered(
        &format!("{}:", count(found.entry_points.len() as u64, "entry point")),
        &rows,
    ))
}

fn ci(found: &BuildFindings) -> Answer {
    if found.ci_files.is_empty() {
        return Answer::yes("I found no CI file of a service I know.".to_owned());
    }
    let files: Vec<String> = found
        .ci_files
        .iter()
        .take(10)
        .map(|file| shown(file))
        .collect();
    let steps: Vec<String> = found
        .commands
        .iter()
        .filter(|command| command.origin == Origin::Ci)
        .take(ROWS)
        .map(|command| format!("`{}`", shown(&command.line)))
        .collect();
    let heading = format!(
        "{}: {}.",
        count(found.ci_files.len() as u64, "CI file"),
        list(&files)
    );
    if steps.is_empty() {
        return Answer::yes(format!(
            "{heading} Every plain command in it is one I know from elsewhere, or there is none."
        ));
    }
    Answer::yes(numbered(
        &format!("{heading} Commands found only there:"),
        &steps,
    ))
}

fn containers(found: &BuildFindings) -> Answer {
    if found.containers.is_empty() {
        return Answer::yes("I found no Dockerfile.".to_owned());
    }
    let rows: Vec<String> = found
        .containers
        .iter()
        .take(10)
        .map(|container| {
            let from: Vec<String> = container.from.iter().map(|image| shown(image)).collect();
            let starts = container
                .starts
                .as_deref()
                .map(|starts| format!(", starts {}", shown(starts)))
                .unwrap_or_default();
            let ports = if container.ports.is_empty() {
                String::new()
            } else {
                format!(", ports {}", shown(&container.ports.join(" ")))
            };
            format!(
                "{}: from {}{starts}{ports}",
                shown(&container.file),
                list(&from)
            )
        })
        .collect();
    Answer::yes(numbered(
        &format!("{}:", count(found.containers.len() as u64, "Dockerfile")),
        &rows,
    ))
}

fn generated(found: &BuildFindings) -> Answer {
    if found.generated.is_empty() {
        return Answer::yes("I found nothing that I know to be written by a tool.".to_owned());
    }
    let rows: Vec<String> = found
        .generated
        .iter()
        .take(10)
        .map(|one| {
            format!(
                "{}{}: {}",
                shown(&one.path),
                if one.folder { "/" } else { "" },
                shown(&one.why)
            )
        })
        .collect();
    Answer::yes(numbered(
        &format!(
            "{} written by tools, where present:",
            count(found.generated.len() as u64, "path")
        ),
        &rows,
    ))
}
