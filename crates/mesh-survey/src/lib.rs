//! Surveys a code base: what the demo's three programs know. No network and no model: the
//! findings come from the files, from git and from build files, and so do the answers.
//!
//! [`survey`] looks once, thoroughly; [`Findings::report`] tells it in a few sentences and
//! [`Findings::answer`] answers questions. [`Findings::react`] is what one program says to
//! another's findings.

mod build;
mod code;
mod git;
mod history;
mod language;
mod question;
mod words;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use build::Build;
pub use code::{Code, SourceFile};
pub use history::History;

/// One of the three programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Languages and sizes.
    Surveyor,
    /// Git history and owners.
    Historian,
    /// Build and test commands.
    Builder,
}

impl Role {
    /// All three.
    pub const ALL: [Role; 3] = [Role::Surveyor, Role::Historian, Role::Builder];

    /// The program's handle.
    pub fn handle(self) -> &'static str {
        match self {
            Role::Surveyor => "surveyor",
            Role::Historian => "historian",
            Role::Builder => "builder",
        }
    }

    /// The role of that handle.
    pub fn of(handle: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.handle() == handle)
    }

    /// What it knows, in words.
    pub fn knows(self) -> &'static str {
        match self {
            Role::Surveyor => "languages, files and sizes",
            Role::Historian => "commits, authors and owners",
            Role::Builder => "build, run and test commands",
        }
    }
}

/// Why a survey could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The folder is not there or cannot be read.
    #[error("{0} is not a folder that can be read")]
    NoFolder(String),
    /// The folder is in no git repository, or git is not installed.
    #[error("there is no git history to read: {0}")]
    NoHistory(String),
}

/// What a program has found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Findings {
    /// The surveyor's.
    Code(Code),
    /// The historian's.
    History(History),
    /// The builder's.
    Build(Build),
}

/// Looks at the code base in `dir`. `progress` hears now and then how many things were looked at.
pub fn survey(role: Role, dir: &Path, progress: &mut dyn FnMut(u64)) -> Result<Findings, SurveyError> {
    if !dir.is_dir() {
        return Err(SurveyError::NoFolder(dir.display().to_string()));
    }
    match role {
        Role::Surveyor => Ok(Findings::Code(code::survey(dir, progress))),
        Role::Historian => history::survey(dir, progress).map(Findings::History),
        Role::Builder => Ok(Findings::Build(build::survey(dir))),
    }
}

impl Findings {
    /// Whose findings these are.
    pub fn role(&self) -> Role {
        match self {
            Findings::Code(_) => Role::Surveyor,
            Findings::History(_) => Role::Historian,
            Findings::Build(_) => Role::Builder,
        }
    }

    /// The findings in a few plain sentences; the first stands for all.
    pub fn report(&self) -> Vec<String> {
        match self {
            Findings::Code(code) => code.report(),
            Findings::History(history) => history.report(),
            Findings::Build(build) => build.report(),
        }
    }

    /// Answers a question, or says what can be asked and of whom.
    pub fn answer(&self, text: &str) -> String {
        question::answer(self, text)
    }

    /// What the other programs are told beside the report: small, whatever the code base.
    pub fn digest(&self) -> Digest {
        let mut digest = Digest { role: self.role(), languages: Vec::new(), largest: Vec::new(), busiest: Vec::new() };
        match self {
            Findings::Code(code) => {
                let languages = code.languages().into_iter().take(DIGEST_ITEMS);
                digest.languages = languages.map(|(name, sum)| (name.to_owned(), sum.lines)).collect();
                let largest = code.largest(DIGEST_ITEMS, |_| true).into_iter();
                digest.largest = largest.map(|file| (file.path.clone(), file.lines)).collect();
            }
            Findings::History(history) => {
                let busiest = history.busiest(DIGEST_ITEMS).into_iter();
                digest.busiest = busiest.map(|(path, commits)| (path.to_owned(), commits)).collect();
            }
            Findings::Build(_) => {}
        }
        digest
    }

    /// What this program has to say to another's findings; `None` if they give it nothing to add.
    pub fn react(&self, other: &Digest) -> Option<String> {
        match (self, other.role) {
            (Findings::History(history), Role::Surveyor) => history.owners_of_largest(&other.largest),
            (Findings::Code(code), Role::Historian) => code.sizes_of_busiest(&other.busiest),
            (Findings::Build(build), Role::Surveyor) => build.tests_of_main_language(&other.languages),
            _ => None,
        }
    }
}

/// Things of each sort in a digest.
const DIGEST_ITEMS: usize = 3;

/// The part of the findings that the other programs work with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// Whose findings these are.
    pub role: Role,
    /// Languages with most lines, and their lines.
    #[serde(default)]
    pub languages: Vec<(String, u64)>,
    /// Files with most lines, and their lines.
    #[serde(default)]
    pub largest: Vec<(String, u64)>,
    /// Files with most commits, and their commits.
    #[serde(default)]
    pub busiest: Vec<(String, u64)>,
}
