//! Secrets that workers get and nobody reads.

mod list;
mod remove;
mod set;
