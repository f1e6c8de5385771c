//! What one program tells the others: a small, bounded part of its findings.

use serde::{Deserialize, Serialize};

use crate::builds::{Generated, Purpose};
use crate::findings::Findings;
use crate::languages::{self, Kind};
use crate::role::Role;
use crate::sizes::{FileSize, Sizes};

/// Entries of each list at most.
const ENTRIES_MAX: usize = 20;

/// A path with its commits and the person with most of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HotPath {
    /// From the surveyed folder.
    pub path: String,
    /// Commits that touched it.
    pub commits: u64,
    /// Its owner's name.
    pub owner: String,
}

/// The summary of one survey. It names its role, so that a reader knows what it got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum Summary {
    /// From the surveyor.
    Surveyor {
        /// All files.
        all: Sizes,
        /// Languages by lines, most first.
        languages: Vec<(String, Sizes)>,
        /// The largest files of code by lines.
        largest: Vec<FileSize>,
    },
    /// From the historian.
    Historian {
        /// Commits in all.
        commits: u64,
        /// People in all.
        people: u64,
        /// The most changed files that still exist.
        hot: Vec<HotPath>,
    },
    /// From the builder.
    Builder {
        /// Names of the build systems.
        systems: Vec<String>,
        /// Files that say how to build, nearest to the top first.
        files: Vec<String>,
        /// Test commands, best first.
        tests: Vec<String>,
        /// What tools write.
        generated: Vec<Generated>,
    },
}

impl Summary {
    /// Whose summary this is.
    pub fn role(&self) -> Role {
        match self {
            Summary::Surveyor { .. } => Role::Surveyor,
            Summary::Historian { .. } => Role::Historian,
            Summary::Builder { .. } => Role::Builder,
        }
    }

    pub(crate) fn of(findings: &Findings) -> Summary {
        match findings {
            Findings::Surveyor(found) => Summary::Surveyor {
                all: found.all,
                languages: found
                    .languages_by_lines()
                    .into_iter()
                    .take(ENTRIES_MAX)
                    .map(|(name, sizes)| (name.to_owned(), sizes))
                    .collect(),
                largest: found
                    .files
                    .iter()
                    .filter(|file| languages::kind_of(&file.language) == Some(Kind::Code))
                    .take(ENTRIES_MAX)
                    .cloned()
                    .collect(),
            },
            Findings::Historian(found) => Summary::Historian {
                commits: found.commits,
                people: found.authors.len() as u64,
                hot: found
                    .hot_files()
                    .into_iter()
                    .filter(|(_, file)| file.exists)
                    .take(ENTRIES_MAX)
                    .map(|(path, file)| HotPath {
                        path: path.to_owned(),
                        commits: file.commits,
                        owner: file
                            .shares
                            .first()
                            .map_or("", |share| found.name(share.author))
                            .to_owned(),
                    })
                    .collect(),
            },
            Findings::Builder(found) => {
                let mut systems: Vec<String> = found
                    .systems
                    .iter()
                    .map(|system| system.name.clone())
                    .collect();
                let mut known = std::collections::BTreeSet::new();
                systems.retain(|name| known.insert(name.clone()));
                systems.truncate(ENTRIES_MAX);
                let tests = found
                    .commands_for(Purpose::Test)
                    .filter(|command| command.folder.is_empty());
                Summary::Builder {
                    systems,
                    files: found
                        .systems
                        .iter()
                        .map(|system| system.file.clone())
                        .take(ENTRIES_MAX)
                        .collect(),
                    tests: tests.map(|command| command.line.clone()).take(3).collect(),
                    generated: found
                        .generated
                        .iter()
                        .take(ENTRIES_MAX * 5)
                        .cloned()
                        .collect(),
                }
            }
        }
    }
}
