//! Workers.

mod enrol;
mod leave;
mod list;
mod mode;
mod set;
