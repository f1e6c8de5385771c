//! Workers: who takes tasks, what each can do, and what others found of its work.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::{decide, names};
pub(crate) use record::rounds;
pub use record::{Record, Score, Worker};
