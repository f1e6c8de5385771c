//! Walks the files of a code base the way git sees them.
//!
//! Visited: every ordinary file that no `.gitignore`, `.git/info/exclude` or global git ignore file hides, with hidden
//! files. Not visited: `.git`, symbolic links, devices and pipes, and folders that are git repositories of their own
//! (submodules and nested clones). A tracked file that an ignore rule hides is not visited either.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::SurveyError;

/// One visited file.
pub(crate) struct Seen {
    /// From the surveyed folder, parts joined by `/`; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// Where to open it.
    pub place: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// What was passed over.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    pub symlinks: u64,
    pub special: u64,
    pub unreadable: u64,
    pub nested_repositories: u64,
}

/// The folder itself, with symbolic links above it resolved.
pub(crate) fn open_folder(dir: &Path) -> Result<PathBuf, SurveyError> {
    let refuse = |why: String| SurveyError::Folder {
        folder: dir.to_owned(),
        why,
    };
    let real = dir
        .canonicalize()
        .map_err(|error| refuse(error.to_string()))?;
    match std::fs::read_dir(&real) {
        Ok(_) => Ok(real),
        Err(error) => Err(refuse(error.to_string())),
    }
}

/// The last part of a folder's path, for reports.
pub(crate) fn folder_name(dir: &Path) -> String {
    dir.file_name().map_or_else(
        || "/".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// Visits files in a fixed order until `each` breaks off.
pub(crate) fn files(dir: &Path, each: &mut dyn FnMut(Seen) -> ControlFlow<()>) -> Passed {
    let mut passed = Passed::default();
    let nested = Arc::new(AtomicU64::new(0));
    let nested_seen = Arc::clone(&nested);
    let entries = ignore::WalkBuilder::new(dir)
        .hidden(false)
        .ignore(false)
        .require_git(false)
        .follow_links(false)
        .sort_by_file_name(|a, b| a.cmp(b))
        .filter_entry(move |entry| {
            if entry.file_name() == ".git" {
                return false;
            }
            let folder = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
            if folder && entry.path().join(".git").symlink_metadata().is_ok() {
                nested_seen.fetch_add(1, Ordering::Relaxed);
                return false;
            }
            true
        })
        .build();
    for entry in entries {
        let Ok(entry) = entry else {
            passed.unreadable += 1;
            continue;
        };
        let Some(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            continue;
        }
        if kind.is_symlink() {
            passed.symlinks += 1;
            continue;
        }
        if !kind.is_file() {
            passed.special += 1;
            continue;
        }
        let Ok(about) = entry.metadata() else {
            passed.unreadable += 1;
            continue;
        };
        let path = relative(dir, entry.path());
        if each(Seen {
            path,
            place: entry.path().to_owned(),
            bytes: about.len(),
        })
        .is_break()
        {
            break;
        }
    }
    passed.nested_repositories = nested.load(Ordering::Relaxed);
    passed
}

fn relative(dir: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(dir).unwrap_or(path);
    let parts: Vec<_> = inner
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// All folders above a path, nearest first, ending with the top folder as the empty string.
pub(crate) fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    std::iter::from_fn(move || {
        let above = rest?.rsplit_once('/').map(|(above, _)| above);
        rest = match (above, rest) {
            (Some(above), _) => Some(above),
            (None, Some("")) | (None, None) => None,
            (None, Some(_)) => Some(""),
        };
        rest
    })
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_above_end_at_the_top() {
        let above = |path| folders_above(path).collect::<Vec<_>>();
        assert_eq!(above("a/b/c.rs"), ["a/b", "a", ""]);
        assert_eq!(above("c.rs"), [""]);
        assert!(above("").is_empty());
    }
}
