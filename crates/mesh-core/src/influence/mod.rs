//! Influence: what a program's context has read decides what it may do.
//!
//! An act is judged once words of those who are trusted less than `local` are among what its context has read: then
//! whoever the act reaches must be allowed to read all of that. Until somebody like that has spoken, nothing is counted.

mod apply;
mod decide;
mod judge;
mod record;

pub(crate) use apply::{apply, gone, hears, left, policy_set, told};
pub use decide::Reach;
pub(crate) use decide::decide;
pub(crate) use judge::judge;
pub(crate) use record::Carried;
pub use record::{Act, Context, Influences, Mixed, Read, Reads};
