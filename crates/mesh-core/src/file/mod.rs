//! Shared files of a room: what is there, who put it and when. Names and bytes are elsewhere.

mod apply;
mod decide;
mod path;
mod record;

pub(crate) use apply::{apply, expired};
pub(crate) use decide::decide;
pub use path::check_path;
pub(crate) use record::Files;
pub use record::{File, Version};
