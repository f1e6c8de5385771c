//! Skills: folders of instructions and scripts in the open Agent Skills format, published in a room. Who published which version,
//! and whether somebody has looked at it, is in the log; the files lie beside it as one bundle, under its hash.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

/// The file that every skill has, and that says what it is.
pub const SKILL_FILE: &str = "SKILL.md";
