//! Budgets: what agents, rooms and the whole mesh may use in a UTC day.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::{check_budget, decide, warnings};
pub use record::Budget;
pub(crate) use record::{Spending, day_end, day_of, scopes};
