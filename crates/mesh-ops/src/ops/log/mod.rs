//! The log as its readers get it, and whether it holds.

mod checkpoint;
mod density;
pub(crate) mod keys;
mod list;
mod moment;
pub(crate) mod signatures;
mod verify;
