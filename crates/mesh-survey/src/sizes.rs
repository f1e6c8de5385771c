//! The surveyor's findings: files, lines and bytes by language, extension and folder.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::content::{self, Content};
use crate::error::SurveyError;
use crate::languages;
use crate::progress::{Deadline, Limits, Progress};
use crate::walk;

/// Text files, their lines and bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// Files.
    pub files: u64,
    /// Newline bytes, as `wc -l` counts.
    pub lines: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Sizes {
    fn add(&mut self, lines: u64, bytes: u64) {
        self.files += 1;
        self.lines += lines;
        self.bytes += bytes;
    }
}

/// Figures of one kept file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSize {
    /// From the surveyed folder.
    pub path: String,
    /// Its language, or `Other`; `Binary` if it is no text.
    pub language: String,
    /// Lines; 0 for binary files.
    pub lines: u64,
    /// Bytes.
    pub bytes: u64,
}

/// One folder with everything below it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderSize {
    /// Text and binary files; lines of text only.
    pub all: Sizes,
    /// Text by language.
    pub languages: BTreeMap<String, Sizes>,
}

/// What the surveyor found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeFindings {
    /// The last part of the surveyed folder's path.
    pub folder: String,
    /// All files; lines of text only.
    pub all: Sizes,
    /// Text by language.
    pub languages: BTreeMap<String, Sizes>,
    /// Files that are no text.
    pub binary: Sizes,
    /// Files too large to read: counted with bytes, without lines, not among the languages.
    pub unread: Sizes,
    /// Folders by path, the top as the empty string.
    pub folders: BTreeMap<String, FolderSize>,
    /// The largest files by lines and by bytes of each language; all files if `files_complete`.
    pub files: Vec<FileSize>,
    /// Whether `files` holds every file.
    pub files_complete: bool,
    /// Symbolic links, which are not followed.
    pub symlinks: u64,
    /// Files and folders that could not be read.
    pub unreadable: u64,
    /// Folders that are git repositories of their own and were not entered.
    pub nested_repositories: u64,
    /// Why the survey stopped early, if it did; figures are then too low.
    pub cut_short: Option<String>,
}

/// The name under which files that are no text are kept.
pub const BINARY: &str = "Binary";

const KEPT_PER_LANGUAGE: usize = 2_000;
const FOLDERS_MAX: usize = 20_000;
const PROGRESS_FILES: u64 = 500;

/// Keeps the largest files of a language in bounded memory.
#[derive(Default)]
struct Largest {
    files: Vec<FileSize>,
    dropped: bool,
}

impl Largest {
    fn keep(&mut self, file: FileSize) {
        self.files.push(file);
        if self.files.len() >= KEPT_PER_LANGUAGE * 4 {
            self.prune();
        }
    }

    /// Keeps the top by lines and the top by bytes: whatever is dropped could be in neither.
    fn prune(&mut self) {
        if self.files.len() <= KEPT_PER_LANGUAGE {
            return;
        }
        self.files.sort_by(by_lines);
        let mut rest = self.files.split_off(KEPT_PER_LANGUAGE);
        rest.sort_by(by_bytes);
        self.dropped |= rest.len() > KEPT_PER_LANGUAGE;
        rest.truncate(KEPT_PER_LANGUAGE);
        self.files.append(&mut rest);
    }
}

/// Most lines first, then by path.
pub(crate) fn by_lines(a: &FileSize, b: &FileSize) -> std::cmp::Ordering {
    b.lines.cmp(&a.lines).then_with(|| a.path.cmp(&b.path))
}

/// Most bytes first, then by path.
pub(crate) fn by_bytes(a: &FileSize, b: &FileSize) -> std::cmp::Ordering {
    b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path))
}

