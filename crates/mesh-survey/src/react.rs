//! What one program can add to another's findings: facts that follow only from both.

use crate::builds::{BuildFindings, Generated, Purpose};
use crate::findings::Findings;
use crate::history::{HistoryFindings, HistoryState};
use crate::languages::{self, Kind};
use crate::role::Role;
use crate::sizes::{FileSize, SizeFindings, Sizes};
use crate::summary::{HotPath, Summary};
use crate::words::{count, date, list, number, percent, shown};

/// Paths spoken of in one message.
const PATHS_MAX: usize = 3;

pub(crate) fn react(mine: &Findings, theirs: &Summary) -> Option<String> {
    match (mine, theirs) {
        (Findings::Surveyor(mine), Summary::Builder { generated, .. }) => {
            without_generated(mine, generated)
        }
        (Findings::Surveyor(mine), Summary::Historian { hot, .. }) => sizes_of_hot(mine, hot),
        (Findings::Historian(mine), Summary::Surveyor { largest, .. }) => {
            owners_of_largest(mine, largest)
        }
        (Findings::Historian(mine), Summary::Builder { files, .. }) => {
            keepers_of_build(mine, files)
        }
        (Findings::Builder(mine), Summary::Surveyor { all, languages, .. }) => {
            tools_for(mine, *all, languages)
        }
        (Findings::Builder(mine), Summary::Historian { hot, .. }) => tests_for_hot(mine, hot),
        _ => None,
    }
}

fn without_generated(mine: &SizeFindings, generated: &[Generated]) -> Option<String> {
    let mut hits: Vec<(String, u64)> = Vec::new();
    for one in generated {
        // A generated file inside a generated folder must not count twice.
        let covered = generated.iter().any(|other| {
            other.folder
                && other.path != one.path
                && one.path.starts_with(&format!("{}/", other.path))
        });
        let lines = if covered {
            None
        } else if one.folder {
            mine.folders.get(&one.path).map(|folder| folder.all.lines)
        } else {
            mine.files
                .iter()
                .find(|file| file.path == one.path)
                .map(|file| file.lines)
        };
        hits.extend(lines.map(|lines| (one.path.clone(), lines)));
    }
    if generated.is_empty() || mine.all.lines == 0 {
        return None;
    }
    if hits.is_empty() {
        return Some(format!(
            "{}: none of the {} you call generated is among the files I counted, so my figures hold as they are.",
            Role::Builder,
            count(generated.len() as u64, "path")
        ));
    }
    hits.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let lines: u64 = hits.iter().map(|(_, lines)| lines).sum();
    let named: Vec<String> = hits
        .iter()
        .take(PATHS_MAX)
        .map(|(path, lines)| format!("{} ({})", shown(path), count(*lines, "line")))
        .collect();
    Some(format!(
        "{}: {} of what you call generated {} among my files: {}. Without {} there are {} written by people, {} of my total.",
        Role::Builder,
        number(hits.len() as u64),
        if hits.len() == 1 { "is" } else { "are" },
        list(&named),
        if hits.len() == 1 { "it" } else { "them" },
        count(mine.all.lines.saturating_sub(lines), "line"),
        percent(mine.all.lines.saturating_sub(lines), mine.all.lines)
    ))
}

fn sizes_of_hot(mine: &SizeFindings, hot: &[HotPath]) -> Option<String> {
    let rows: Vec<String> = hot
        .iter()
        .filter_map(|path| {
            let file = mine.files.iter().find(|file| file.path == path.path)?;
            Some(format!(
                "{} ({}, {})",
                shown(&file.path),
                count(path.commits, "commit"),
                count(file.lines, "line")
            ))
        })
        .take(PATHS_MAX)
        .collect();
    (!rows.is_empty()).then(|| {
        format!(
            "{}: your most changed files with their sizes: {}.",
            Role::Historian,
            list(&rows)
        )
    })
}

