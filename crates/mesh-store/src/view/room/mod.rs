//! Rooms, who was in them when, and what they keep no longer.

mod project;
mod read;
mod retention;
pub(super) mod schema;
mod stays;

pub(super) use project::{project, project_group};
pub use read::RoomRow;
pub use stays::StayFilter;
