//! The mesh itself: its beginning, its vault, what was refused.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub use record::Mesh;
