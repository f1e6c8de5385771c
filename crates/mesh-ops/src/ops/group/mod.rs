//! Groups of participants.

mod add;
mod create;
mod delete;
mod list;
mod remove;
