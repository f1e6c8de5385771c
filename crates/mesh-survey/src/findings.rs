//! What one program found, whichever its role.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::answer::{self, SurveyAnswer};
use crate::builds::{self, BuildFindings};
use crate::error::SurveyError;
use crate::history::{self, HistoryFindings};
use crate::progress::{Limits, Progress};
use crate::role::Role;
use crate::sizes::{self, SizeFindings};
use crate::summary::Summary;
use crate::{react, report};

/// The result of a survey: facts only, no wording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum Findings {
    /// Languages and sizes.
    Surveyor(SizeFindings),
    /// History and owners.
    Historian(HistoryFindings),
    /// Build, test and run commands.
    Builder(BuildFindings),
}

/// Surveys a folder with the usual limits. Blocks until done; `progress` is called from this thread.
///
/// # Errors
/// If the folder cannot be read, or (historian only) if git is missing or refuses.
pub fn survey(
    role: Role,
    dir: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Findings, SurveyError> {
    survey_within(role, dir, &Limits::default(), progress)
}

/// Surveys a folder within the given limits.
///
/// # Errors
/// As [`survey`].
pub fn survey_within(
    role: Role,
    dir: &Path,
    limits: &Limits,
    progress: &mut dyn FnMut(Progress),
) -> Result<Findings, SurveyError> {
    Ok(match role {
        Role::Surveyor => Findings::Surveyor(sizes::survey(dir, limits, progress)?),
        Role::Historian => Findings::Historian(history::survey(dir, limits, progress)?),
        Role::Builder => Findings::Builder(builds::survey(dir, limits, progress)?),
    })
}

impl Findings {
    /// Whose findings these are.
    pub fn role(&self) -> Role {
        match self {
            Findings::Surveyor(_) => Role::Surveyor,
            Findings::Historian(_) => Role::Historian,
            Findings::Builder(_) => Role::Builder,
        }
    }

    /// Two to four chat messages; the first is one line.
    pub fn report(&self) -> Vec<String> {
        report::report(self)
    }

    /// Answers a question in plain words. The same question gets the same answer; nothing is read again.
    pub fn answer(&self, question: &str) -> SurveyAnswer {
        answer::answer(self, question)
    }

    /// The part the other programs need, small enough to go along with a chat message.
    pub fn summary(&self) -> Summary {
        Summary::of(self)
    }

    /// Something that follows only from both sides' facts; `None` if nothing useful does.
    pub fn react(&self, theirs: &Summary) -> Option<String> {
        react::react(self, theirs)
    }
}
