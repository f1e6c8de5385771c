//! Commands about tools.

use crate::api::ToolAudience;
use crate::command::Content;
use crate::ids::{ParticipantId, Seq, TaskId, ToolHash};

/// What somebody wants of tools.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum ToolCommand {
    /// The owner says for whom a tool or a plugin is.
    SetAudience {
        tool: String,
        audience: Option<ToolAudience>,
    },
    /// Somebody used a tool of the node's.
    Record {
        tool: String,
        task: Option<TaskId>,
        ok: bool,
        took_ms: u32,
        by: Option<ParticipantId>,
    },
    /// A participant offers the tools of its server.
    Offer(OfferTools),
    Withdraw {
        server: String,
    },
    /// Somebody has looked at what is held.
    Accept {
        server: String,
        tool: Option<String>,
        offer: Seq,
    },
}

/// The tools of a server, with what the door knows of them.
#[derive(Debug, Clone)]
pub struct OfferTools {
    /// The server.
    pub server: String,
    /// For whom they are.
    pub audience: ToolAudience,
    /// The tools.
    pub tools: Vec<ToolOffered>,
    /// What is said of them.
    pub body: Content,
}

/// A tool that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolOffered {
    /// Its name.
    pub name: String,
    /// The hash of all that is said of it.
    pub hash: ToolHash,
    /// What the guard makes of it, in percent.
    pub score: u8,
}
