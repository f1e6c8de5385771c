//! Groups. Each has a conversation of its own: a room whose members are the group's.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub use record::Group;
