//! The table of workers.

pub(in crate::view) const TABLES: &str = "
CREATE TABLE workers (participant INTEGER PRIMARY KEY, machine TEXT, runner TEXT);
";
