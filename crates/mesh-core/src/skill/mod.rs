//! Skills of a room: which versions there are, who published them, and which of them somebody has looked at. What they say is
//! elsewhere; what may be in one ([`bundle`], [`front`]) is checked here, for the node and for whoever installs it.

mod apply;
pub mod bundle;
mod decide;
pub mod front;
mod record;

pub(crate) use apply::{apply, expired};
pub(crate) use decide::decide;
pub(crate) use record::Skills;
pub use record::{Skill, SkillVersion};
