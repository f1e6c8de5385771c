//! Workers: who takes tasks, what each can do, and what others found of its work.

mod decide;
mod record;

pub(crate) use decide::*;
pub(crate) use record::rounds;
pub use record::{Record, Score, Worker};
