//! The surveyor: languages, files, lines and bytes. A line is what `wc -l` counts: a newline.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use ignore::WalkBuilder;
use serde::{Deserialize, Serialize};

use crate::language;
use crate::words::{bytes, count, list, number};

/// A file is taken for binary if a zero byte stands among its first ones, as git does it.
const SNIFFED_BYTES: usize = 8_000;
/// Larger files are data, not source; counting them would take the survey's time.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Files between two words of progress.
const PROGRESS_FILES: u64 = 1_000;

/// A text file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its path below the folder, with `/`.
    pub path: String,
    /// Its language.
    pub language: String,
    /// Newlines in it.
    pub lines: u64,
    /// Its size.
    pub bytes: u64,
}

/// What the surveyor has found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// All text files that git would not ignore, by path.
    pub files: Vec<SourceFile>,
    /// Files left out because they are binary or too large.
    pub skipped: u64,
}

/// What files have in sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub files: u64,
    /// Their lines.
    pub lines: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Reads every file below `dir` that is not ignored. Links are not followed.
pub fn survey(dir: &Path, progress: &mut dyn FnMut(u64)) -> Code {
    let mut code = Code::default();
    let mut seen = 0;
    let walk = WalkBuilder::new(dir)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    // What cannot be read (a folder of another user) is no part of the survey.
    for entry in walk.flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file())) {
        seen += 1;
        if seen % PROGRESS_FILES == 0 {
            progress(seen);
        }
        let Ok(relative) = entry.path().strip_prefix(dir) else { continue };
        match measure(entry.path()) {
            Ok(Some((lines, bytes))) => {
                let path = relative.to_string_lossy().replace('\\', "/");
                let language = language::of(&entry.file_name().to_string_lossy()).to_owned();
                code.files.push(SourceFile { path, language, lines, bytes });
            }
            Ok(None) | Err(_) => code.skipped += 1,
        }
    }
    code.files.sort_by(|a, b| a.path.cmp(&b.path));
    code
}

/// Lines and bytes of a text file; `None` for what is none.
fn measure(path: &Path) -> io::Result<Option<(u64, u64)>> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() > FILE_BYTES_MAX {
        return Ok(None);
    }
    let mut buffer = vec![0; 64 * 1024];
    let (mut lines, mut size) = (0, 0);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(Some((lines, size)));
        }
        let part = &buffer[..read];
        if size < SNIFFED_BYTES as u64 && part.iter().take(SNIFFED_BYTES).any(|byte| *byte == 0) {
            return Ok(None);
        }
        lines += part.iter().filter(|byte| **byte == b'\n').count() as u64;
        size += read as u64;
    }
}

impl Code {
    /// The sum of the files that `which` takes.
    pub fn sum(&self, which: impl Fn(&SourceFile) -> bool) -> Sum {
        self.files.iter().filter(|file| which(file)).fold(Sum::default(), |sum, file| Sum {
            files: sum.files + 1,
            lines: sum.lines + file.lines,
            bytes: sum.bytes + file.bytes,
        })
    }

    /// Languages with their sums, most lines first.
    pub fn languages(&self) -> Vec<(&str, Sum)> {
        let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
        for file in &self.files {
            let sum = sums.entry(&file.language).or_default();
            *sum = Sum { files: sum.files + 1, lines: sum.lines + file.lines, bytes: sum.bytes + file.bytes };
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|(name, sum)| (std::cmp::Reverse(sum.lines), *name));
        sums
    }

    /// The files with most lines among those that `which` takes; same size by path.
    pub fn largest(&self, most: usize, which: impl Fn(&SourceFile) -> bool) -> Vec<&SourceFile> {
        let mut files: Vec<_> = self.files.iter().filter(|file| which(file)).collect();
        files.sort_by_key(|file| (std::cmp::Reverse(file.lines), &file.path));
        files.truncate(most);
        files
    }

    pub(crate) fn report(&self) -> Vec<String> {
        let all = self.sum(|_| true);
        if all.files == 0 {
            return vec!["There are no text files here.".to_owned()];
        }
        let languages = self.languages();
        let top: Vec<String> =
            languages.iter().take(5).map(|(name, sum)| format!("{name} {}", number(sum.lines))).collect();
        let mut report = vec![format!(
            "{} with {} ({}).",
            count(all.files, "text file"),
            count(all.lines, "line"),
            bytes(all.bytes)
        )];
        report.push(format!("Lines by language: {}.", list(&top)));
        let largest: Vec<String> = self
            .largest(3, |_| true)
            .iter()
            .map(|file| format!("{} ({})", file.path, number(file.lines)))
            .collect();
        report.push(format!("Largest files: {}.", list(&largest)));
        report
    }

    /// The busiest files of the history with their sizes.
    pub(crate) fn sizes_of_busiest(&self, busiest: &[(String, u64)]) -> Option<String> {
        let sizes: Vec<String> = busiest
            .iter()
            .filter_map(|(path, _)| self.files.iter().find(|file| file.path == *path))
            .map(|file| format!("{} has {}", file.path, count(file.lines, "line")))
            .collect();
        (!sizes.is_empty()).then(|| format!("@historian, of the files that change most: {}.", list(&sizes)))
    }
}
