//! People.

mod create;
mod disable;
mod list;
mod update;
