//! Skills of rooms and their versions.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;
pub use read::{SkillHit, SkillRow};
