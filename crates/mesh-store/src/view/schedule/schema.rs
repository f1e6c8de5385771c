//! The tables of schedules.

/// All else of a schedule is in the core's state. A run is the facts of its event; of each schedule the last ones are kept,
/// and none once it is removed or has had its only time.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE schedules (id BLOB PRIMARY KEY, seq INTEGER NOT NULL, content TEXT) WITHOUT ROWID;
CREATE TABLE schedule_runs (
    seq INTEGER PRIMARY KEY, schedule BLOB NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, facts TEXT NOT NULL);
CREATE INDEX schedule_runs_by_schedule ON schedule_runs (schedule, seq);
";