fn owners_of_largest(mine: &HistoryFindings, largest: &[FileSize]) -> Option<String> {
    if mine.state != HistoryState::Full {
        return None;
    }
    let rows: Vec<String> = largest
        .iter()
        .take(PATHS_MAX)
        .map(|file| {
            let size = count(file.lines, "line");
            match mine.files.get(&file.path) {
                Some(history) => format!(
                    "{} ({size}) is mostly {}'s, last touched by {} on {}",
                    shown(&file.path),
                    shown(
                        history
                            .shares
                            .first()
                            .map_or("somebody", |share| mine.name(share.author))
                    ),
                    shown(mine.name(history.last.author)),
                    date(history.last.at)
                ),
                None => format!("{} ({size}) is not committed yet", shown(&file.path)),
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        format!(
            "{}: I looked up who owns your largest code files: {}.",
            Role::Surveyor,
            rows.join("; ")
        )
    })
}

fn keepers_of_build(mine: &HistoryFindings, files: &[String]) -> Option<String> {
    if mine.state != HistoryState::Full {
        return None;
    }
    let rows: Vec<String> = files
        .iter()
        .filter_map(|file| {
            let history = mine.files.get(file)?;
            let owner = mine.name(history.shares.first()?.author);
            Some(format!(
                "{} by {} ({}, last on {})",
                shown(file),
                shown(owner),
                count(history.commits, "commit"),
                date(history.last.at)
            ))
        })
        .take(PATHS_MAX)
        .collect();
    (!rows.is_empty()).then(|| {
        format!(
            "{}: your build files are kept mostly like this: {}.",
            Role::Builder,
            list(&rows)
        )
    })
}

/// Languages a build system takes care of.
fn covers(system: &str) -> &'static [&'static str] {
    match system {
        "Cargo" => &["Rust"],
        "npm" | "pnpm" | "yarn" | "bun" | "deno" => &["JavaScript", "TypeScript"],
        "Python" | "uv" | "Poetry" | "Hatch" | "setuptools" | "tox" | "nox" => &["Python"],
        "Go" => &["Go"],
        "CMake" | "Meson" => &["C", "C++", "C header"],
        "Maven" | "Gradle" => &["Java", "Kotlin", "Groovy"],
        "Mix" => &["Elixir"],
        "Bundler" => &["Ruby"],
        "Composer" => &["PHP"],
        "Zig" => &["Zig"],
        "SwiftPM" => &["Swift"],
        "sbt" => &["Scala"],
        "Stack" => &["Haskell"],
        "Dart" => &["Dart"],
        _ => &[],
    }
}

fn tools_for(mine: &BuildFindings, all: Sizes, their: &[(String, Sizes)]) -> Option<String> {
    let code = their
        .iter()
        .filter(|(name, sizes)| languages::kind_of(name) == Some(Kind::Code) && sizes.lines > 0);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for (name, sizes) in code.take(PATHS_MAX * 2) {
        let share = percent(sizes.lines, all.lines);
        let system = mine
            .systems
            .iter()
            .find(|system| covers(&system.name).contains(&name.as_str()));
        match system {
            Some(system) => {
                let test = mine
                    .commands_for(Purpose::Test)
                    .find(|command| command.file == system.file)
                    .map_or_else(String::new, |command| {
                        format!(", tested by `{}`", shown(&command.line))
                    });
                known.push(format!(
                    "{} ({share} of the lines) is built with {}{test}",
                    shown(name),
                    system.name
                ));
            }
            None => unknown.push(format!("{} ({})", shown(name), count(sizes.lines, "line"))),
        }
    }
    known.truncate(PATHS_MAX);
    unknown.truncate(PATHS_MAX);
    let mut sentences = known;
    if !unknown.is_empty() {
        sentences.push(format!(
            "I found no build file of its own for {}",
            list(&unknown)
        ));
    }
    (!sentences.is_empty()).then(|| format!("{}: {}.", Role::Surveyor, sentences.join("; ")))
}

fn tests_for_hot(mine: &BuildFindings, hot: &[HotPath]) -> Option<String> {
    let mut rows: Vec<(String, String)> = Vec::new();
    for path in hot {
        // The package that holds a file is the one with the longest matching folder.
        let package = mine
            .packages
            .iter()
            .filter(|package| {
                package.folder.is_empty() || path.path.starts_with(&format!("{}/", package.folder))
            })
            .max_by_key(|package| package.folder.len());
        let Some(package) = package else { continue };
        if rows.len() < PATHS_MAX && !rows.iter().any(|(test, _)| *test == package.test) {
            let row = format!(
                "{} ({}) is tested by `{}`",
                shown(&path.path),
                count(path.commits, "commit"),
                shown(&package.test)
            );
            rows.push((package.test.clone(), row));
        }
    }
    let rows: Vec<String> = rows.into_iter().map(|(_, row)| row).collect();
    (!rows.is_empty()).then(|| {
        format!(
            "{}: of your most changed files, {}.",
            Role::Historian,
            list(&rows)
        )
    })
}
