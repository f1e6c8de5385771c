//! Reports: what was done in a stretch of time, what failed and why, and where time and money went.

pub mod api;
pub mod ops;
