//! What each program tells the room after its survey: two to four short messages.

use crate::answer::{command_row, commit_sentence, file_row};
use crate::builds::{BuildFindings, Purpose};
use crate::findings::Findings;
use crate::history::{HistoryFindings, HistoryState};
use crate::languages::{self, Kind};
use crate::sizes::SizeFindings;
use crate::words::{bytes, count, date, folder, list, number, percent, shown};

pub(crate) fn report(findings: &Findings) -> Vec<String> {
    let (mut messages, cut_short) = match findings {
        Findings::Surveyor(found) => (sizes(found), &found.cut_short),
        Findings::Historian(found) => (history(found), &found.cut_short),
        Findings::Builder(found) => (builds(found), &found.cut_short),
    };
    if let (Some(why), Some(last)) = (cut_short, messages.last_mut()) {
        last.push_str(&format!("\nMy survey is not complete: {why}."));
    }
    messages
}

fn sizes(found: &SizeFindings) -> Vec<String> {
    let mut first = format!(
        "{} has {} with {} of text, {} in all.",
        shown(&found.folder),
        count(found.all.files, "file"),
        count(found.all.lines, "line"),
        bytes(found.all.bytes)
    );
    if found.all.files == 0 {
        first = format!("{} has no files that git would keep.", shown(&found.folder));
        return vec![
            first,
            "There is nothing to count; ask me again when there is.".to_owned(),
        ];
    }
    vec![first, languages_message(found), files_message(found)]
}

fn languages_message(found: &SizeFindings) -> String {
    let rows = found.languages_by_lines();
    let whole: u64 = rows.iter().map(|(_, sizes)| sizes.lines).sum();
    let top: Vec<String> = rows
        .iter()
        .take(5)
        .map(|(name, sizes)| {
            format!(
                "{name} {} ({})",
                count(sizes.lines, "line"),
                percent(sizes.lines, whole)
            )
        })
        .collect();
    let mut text = if top.is_empty() {
        "No file is text.".to_owned()
    } else {
        format!("By lines: {}.", list(&top))
    };
    if rows.len() > 5 {
        text.push_str(&format!(
            " Then {}.",
            count((rows.len() - 5) as u64, "further language")
        ));
    }
    if found.binary.files > 0 {
        let are = if found.binary.files == 1 { "is" } else { "are" };
        text.push_str(&format!(
            " {} {are} no text ({}).",
            count(found.binary.files, "file"),
            bytes(found.binary.bytes)
        ));
    }
    let apart = [
        (found.unread.files, "too large to read"),
        (found.unreadable, "unreadable"),
        (found.symlinks, "a symbolic link, not followed"),
        (
            found.nested_repositories,
            "a git repository of its own, not entered",
        ),
    ];
    for (n, why) in apart.into_iter().filter(|(n, _)| *n > 0) {
        text.push_str(&format!(" Passed over {}: {why}.", number(n)));
    }
    text
}

fn files_message(found: &SizeFindings) -> String {
    let code: Vec<String> = found
        .files
        .iter()
        .filter(|file| languages::kind_of(&file.language) == Some(Kind::Code))
        .take(3)
        .map(file_row)
        .collect();
    let mut folders: Vec<_> = found.folders_inside("").collect();
    folders.sort_by(|a, b| b.1.all.lines.cmp(&a.1.all.lines).then(a.0.cmp(b.0)));
    let folders: Vec<String> = folders
        .iter()
        .take(3)
        .map(|(path, size)| format!("{} ({})", folder(path), count(size.all.lines, "line")))
        .collect();
    let mut text = if code.is_empty() {
        "I found no files of code.".to_owned()
    } else {
        format!("The largest code files: {}.", code.join("; "))
    };
    if !folders.is_empty() {
        text.push_str(&format!(" The largest folders: {}.", list(&folders)));
    }
    text
}

fn history(found: &HistoryFindings) -> Vec<String> {
    let name = shown(&found.folder);
    match found.state {
        HistoryState::NotARepository => {
            return vec![
                format!("{name} is not in a git repository, so I have no history to tell."),
                "I can answer questions about commits and owners only where there is git."
                    .to_owned(),
            ];
        }
        HistoryState::Empty => {
            return vec![
                format!("Git has no commits for {name} yet."),
                "There is no history to tell until somebody commits.".to_owned(),
            ];
        }
        HistoryState::Full => {}
    }
    let people = count(found.authors.len() as u64, "person");
    let mut first = format!("{name} has {} by {people}", count(found.commits, "commit"));
    if let (Some(oldest), Some(newest)) = (&found.first, &found.last) {
        first.push_str(&format!(
            ", from {} to {} (UTC)",
            date(oldest.at),
            date(newest.at)
        ));
    }
    first.push('.');
    if found.shallow {
        first.push_str(" This clone is shallow: older commits exist that I cannot see.");
    }
    let authors: Vec<String> = found
        .authors
        .iter()
        .take(3)
        .map(|author| {
            format!(
                "{} ({})",
                shown(&author.name),
                count(author.commits, "commit")
            )
        })
        .collect();
    let mut second = format!("Most commits: {}.", list(&authors));
    if let Some(last) = &found.last {
        second.push_str(&format!(
            " {}",
            commit_sentence(found, "The last commit", last)
        ));
    }
    let hot: Vec<String> = found
        .hot_files()
        .into_iter()
        .filter(|(_, file)| file.exists)
        .take(3)
        .map(|(path, file)| format!("{} ({})", shown(path), count(file.commits, "commit")))
        .collect();
    if hot.is_empty() {
        return vec![first, second];
    }
    vec![
        first,
        second,
        format!("The most changed files: {}.", list(&hot)),
    ]
}

fn builds(found: &BuildFindings) -> Vec<String> {
    let name = shown(&found.folder);
    let mut systems: Vec<String> = Vec::new();
    for system in &found.systems {
        if !systems.contains(&system.name) {
            systems.push(system.name.clone());
        }
    }
    let first = if systems.is_empty() {
        format!("I found no build file I know in {name}.")
    } else {
        systems.truncate(6);
        format!(
            "{name} is built with {} ({}).",
            list(&systems),
            count(found.systems.len() as u64, "build file")
        )
    };
    let best = |purpose: Purpose, doing: &str| match found.commands_for(purpose).next() {
        Some(command) => format!("To {doing}: {}.", command_row(command)),
        None => format!("I found no command to {doing}."),
    };
    let how = [
        best(Purpose::Build, "build"),
        best(Purpose::Test, "run the tests"),
        best(Purpose::Run, "run it"),
    ];
    let mut messages = vec![
        first,
        format!("{} I have not run any of these.", how.join(" ")),
    ];
    let mut rest = Vec::new();
    if !found.entry_points.is_empty() {
        let entries: Vec<String> = found
            .entry_points
            .iter()
            .take(3)
            .map(|entry| shown(&entry.file))
            .collect();
        rest.push(format!(
            "{}, such as {}.",
            count(found.entry_points.len() as u64, "entry point"),
            list(&entries)
        ));
    }
    if !found.ci_files.is_empty() {
        let files: Vec<String> = found
            .ci_files
            .iter()
            .take(3)
            .map(|file| shown(file))
            .collect();
        rest.push(format!("CI runs from {}.", list(&files)));
    }
    if !found.unclear.is_empty() {
        let files: Vec<String> = found
            .unclear
            .iter()
            .take(3)
            .map(|file| shown(file))
            .collect();
        rest.push(format!("I could not understand {}.", list(&files)));
    }
    if !rest.is_empty() {
        messages.push(rest.join(" "));
    }
    messages
}
