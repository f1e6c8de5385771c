//! The builder's findings: how this code base is built, tested and run, read from its own files.
//!
//! Nothing is executed. A command is either written in the code base (a make target, a script, a README block, a CI
//! step) or is what a manifest's tool is always called with (`cargo test` for a `Cargo.toml`).

mod ci;
mod docs;
mod js;
mod makefile;
mod manifests;
mod python;
mod rust;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::content;
use crate::error::SurveyError;
use crate::progress::{Deadline, Limits, Progress};
use crate::walk;

/// What a command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Makes the program.
    Build,
    /// Runs the tests.
    Test,
    /// Starts the program.
    Run,
    /// Checks or formats the code.
    Lint,
    /// Fetches what is needed first.
    Install,
    /// Anything else.
    Other,
}

/// Where a command was found. The order is the order of trust: what the authors wrote for it comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A Makefile target.
    MakeTarget,
    /// A justfile recipe.
    Recipe,
    /// A script of `package.json` or `deno.json`.
    Script,
    /// The usual call of a manifest's tool.
    Manifest,
    /// A command block of a README.
    Readme,
    /// A step of a CI file.
    Ci,
}

/// One command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildCommand {
    /// What to type, in `folder`.
    pub line: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Where to type it, from the surveyed folder; empty for the top.
    pub folder: String,
    /// Where it was found.
    pub origin: Origin,
    /// The file it was found in.
    pub file: String,
    /// What its author wrote about it.
    pub about: Option<String>,
}

/// One build system with the file that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// `Cargo`, `npm`, `Make`…
    pub name: String,
    /// Its file.
    pub file: String,
    /// What the file says in short: `workspace with 12 members`.
    pub about: Option<String>,
}

/// Where a program starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPoint {
    /// The file.
    pub file: String,
    /// The program's name, where known.
    pub name: Option<String>,
}

/// A path that tools write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Generated {
    /// A file, or a folder if `folder`.
    pub path: String,
    /// Whether everything below it is meant.
    pub folder: bool,
    /// How the builder knows.
    pub why: String,
}

/// What the builder found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildFindings {
    /// The last part of the surveyed folder's path.
    pub folder: String,
    /// Build systems.
    pub systems: Vec<System>,
    /// Commands, best first.
    pub commands: Vec<BuildCommand>,
    /// Where programs start.
    pub entry_points: Vec<EntryPoint>,
    /// CI files.
    pub ci_files: Vec<String>,
    /// What tools write.
    pub generated: Vec<Generated>,
    /// Names of the packages by folder, for tools that can test one package alone.
    pub packages: Vec<Package>,
    /// Manifests that could not be understood.
    pub unclear: Vec<String>,
    /// Why the survey stopped early, if it did.
    pub cut_short: Option<String>,
}

/// A package of a build system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its folder; empty for the top.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// How to test this package alone, from the surveyed folder.
    pub test: String,
}

impl BuildFindings {
    /// Commands for one purpose, best first.
    pub fn commands_for(&self, purpose: Purpose) -> impl Iterator<Item = &BuildCommand> {
        self.commands
            .iter()
            .filter(move |command| command.purpose == purpose)
    }
}

const MANIFEST_BYTES_MAX: u64 = 512 * 1024;
const COMMANDS_MAX: usize = 2_000;
const LISTED_MAX: usize = 500;
const PROGRESS_FILES: u64 = 500;

/// A file that may tell how to build.
struct Manifest {
    path: String,
    place: PathBuf,
}

/// All paths of the code base and the manifests among them.
pub(super) struct Tree {
    paths: BTreeSet<String>,
}

impl Tree {
    pub(super) fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    pub(super) fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        let start = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let from = start.clone();
        self.paths
            .range(from..)
            .map(String::as_str)
            .take_while(move |path| path.starts_with(&start))
    }
}

