//! The table of refused requests.

pub(in crate::view) const TABLES: &str = "
CREATE TABLE refusals (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, participant INTEGER, operation TEXT NOT NULL, code TEXT NOT NULL,
    count INTEGER NOT NULL, minute INTEGER);
";
