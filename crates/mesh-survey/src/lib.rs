//! Surveys a code base for the three survey programs and answers plain questions about it.
//!
//! A survey reads a folder and gives [`Findings`]; findings write their own report, answer questions and say something
//! useful about another program's [`Summary`]. Everything here is a function of files, git output and text: there is
//! no network and no async code, and the only other program ever started is `git`, with fixed arguments. The program
//! `mesh-survey` brings it to a node.
//!
//! ```no_run
//! use mesh_survey::{Role, survey};
//!
//! let findings = survey(Role::Surveyor, std::path::Path::new("."), &mut |step| eprintln!("{step}"))?;
//! for message in findings.report() {
//!     println!("{message}");
//! }
//! println!("{}", findings.answer("@surveyor largest Rust files?").text);
//! # Ok::<(), mesh_survey::SurveyError>(())
//! ```

mod answer;
mod ask;
mod builds;
mod content;
mod error;
mod findings;
mod git;
mod history;
mod languages;
mod progress;
mod react;
mod report;
mod role;
mod sizes;
mod steps;
mod summary;
mod walk;
mod words;

pub use answer::SurveyAnswer;
pub use builds::{
    BuildCommand, BuildFindings, EntryPoint, Generated, Origin, Package, Purpose, System,
};
pub use error::SurveyError;
pub use findings::{Findings, survey, survey_within};
pub use history::{Author, Commit, HistoryFindings, HistoryState, PathHistory, SHARES_MAX, Share};
pub use languages::{Kind, Language, OTHER, TABLE as LANGUAGES};
pub use progress::{Limits, Progress};
pub use role::Role;
pub use sizes::{BINARY, FileSize, FolderSize, SizeFindings, Sizes};
pub use steps::{Step, StepError};
pub use summary::{HotPath, Summary};
