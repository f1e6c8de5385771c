//! How far a survey has come, and how far it may go.

use std::time::{Duration, Instant};

use crate::words;

/// One step of a long survey. Steps come every few hundred files or commits and once at the end of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being counted: `files` or `commits`.
    pub unit: &'static str,
    /// How many are done.
    pub done: u64,
    /// How many there are, where that is known before the end.
    pub total: Option<u64>,
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.total {
            Some(total) => {
                write!(
                    f,
                    "read {} of {} {}",
                    words::number(self.done),
                    words::number(total),
                    self.unit
                )
            }
            None => write!(f, "read {} {}", words::number(self.done), self.unit),
        }
    }
}

/// Bounds of one survey. A survey that meets a bound stops there and says so in its findings.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Files visited.
    pub files_max: u64,
    /// Files larger than this count with their bytes, but their lines are not read.
    pub file_bytes_max: u64,
    /// Commits read, newest first.
    pub commits_max: u64,
    /// Paths the historian keeps figures for.
    pub paths_max: usize,
    /// Wall clock time of the whole survey.
    pub time_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            files_max: 1_000_000,
            file_bytes_max: 64 * 1024 * 1024,
            commits_max: 500_000,
            paths_max: 300_000,
            time_max: Duration::from_secs(180),
        }
    }
}

/// The moment after which a survey stops reading.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn of(limits: &Limits) -> Self {
        Deadline(Instant::now() + limits.time_max)
    }

    pub(crate) fn passed(self) -> bool {
        Instant::now() >= self.0
    }
}
