//! The door: the one way into a node, and what each declared operation does.

mod coerce;
mod openapi;
mod payload;
mod refuse;
mod request;
mod schema;
mod tools;

pub use coerce::coerce_query;
pub use openapi::openapi;
pub use request::parse_json;
pub use tools::{CALL_TOOL, HELP_TOOL, TOOLS_BYTES_MAX, Tool, help, mcp_tools, tool_operation};
