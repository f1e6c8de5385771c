//! The log as its readers get it, and whether it holds.

mod list;
pub(crate) mod signatures;
mod verify;
