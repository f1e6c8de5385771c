//! The door: the one way into a node, and what each declared operation does.
//!
//! Every surface (REST, WebSocket, MCP, the command line) turns what it receives into
//! [`Door::call`]. What a surface needs to describe itself ([`openapi()`], [`mcp_tools`],
//! [`coerce_query`]) comes from the declarations and needs no node.
//!
//! *Invariant:* nothing here knows HTTP, sockets or frames, and nothing here decides what the core
//! decides: the checks made here are the fast ones, made again by the core.

mod approvals;
mod call;
mod caller;
mod chat;
mod check;
mod coerce;
mod describe;
mod door;
mod evidence;
mod explain;
mod flood;
mod handed_in;
mod holds;
mod memories;
mod openapi;
mod ops;
mod outside;
mod payload;
mod prelude;
mod present;
mod rates;
mod refuse;
mod registry;
mod replay;
mod request;
mod resolve;
mod rulings;
mod scan;
mod schema;
mod secrets;
mod signature;
mod signatures;
mod table;
mod taken;
mod tasks;
mod templates;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod tools;
mod welcome;

pub use call::{Call, Cookie, Options};
pub use caller::Caller;
pub use coerce::coerce_query;
pub use describe::describe;
pub use door::{Door, Reply};
pub use openapi::openapi;
pub use outside::{Told, Tools, Using};
pub use registry::Run;
pub use request::parse_json;
pub use signatures::{Signatures, check_signatures};
pub use table::permission_table;
pub use tools::{CALL_TOOL, HELP_TOOL, TOOLS_BYTES_MAX, Tool, help, mcp_tools, tool_operation};
