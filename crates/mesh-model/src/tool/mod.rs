//! The tools of the node, and those that participants offer.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

/// The tool that looks in nothing but what its caller remembers: it asks nobody outside the mesh.
pub const MEMORY_ENHANCE: &str = "memory_enhance";

/// What stands between the name of a participant's server and that of its tool. No name of a server and no plugin's holds it.
pub const BETWEEN: &str = "__";

/// What a tool of a participant's server is called.
pub fn full_name(server: &str, tool: &str) -> String {
    format!("{server}{BETWEEN}{tool}")
}

/// The server and the tool that a name means, if it can be that of an offered tool.
pub fn parts(name: &str) -> Option<(&str, &str)> {
    name.split_once(BETWEEN)
}
