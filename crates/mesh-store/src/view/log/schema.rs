//! The table of when the log was where.

/// The first place of each second in which something was stored.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE clock (second INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
";
