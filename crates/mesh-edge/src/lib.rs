//! Everything that comes in: REST, WebSocket, SSE, MCP, A2A, the web page, health and metrics.
//!
//! [`serve`] is the way in: `serve` takes connections, `router` knows which address leads where,
//! and `rest`, `ws`, `sse`, `mcp` and `a2a` turn what arrives into [`mesh_ops::Door::call`] and
//! [`mesh_ops::Door::subscribe`].
//!
//! *Invariant:* nothing about the mesh is decided here. An operation's address, input and permission
//! come from its declaration, so a new one needs no line in this crate.

mod a2a;
mod assets;
mod body;
mod caller;
mod config;
mod edge;
mod files;
mod headers;
mod hosts;
mod inlets;
mod link;
mod mcp;
mod metrics;
mod pages;
mod problem;
mod proxies;
mod public;
mod query;
mod rest;
mod router;
mod serve;
mod sse;
mod welcome;
mod ws;

pub use config::EdgeConfig;
pub use proxies::Proxy;
pub use serve::serve;
