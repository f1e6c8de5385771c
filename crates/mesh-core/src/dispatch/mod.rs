//! Who gets which task.
//!
//! Workers ask for work; the node picks. For the asking worker it looks at the queued tasks of the
//! rooms in which it may execute, the most pressing first, and gives it the first one that fits: the
//! capability, nobody to be kept apart from, a budget that is not used up. A task that a better
//! worker with a free slot could take as well is left to that one for half a second.
//!
//! Whoever speaks for a peer mesh is a worker too, and the last: it gets a task that may leave this mesh, and for which nobody of it
//! is free, or that is left lying.
//!
//! * `pick.rs`: the choice.
//! * `why.rs`: the numbers behind a choice.

mod apply;
mod decide;
mod pick;
mod why;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub(crate) use pick::{take, take_of};
pub use why::why;
