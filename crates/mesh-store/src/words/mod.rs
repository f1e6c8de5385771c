//! Words: what a text is found by, and what a query asks for. Messages, tasks and memories are all taken apart here.
//!
//! A text is folded ([`fold`]) and cut into runs of letters ([`runs`]). A run of a script that writes spaces is a word, with
//! parts if it is an identifier; a run of a script without spaces is found by each of its stretches. [`terms`] names what
//! an index holds of them, [`query`] what is looked up for a query, and [`hits`] shows where a text has it.

mod fold;
mod hits;
mod query;
mod runs;
mod terms;

pub(crate) use hits::found_in;
pub(crate) use query::{Query, Sought};
pub(crate) use terms::{loosely, terms};

#[cfg(test)]
mod tests;