/// Looks for build files in a folder.
pub(crate) fn survey(
    dir: &Path,
    limits: &Limits,
    progress: &mut dyn FnMut(Progress),
) -> Result<BuildFindings, SurveyError> {
    let dir = walk::open_folder(dir)?;
    let deadline = Deadline::of(limits);
    let mut found = BuildFindings {
        folder: walk::folder_name(&dir),
        ..BuildFindings::default()
    };
    let mut tree = Tree {
        paths: BTreeSet::new(),
    };
    let mut manifests = Vec::new();
    let mut visited: u64 = 0;
    walk::files(&dir, &mut |seen| {
        if visited >= limits.files_max || deadline.passed() {
            found.cut_short = Some(format!("it stopped after {visited} files"));
            return ControlFlow::Break(());
        }
        visited += 1;
        if visited.is_multiple_of(PROGRESS_FILES) {
            progress(Progress {
                unit: "files",
                done: visited,
                total: None,
            });
        }
        if manifests.len() < LISTED_MAX * 4 && manifests::may_tell(&seen.path) {
            manifests.push(Manifest {
                path: seen.path.clone(),
                place: seen.place,
            });
        }
        tree.paths.insert(seen.path);
        ControlFlow::Continue(())
    });
    progress(Progress {
        unit: "files",
        done: visited,
        total: Some(visited),
    });
    // The files nearest to the top speak for the whole code base.
    manifests.sort_by_key(|manifest| (manifest.path.matches('/').count(), manifest.path.clone()));
    for manifest in &manifests {
        match content::head(&manifest.place, MANIFEST_BYTES_MAX) {
            Ok(text) => manifests::read(&mut found, &tree, &manifest.path, &text),
            Err(_) => found.unclear.push(manifest.path.clone()),
        }
    }
    finish(&mut found);
    Ok(found)
}

fn finish(found: &mut BuildFindings) {
    // README and CI lines that repeat a known command add nothing.
    let mut known = BTreeSet::new();
    found.commands.sort_by_key(rank);
    found
        .commands
        .retain(|command| known.insert((command.folder.clone(), command.line.clone())));
    found.commands.truncate(COMMANDS_MAX);
    found.generated.sort();
    found.generated.dedup_by(|a, b| a.path == b.path);
    let mut entries = BTreeSet::new();
    found
        .entry_points
        .retain(|entry| entries.insert(entry.file.clone()));
    found.entry_points.truncate(LISTED_MAX);
    found.systems.truncate(LISTED_MAX);
    found.packages.truncate(LISTED_MAX);
    found.ci_files.truncate(LISTED_MAX);
    found.generated.truncate(LISTED_MAX);
    found.unclear.truncate(LISTED_MAX);
}

/// Nearest to the top first, then the most trusted origin, then the plainest name, then as found.
fn rank(command: &BuildCommand) -> (usize, Origin, usize) {
    let depth = if command.folder.is_empty() {
        0
    } else {
        1 + command.folder.matches('/').count()
    };
    let word = command
        .line
        .split_whitespace()
        .next_back()
        .unwrap_or_default();
    let plain = [
        "test", "build", "all", "check", "run", "start", "up", "dev", "lint", "fmt",
    ];
    let place = plain
        .iter()
        .position(|name| *name == word)
        .unwrap_or(plain.len());
    // Steps of CI and README blocks describe the whole code base only after its manifests do.
    let late = usize::from(matches!(command.origin, Origin::Readme | Origin::Ci));
    (depth + late * 100, command.origin, place)
}

/// What a command is for, by the words in it; tells targets, scripts, README lines and CI steps alike.
pub(super) fn purpose_of(text: &str) -> Purpose {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    if has(&[
        "lint",
        "clippy",
        "fmt",
        "format",
        "eslint",
        "prettier",
        "ruff",
        "mypy",
        "vet",
        "tidy",
        "typecheck",
        "flake8",
        "black",
    ]) {
        Purpose::Lint
    } else if has(&[
        "test", "tests", "pytest", "nextest", "ctest", "check", "spec", "e2e", "jest", "vitest",
        "tox", "unittest",
    ]) {
        Purpose::Test
    } else if has(&["install", "bootstrap", "setup", "deps", "sync"]) || lower.ends_with(" ci") {
        Purpose::Install
    } else if has(&[
        "build", "compile", "all", "dist", "release", "bundle", "package", "tsc",
    ]) || lower == "make"
    {
        Purpose::Build
    } else if has(&[
        "run", "start", "serve", "dev", "up", "demo", "launch", "server", "watch", "preview",
    ]) {
        Purpose::Run
    } else {
        Purpose::Other
    }
}

/// The folder part of a path; empty at the top.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path inside a folder.
pub(super) fn join(folder: &str, rest: &str) -> String {
    if folder.is_empty() {
        rest.to_owned()
    } else {
        format!("{folder}/{rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_the_purpose() {
        for (text, want) in [
            ("make test", Purpose::Test),
            ("npm run lint", Purpose::Lint),
            ("cargo fmt --check", Purpose::Lint),
            ("cargo build --release", Purpose::Build),
            ("npm ci", Purpose::Install),
            ("make", Purpose::Build),
            ("docker compose up -d", Purpose::Run),
            ("make clean", Purpose::Other),
            ("latest", Purpose::Other),
        ] {
            assert_eq!(purpose_of(text), want, "{text}");
        }
    }
}
