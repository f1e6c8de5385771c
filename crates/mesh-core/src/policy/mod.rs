//! A room's policy as the core holds it: names resolved, times as minutes, ready to be asked.
//!
//! * `check.rs` says what a policy may not be, and names the place.
//! * `resolve.rs` turns names into ids when a policy is set.
//! * `judge.rs` decides about capabilities, and says what decided.
//! * `say.rs` judges what is said, by form, limits, execution rules and guard.
//! * `carry.rs` decides whether words of one room may go to another.
//! * `react.rs` judges reactions, which say nothing.
//! * `pace.rs` counts how often somebody spoke.

mod apply;
mod carry;
mod check;
mod decide;
mod explain;
mod judge;
pub(crate) mod pace;
mod react;
mod record;
mod resolve;
mod say;
pub mod words;

pub(crate) use apply::apply;
pub(crate) use carry::{check_labels, labels};
pub(crate) use decide::decide;
pub(crate) use judge::{Decided, Moment};
pub(crate) use react::{check_reaction_pace, count_reaction};
pub use record::PolicyRecord;
pub(crate) use record::{Means, Named, ReachMeans, RuleMeans, Span, is_paced};
pub(crate) use say::{Form, Judged, Saying, mark_of, marked_outside_rooms, outside_rooms};
