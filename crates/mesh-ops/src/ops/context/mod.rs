//! Shared data of a room.

mod list;
mod remove;
mod set;
