//! Why a survey could not be done at all.
//!
//! A folder without history or without build files is a finding, not an error.

use std::path::PathBuf;

/// A survey that gave no findings. Nothing in the folder was changed.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The path is missing, unreadable or not a folder.
    #[error("cannot survey {}: {why}; nothing was read, name a folder that exists", folder.display())]
    Folder {
        /// The path as given.
        folder: PathBuf,
        /// What the operating system or the check said.
        why: String,
    },
    /// The `git` program could not be started.
    #[error("cannot start the program git: {why}; install git to survey the history")]
    GitMissing {
        /// What the operating system said.
        why: String,
    },
    /// Git ran and refused.
    #[error(
        "git {what} failed: {why}; the history was not read, run the command by hand to see more"
    )]
    Git {
        /// The git command, such as `log`.
        what: &'static str,
        /// The first lines git wrote to its error output.
        why: String,
    },
}
