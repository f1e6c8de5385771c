//! The past: how things stood at a place of the log, and what happened when. It follows from the tables of all nouns.

mod density;
mod moment;
mod project;
pub(super) mod schema;

pub use density::{Near, Stretches};
pub use moment::{MomentFilter, MomentRows, TaskThenRow};
