//! What goes out of a node: the tools it offers to agents, the plugins behind them, and the hooks that call them.
//!
//! * `settings.rs` reads `plugins.toml`. Without the file nothing goes out.
//! * `web_search.rs`, `notify.rs` and `file_summary.rs` are built in; `web.rs` is the HTTP client they share and
//!   `folder.rs` opens files that are surely inside a folder.
//! * `mcp.rs` speaks the Model Context Protocol with a child process, the node's or a participant's; `mcp_http.rs` with a server at an address, `plugin.rs` starts
//!   the node's, bounds it and starts it again.
//! * `federation/` speaks with other meshes.
//! * `air_gap.rs` takes from a node whatever it could call out with.
//! * `hooks.rs` follows what happens and calls tools; `outbox/` tells addresses outside what happens.
//!
//! *Invariant:* nothing here decides who may use a tool, and nothing here holds the writer up: the door asks, with a
//! time limit, and what comes back is data.

pub mod air_gap;
pub mod federation;
mod file_summary;
mod folder;
mod hooks;
mod link;
mod mcp;
mod mcp_http;
mod notify;
pub mod outbox;
mod plugin;
mod settings;
mod web;
mod web_search;

pub use federation::Federation;
pub use hooks::Hooks;
pub use link::Link;
pub use mcp::{Connection, McpTool, News};
pub use outbox::Outbox;
pub use settings::{BadSettings, Event, Hook, Plugin, Push, Settings};
