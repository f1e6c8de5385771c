//! Budgets: what agents, rooms and the whole mesh may use in a UTC day.

mod decide;
mod record;

pub(crate) use decide::*;
pub use record::*;
