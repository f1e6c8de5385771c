//! Limits of reports.

/// The stretch of a report unless the caller names another: a day.
pub const REPORT_SPAN_DEFAULT_MS: u64 = 24 * 60 * 60 * 1000;
/// The longest stretch of a report: a year, as for costs.
pub const REPORT_SPAN_MAX_MS: u64 = 366 * 24 * 60 * 60 * 1000;
/// Participants, rooms and models that a report names, each: more than a page that somebody reads.
pub const REPORT_ROWS_MAX: usize = 50;
/// Kinds of failures that a report names.
pub const REPORT_FAILURES_MAX: u32 = 20;
/// Tasks that a report names for having taken longest, and for having cost most.
pub const REPORT_TASKS_MAX: u32 = 5;
/// Kinds of errors in journals that a report names: those that it is worth to begin with.
pub const REPORT_ERRORS_MAX: usize = 20;
/// Days whose report a task takes along: more than a quarter nobody improves by at once.
pub const REPORT_TASK_DAYS_MAX: u32 = 90;
/// Rows of each list of such a report: it stands in a model's context.
pub const REPORT_TASK_ROWS_MAX: usize = 10;
/// Characters of each text in it.
pub const REPORT_TASK_TEXT_CHARS_MAX: usize = 300;
/// Proposals that one task makes: a person reads all of them.
pub const REPORT_PROPOSALS_MAX: usize = 20;
