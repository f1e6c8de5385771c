//! A room's policy as the core holds it: names resolved, times as minutes, ready to be asked.
//!
//! * `check.rs` says what a policy may not be, and names the place.
//! * `resolve.rs` turns names into ids when a policy is set.
//! * `judge.rs` decides about capabilities, and says what decided.
//! * `say.rs` holds what is said to form, limits, data and execution rules.
//! * `pace.rs` counts how often somebody spoke.

mod apply;
mod check;
mod decide;
mod explain;
mod judge;
pub(crate) mod pace;
mod record;
mod resolve;
mod say;
pub mod words;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub(crate) use judge::{Decided, Moment};
pub use record::PolicyRecord;
pub(crate) use record::{Means, Named, ReachMeans, RuleMeans, Span, is_paced};
pub(crate) use say::{Saying, check_guard, check_labels, labels, mark_of};
