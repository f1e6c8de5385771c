//! Reports: sums over what the caller reads, those that go along with a task, and what a person makes of its proposals.

mod accept;
mod along;
mod get;
mod sums;

pub(crate) use along::goes_along;
