//! The historian: commits, authors, who owns what.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::words::{count, list};
use crate::{SurveyError, git};

/// A file's history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHistory {
    /// Commits that changed it.
    pub commits: u64,
    /// How many of them by whom.
    pub authors: BTreeMap<String, u64>,
    /// Who changed it last.
    pub last_author: String,
    /// When, as year-month-day.
    pub last_day: String,
}

/// What the historian has found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Commits that lead to HEAD.
    pub commits: u64,
    /// How many of them by whom.
    pub authors: BTreeMap<String, u64>,
    /// The first commit's day.
    pub first_day: String,
    /// The newest commit: id, day, author, subject.
    pub last: Option<(String, String, String, String)>,
    /// Files as they are named in the history.
    pub files: BTreeMap<String, FileHistory>,
    /// Whether older commits are missing from this copy.
    pub shallow: bool,
}

/// Separates commits and fields in git's output: neither occurs in names or paths.
const COMMIT: char = '\u{1e}';
const FIELD: char = '\u{1f}';

/// Reads the history that leads to HEAD, newest first.
pub fn survey(dir: &Path, progress: &mut dyn FnMut(u64)) -> Result<History, SurveyError> {
    git::ask(dir, &["rev-parse", "--git-dir"])?;
    let mut history = History::default();
    if git::ask(dir, &["rev-parse", "--verify", "--quiet", "HEAD"]).is_err() {
        return Ok(history);
    }
    history.shallow = git::ask(dir, &["rev-parse", "--is-shallow-repository"])?.trim() == "true";
    let format = format!("--format={COMMIT}%h{FIELD}%ad{FIELD}%aN{FIELD}%s");
    let log = git::ask(dir, &["log", "-z", "--no-renames", "--name-only", "--relative", "--date=format:%Y-%m-%d", &format])?;
    for commit in log.split(COMMIT).skip(1) {
        history.take(commit);
        if history.commits.is_multiple_of(1_000) {
            progress(history.commits);
        }
    }
    Ok(history)
}

impl History {
    /// Adds one commit; they come newest first.
    fn take(&mut self, commit: &str) {
        // git ends the subject with a zero byte, and separates it from the names with a newline.
        let mut parts = commit.split('\0');
        let mut fields = parts.next().unwrap_or_default().trim_end_matches('\n').splitn(4, FIELD);
        let mut field = || fields.next().unwrap_or_default().to_owned();
        let (id, day, author, subject) = (field(), field(), field(), field());
        self.commits += 1;
        *self.authors.entry(author.clone()).or_default() += 1;
        self.first_day.clone_from(&day);
        for path in parts.map(|path| path.strip_prefix('\n').unwrap_or(path)).filter(|path| !path.is_empty()) {
            let file = self.files.entry(path.to_owned()).or_insert_with(|| FileHistory {
                last_author: author.clone(),
                last_day: day.clone(),
                ..FileHistory::default()
            });
            file.commits += 1;
            *file.authors.entry(author.clone()).or_default() += 1;
        }
        if self.last.is_none() {
            self.last = Some((id, day, author, subject));
        }
    }

    /// Files with most commits; same number by path.
    pub fn busiest(&self, most: usize) -> Vec<(&str, u64)> {
        let mut files: Vec<_> = self.files.iter().map(|(path, file)| (path.as_str(), file.commits)).collect();
        files.sort_by_key(|(path, commits)| (std::cmp::Reverse(*commits), *path));
        files.truncate(most);
        files
    }

    /// Authors with most commits; same number by name.
    pub fn top_authors(&self) -> Vec<(&str, u64)> {
        ranked(&self.authors)
    }

    /// Who changed the files at or below `path` how often, most first.
    pub fn owners(&self, path: &str) -> Vec<(String, u64)> {
        let path = path.trim_matches('/');
        let below = |file: &str| {
            path.is_empty() || path == "." || file == path || file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
        };
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for (_, file) in self.files.iter().filter(|(file, _)| below(file)) {
            for (author, commits) in &file.authors {
                *sums.entry(author.clone()).or_default() += commits;
            }
        }
        ranked(&sums).into_iter().map(|(author, commits)| (author.to_owned(), commits)).collect()
    }

    pub(crate) fn report(&self) -> Vec<String> {
        let Some((id, day, author, subject)) = &self.last else {
            return vec!["The repository has no commits yet.".to_owned()];
        };
        let mut report = vec![format!(
            "{} by {} since {}{}.",
            count(self.commits, "commit"),
            count(self.authors.len() as u64, "author"),
            self.first_day,
            if self.shallow { " (a shallow copy: older ones are missing)" } else { "" }
        )];
        let authors: Vec<String> =
            self.top_authors().iter().take(3).map(|(name, commits)| format!("{name} ({commits})")).collect();
        report.push(format!("Most commits: {}. The newest is {id} of {day} by {author}: {subject}", list(&authors)));
        let busiest: Vec<String> =
            self.busiest(3).iter().map(|(path, commits)| format!("{path} ({commits})")).collect();
        if !busiest.is_empty() {
            report.push(format!("Files that change most: {}.", list(&busiest)));
        }
        report
    }

    /// Who owns the largest files that the surveyor has found.
    pub(crate) fn owners_of_largest(&self, largest: &[(String, u64)]) -> Option<String> {
        let owners: Vec<String> = largest
            .iter()
            .filter_map(|(path, _)| {
                let owners = self.owners(path);
                let (author, commits) = owners.first()?;
                Some(format!("{path} is mostly {author}'s ({})", count(*commits, "commit")))
            })
            .collect();
        (!owners.is_empty()).then(|| format!("@surveyor, of your largest files: {}.", list(&owners)))
    }
}

fn ranked(counts: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let mut ranked: Vec<_> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    ranked.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    ranked
}
