//! Tools: those of the node, for whom they are, and that one was called; and those that participants offer.

mod apply;
mod audience;
mod decide;
mod offer;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub use record::{OfferedTool, ToolPin, ToolServer};