/// Counts a folder.
pub(crate) fn survey(
    dir: &Path,
    limits: &Limits,
    progress: &mut dyn FnMut(Progress),
) -> Result<SizeFindings, SurveyError> {
    let dir = walk::open_folder(dir)?;
    let deadline = Deadline::of(limits);
    let mut found = SizeFindings {
        folder: walk::folder_name(&dir),
        ..SizeFindings::default()
    };
    let mut largest: BTreeMap<String, Largest> = BTreeMap::new();
    let mut chunk = Vec::new();
    let mut unreadable = 0;
    let mut visited: u64 = 0;
    let passed = walk::files(&dir, &mut |seen| {
        if visited >= limits.files_max {
            found.cut_short = Some(format!(
                "it stopped at the limit of {} files",
                limits.files_max
            ));
            return ControlFlow::Break(());
        }
        if deadline.passed() {
            found.cut_short = Some(format!(
                "it stopped after {} seconds",
                limits.time_max.as_secs()
            ));
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
        if seen.bytes > limits.file_bytes_max {
            found.unread.add(0, seen.bytes);
            found.count(&seen.path, None, 0, seen.bytes);
            return ControlFlow::Continue(());
        }
        match content::read(&seen.place, &mut chunk) {
            Ok(content) => {
                let kept = found.count_file(seen.path, content, seen.bytes);
                largest.entry(kept.language.clone()).or_default().keep(kept);
            }
            Err(_) => unreadable += 1,
        }
        ControlFlow::Continue(())
    });
    progress(Progress {
        unit: "files",
        done: visited,
        total: Some(visited),
    });
    found.unreadable = unreadable + passed.unreadable;
    found.symlinks = passed.symlinks;
    found.nested_repositories = passed.nested_repositories;
    found.files_complete = found.unread.files == 0;
    for mut part in largest.into_values() {
        part.prune();
        found.files_complete &= !part.dropped;
        found.files.append(&mut part.files);
    }
    found.files.sort_by(by_lines);
    Ok(found)
}

impl SizeFindings {
    fn count_file(&mut self, path: String, content: Content, bytes: u64) -> FileSize {
        let (language, lines) = match content {
            Content::Text(lines) => (
                languages::of_file(walk::file_name(&path)).map_or(languages::OTHER, |row| row.name),
                lines,
            ),
            Content::Binary => {
                self.binary.add(0, bytes);
                (BINARY, 0)
            }
        };
        let text = (content != Content::Binary).then_some(language);
        self.count(&path, text, lines, bytes);
        FileSize {
            path,
            language: language.to_owned(),
            lines,
            bytes,
        }
    }

    fn count(&mut self, path: &str, language: Option<&str>, lines: u64, bytes: u64) {
        self.all.add(lines, bytes);
        if let Some(language) = language {
            self.languages
                .entry(language.to_owned())
                .or_default()
                .add(lines, bytes);
        }
        for above in walk::folders_above(path) {
            if self.folders.len() >= FOLDERS_MAX && !self.folders.contains_key(above) {
                continue;
            }
            let folder = self.folders.entry(above.to_owned()).or_default();
            folder.all.add(lines, bytes);
            if let Some(language) = language {
                folder
                    .languages
                    .entry(language.to_owned())
                    .or_default()
                    .add(lines, bytes);
            }
        }
    }

    /// Languages by lines, most first.
    pub fn languages_by_lines(&self) -> Vec<(&str, Sizes)> {
        let mut rows: Vec<_> = self
            .languages
            .iter()
            .map(|(name, sizes)| (name.as_str(), *sizes))
            .collect();
        rows.sort_by(|a, b| b.1.lines.cmp(&a.1.lines).then(a.0.cmp(b.0)));
        rows
    }

    /// The folder that holds the most lines among those directly inside `parent`.
    pub fn folders_inside<'a>(
        &'a self,
        parent: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a FolderSize)> {
        self.folders
            .iter()
            .map(|(path, size)| (path.as_str(), size))
            .filter(move |(path, _)| {
                !path.is_empty() && walk::folders_above(path).next() == Some(parent)
            })
    }
}
