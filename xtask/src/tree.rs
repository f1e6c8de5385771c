//! The files of the repository as they are now, and what a rule has to say about one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::process::Command;

/// The path and text of every file that is committed or would be. Rules see only this, so a test can make one up.
#[derive(Default)]
pub struct Tree {
    texts: BTreeMap<String, String>,
    others: BTreeSet<String>,
}

impl Tree {
    /// Reads the repository at `root`; needs git, which knows what is ignored.
    pub fn read(root: &Path) -> Result<Tree, String> {
        let output = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root)
            .output()
            .map_err(|error| format!("failed to run git to list the files: {error}"))?;
        if !output.status.success() {
            return Err(format!(
                "git could not list the files: {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        let mut tree = Tree::default();
        for path in String::from_utf8_lossy(&output.stdout).split('\0') {
            // A file that was deleted but not yet staged is still listed.
            if path.is_empty() || !root.join(path).is_file() {
                continue;
            }
            let bytes = std::fs::read(root.join(path))
                .map_err(|error| format!("failed to read {path}: {error}"))?;
            match String::from_utf8(bytes) {
                Ok(text) => tree.texts.insert(path.to_owned(), text).map_or((), drop),
                Err(_) => drop(tree.others.insert(path.to_owned())),
            }
        }
        Ok(tree)
    }

    /// A made-up tree.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Tree {
        Tree {
            texts: files
                .iter()
                .map(|(path, text)| (path.to_string(), text.to_string()))
                .collect(),
            others: BTreeSet::new(),
        }
    }

    /// Every text file, in the order of their paths.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Every text file whose name ends so.
    pub fn ending(&self, end: &str) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| path.ends_with(end))
    }

    /// Every file that is no text, in the order of their paths.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(String::as_str)
    }

    /// The same tree with a file that is no text.
    #[cfg(test)]
    pub fn and_other(mut self, path: &str) -> Tree {
        self.others.insert(path.to_owned());
        self
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Whether there is such a file, or a folder with files in it.
    pub fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        path.is_empty()
            || self.texts.contains_key(path)
            || self.others.contains(path)
            || self
                .texts
                .keys()
                .chain(&self.others)
                .any(|found| found.starts_with(&folder))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.texts.len() + self.others.len()
    }
}

/// Something a rule found: where, and what to do about it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub path: String,
    /// Counted from 1; 0 when it is about the whole file.
    pub line: usize,
    pub message: String,
}

impl Finding {
    pub fn new(path: &str, line: usize, message: impl Into<String>) -> Finding {
        Finding {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}
