//! The door: the one way into a node, and what each declared operation does.
//!
//! Every surface (REST, WebSocket, MCP, the command line) turns what it receives into
//! [`Door::call`]. What a surface needs to describe itself ([`openapi()`], [`mcp_tools`],
//! [`coerce_query`]) comes from the declarations and needs no node.
//!
//! *Invariant:* nothing here knows HTTP, sockets or frames, and nothing here decides what the core
//! decides: the checks made here are the fast ones, made again by the core.

mod describe;
mod door;
mod evidence;
mod ops;
mod prelude;
pub mod signing;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use describe::describe;
pub use describe::openapi::openapi;
pub use describe::permissions::permission_table;
pub use describe::tools::{
    CALL_TOOL, HELP_TOOL, TOOLS_BYTES_MAX, Tool, help, mcp_tools, tool_operation,
};
pub use door::coerce::coerce_query;
pub use door::request::parse_json;
pub use door::{
    Asked, Became, Brought, Call, Caller, Came, CardSignature, Cookie, Door, Drawn, Found,
    FoundMesh, Free, Handed, LAST_WORDS, Logged, Names, Options, Outbox, OwnCard, PageCookie,
    PeerSeen, Peers, Progress, PublicLine, PublicMesh, PublicMessage, PublicRoom, PublicTask,
    PublicWho, Reply, Run, Sending, SentAlong, Stream, Turn, Turns, Wanted, Watch, Words,
};
// What surfaces hold of the node itself. How to subscribe to it is not among it: that goes through the door.
pub use mesh_core::{Access, Link as LinkRecord, Webhook as HookRecord};
pub use mesh_node::machine::Taken;
pub use mesh_node::{Attached, Node};
pub use mesh_store::vault::{PushKey, PushTo};
pub use ops::alert::routes::Gathered;
pub use ops::file::{Download, Upload, Uploaded};
pub use ops::inlet::deliver::Delivered;
pub use ops::inlet::letter::{HEADERS as INLET_HEADERS, Knock};
pub use ops::log::keys::{NodeKey, node_keys, turns};
pub use ops::log::signatures::{Signatures, check_signatures};
pub use ops::login::Following;
pub use ops::session::Carried;
pub use ops::skill::SkillOffered;
pub use ops::tool::{NodeTool, Told, Tools, Using};
