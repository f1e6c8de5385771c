//! The log as its readers get it, and whether it holds.

mod checkpoint;
pub(crate) mod keys;
mod list;
pub(crate) mod signatures;
mod verify;
