//! `mesh top`: who is here, what is being done, where it is lively, and what waits for the reader's word.

mod decision;
mod draw;
mod keys;
mod state;

pub(crate) use draw::{help_page, keys_line, name_of, padded};
pub use state::{Tag, Top};
