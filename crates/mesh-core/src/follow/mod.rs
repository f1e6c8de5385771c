//! How tasks wait for one another and for people. One engine for all of it: a workflow is nothing but
//! tasks with needs, conditions and joins, created in one go.
//!
//! * verify: *work*, then *check* when work is unsure, then a join of both that takes the `best`.
//! * challenge and revise: *work*, *challenge* by another, *revise* by the first when the verdict was
//!   `reject`, then a join that takes the `first` of revise and work.
//! * debate: two that are kept apart, then a synthesis that needs both.
//! * vote: *work*, three voters kept apart from it and one another, then a join by `majority`.
//! * best of n: n times the same, then a join that takes the `best`.
//! * map and reduce: one for each piece, then one that needs all.
//!
//! `settle.rs` decides what follows when what a task waits for has ended; `tick.rs` decides what
//! follows when a time has come. Both stand above the nouns: they use their rules, and no noun knows
//! of them.

mod settle;
mod tick;

pub(crate) use settle::follow;
pub(crate) use tick::tick;
