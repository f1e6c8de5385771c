//! The tools of the node.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

/// The tool that looks in nothing but what its caller remembers: it asks nobody outside the mesh.
pub const MEMORY_ENHANCE: &str = "memory_enhance";
