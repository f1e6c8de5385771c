//! The historian's findings: commits, authors, owners and activity.
//!
//! Counted are the commits reachable from `HEAD`; in a folder inside a repository, those that touch the folder. Dates
//! are committer dates in UTC. People are told apart by e-mail address after `.mailmap`. Merges count as commits but
//! not as changes of files. A renamed file starts a new history. The owner of a path is the person with most commits
//! that touched it, then most added lines, then the first by name.

mod log;
mod tally;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::SurveyError;
use crate::git::{self, Stream};
use crate::progress::{Deadline, Limits, Progress};
use crate::walk;

/// Whether there is a history to tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HistoryState {
    /// The folder is in no git repository.
    #[default]
    NotARepository,
    /// A repository without commits, or without commits that touch this folder.
    Empty,
    /// There are commits.
    Full,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The name in their newest commit.
    pub name: String,
    /// Lower case.
    pub email: String,
    /// Commits, merges included.
    pub commits: u64,
    /// Added lines, merges left out.
    pub lines_added: u64,
    /// Removed lines, merges left out.
    pub lines_removed: u64,
    /// Unix seconds of the oldest commit.
    pub first_at: i64,
    /// Unix seconds of the newest commit.
    pub last_at: i64,
}

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// The full hash.
    pub hash: String,
    /// Place of the author in [`HistoryFindings::authors`].
    pub author: u32,
    /// Unix seconds.
    pub at: i64,
    /// The first line of the message.
    pub subject: String,
}

/// What one person did to a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Place in [`HistoryFindings::authors`].
    pub author: u32,
    /// Commits that touched the path.
    pub commits: u64,
    /// Lines added there.
    pub lines_added: u64,
}

/// The history of a file, or of a folder with everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathHistory {
    /// Commits that touched it, merges left out.
    pub commits: u64,
    /// Lines ever added.
    pub lines_added: u64,
    /// Up to [`SHARES_MAX`] people, the owner first.
    pub shares: Vec<Share>,
    /// How many people touched it in all.
    pub people: u64,
    /// The newest commit that touched it.
    pub last: Commit,
    /// Whether the last commit still has it.
    pub exists: bool,
}

/// What the historian found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryFindings {
    /// The last part of the surveyed folder's path.
    pub folder: String,
    /// Whether there is a history.
    pub state: HistoryState,
    /// Whether the clone holds only the newest commits.
    pub shallow: bool,
    /// The branch, if one is checked out.
    pub branch: Option<String>,
    /// Commits, merges included.
    pub commits: u64,
    /// Commits with two or more parents.
    pub merges: u64,
    /// Most commits first.
    pub authors: Vec<Author>,
    /// The oldest commit.
    pub first: Option<Commit>,
    /// The newest commit.
    pub last: Option<Commit>,
    /// Files by path, deleted ones too.
    pub files: BTreeMap<String, PathHistory>,
    /// Folders by path, the top as the empty string.
    pub folders: BTreeMap<String, PathHistory>,
    /// Why the survey stopped early, if it did; figures then cover the newest part only.
    pub cut_short: Option<String>,
}

/// People kept for each path.
pub const SHARES_MAX: usize = 5;

impl HistoryFindings {
    /// The person a commit or share points to.
    pub fn name(&self, author: u32) -> &str {
        self.authors
            .get(author as usize)
            .map_or("somebody", |author| author.name.as_str())
    }

    /// Files by commits, most first, then by path.
    pub fn hot_files(&self) -> Vec<(&str, &PathHistory)> {
        let mut rows: Vec<_> = self
            .files
            .iter()
            .map(|(path, file)| (path.as_str(), file))
            .collect();
        rows.sort_by(|a, b| b.1.commits.cmp(&a.1.commits).then(a.0.cmp(b.0)));
        rows
    }
}

/// Reads the history of a folder.
pub(crate) fn survey(
    dir: &Path,
    limits: &Limits,
    progress: &mut dyn FnMut(Progress),
) -> Result<HistoryFindings, SurveyError> {
    let dir = walk::open_folder(dir)?;
    let deadline = Deadline::of(limits);
    let mut found = HistoryFindings {
        folder: walk::folder_name(&dir),
        ..HistoryFindings::default()
    };
    let inside = git::ask(
        &dir,
        &[
            "rev-parse",
            "--is-inside-work-tree",
            "--is-shallow-repository",
            "--show-prefix",
        ],
    )?;
    if !inside.ok {
        return if inside.err.contains("not a git repository")
            || inside.err.contains("must be run in a work tree")
        {
            Ok(found)
        } else {
            Err(SurveyError::Git {
                what: "rev-parse",
                why: inside.err,
            })
        };
    }
    let mut said = inside.out.lines();
    // Inside `.git` or in a bare repository there are no files to tell about.
    if said.next() != Some("true") {
        return Ok(found);
    }
    found.state = HistoryState::Empty;
    found.shallow = said.next() == Some("true");
    let whole = said.next().unwrap_or_default().is_empty();
    if !git::ask(&dir, &["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?.ok {
        return Ok(found);
    }
    let branch = git::ask(&dir, &["symbolic-ref", "--quiet", "--short", "HEAD"])?;
    found.branch = branch.ok.then_some(branch.out);
    let scope: &[&str] = if whole { &[] } else { &["--", "."] };
    let total = git::ask(&dir, &[&["rev-list", "--count", "HEAD"], scope].concat())?
        .out
        .parse::<u64>()
        .ok();
    let mut tally = tally::Tally::new(limits);
    found.cut_short = log::read(&dir, scope, total, limits, deadline, &mut tally, progress)?;
    let present = present(&dir)?;
    tally.into_findings(&mut found, &present);
    if found.commits > 0 {
        found.state = HistoryState::Full;
    }
    Ok(found)
}

/// The files of the last commit below the folder.
fn present(dir: &Path) -> Result<std::collections::BTreeSet<String>, SurveyError> {
    // `ls-tree` lists paths from the folder it runs in.
    let mut stream = Stream::start(
        dir,
        "ls-tree",
        &["ls-tree", "-r", "-z", "--name-only", "HEAD"],
    )?;
    let mut part = Vec::new();
    let mut paths = std::collections::BTreeSet::new();
    while stream.next(&mut part)? {
        paths.insert(String::from_utf8_lossy(&part).into_owned());
    }
    stream.finish()?;
    Ok(paths)
}
