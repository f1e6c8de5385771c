//! Budgets, and what was spent.

mod cost_list;
mod list;
mod set;
