//! Limits of what is told of the past.

/// Equal stretches of time into which the past is counted: as many as a wide screen has bars for.
pub const DENSITY_BUCKETS_MAX: u32 = 500;
/// See [`DENSITY_BUCKETS_MAX`]: unless the caller names another number.
pub const DENSITY_BUCKETS_DEFAULT: u32 = 100;
/// Open tasks that are told of a moment, the newest: as many as a board shows.
pub const MOMENT_TASKS_MAX: usize = 500;
/// Ended tasks that are told of a moment, those that had ended last.
pub const MOMENT_ENDED_MAX: usize = 50;
/// Approvals that are told of a moment.
pub const MOMENT_APPROVALS_MAX: usize = 100;
/// Members of rooms that are told of a moment, of all rooms together.
pub const MOMENT_MEMBERS_MAX: usize = 5_000;
/// Messages of a room that are told of a moment: what stands on a tall screen.
pub const MOMENT_MESSAGES_MAX: u32 = 100;
