//! What was refused in the mesh.

mod project;
mod read;
pub(super) mod schema;

pub use read::RefusalRow;
