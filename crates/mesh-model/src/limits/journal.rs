//! Limits of journals.

/// Lines that one call writes into a journal.
pub const JOURNAL_ENTRIES_MAX: usize = 100;
/// The words of a line of a journal: a sentence, or the end of what a program put out.
pub const JOURNAL_TEXT_BYTES_MAX: usize = 4 * 1024;
/// What goes with a line, as JSON: what a message's words leave no room for, and no file.
pub const JOURNAL_DATA_BYTES_MAX: usize = 8 * 1024;
/// Lines that a participant writes a second on average, if it is trusted: ten programs of it that say something each second.
pub const JOURNAL_LINES_PER_SECOND: u32 = 10;
/// Lines that it writes at once after a pause: a minute of them.
pub const JOURNAL_LINES_BURST: u32 = 600;
/// The same for those who are trusted less than `local`: what one task says.
pub const JOURNAL_UNTRUSTED_LINES_PER_SECOND: u32 = 1;
/// See [`JOURNAL_UNTRUSTED_LINES_PER_SECOND`].
pub const JOURNAL_UNTRUSTED_LINES_BURST: u32 = 60;
/// The newest lines of a participant that stay, those about tasks not counted: some days of a busy program. Older ones go when
/// [`JOURNAL_PART_LINES`] more have come.
pub const JOURNAL_LINES_KEPT: u32 = 10_000;
/// So many lines of a journal are erased at a time: few enough that a writer hardly waits.
pub const JOURNAL_PART_LINES: u32 = 1_000;
/// Lines about one task: they go with the task and with nothing else.
pub const JOURNAL_TASK_LINES_MAX: u32 = 2_000;
/// Words by which lines of journals are sought.
pub const JOURNAL_SOUGHT_CHARS_MAX: usize = 200;
