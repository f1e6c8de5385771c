//! Sandboxes: code that runs confined on the machine of whoever offers that. They are tools of a participant: nothing of
//! them is stored but that they were used.

pub mod api;
pub mod ops;

/// The tool that runs code in a sandbox: whoever offers one by this name offers sandboxes.
pub const RUN_TOOL: &str = "sandbox_run";

/// The tool by which a token is shown to whoever offers sandboxes, before one is opened over E2B's interface.
pub const OPEN_TOOL: &str = "sandbox_open";
