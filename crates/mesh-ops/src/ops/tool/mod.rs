//! Tools besides operations. Behind those of the node is what is given to the door from outside; behind those of
//! participants is who offers them, and asks for calls and answers them.

mod accept;
mod audience;
mod call;
mod found;
mod held;
mod list;
mod offer;
mod seats;
mod serve;
mod withdraw;

use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use mesh_model::Permission;
use mesh_model::api::ToolAudience;
use mesh_model::events::Trust;
use serde_json::{Map, Value, json};

pub(crate) use call::{carried_out, use_tool};
pub(crate) use seats::Seats;

/// A tool of the node's.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeTool {
    /// Its name.
    pub name: String,
    /// What it does.
    pub about: String,
    /// The JSON Schema of its input.
    pub input: Map<String, Value>,
    /// What a credential needs for it.
    pub needs: Permission,
    /// The plugin that it comes from.
    pub plugin: Option<String>,
    /// For whom it is declared to be.
    pub audience: Option<ToolAudience>,
    /// Why it cannot be used now.
    pub off: Option<String>,
}

/// A tool's answer under way.
pub type Using<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a tool answered: words from outside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// The answer.
    pub text: String,
    /// A structured answer.
    pub data: Option<Map<String, Value>>,
}

impl Told {
    /// An answer in words.
    pub fn text(text: impl Into<String>) -> Told {
        Told {
            text: text.into(),
            data: None,
        }
    }
}

/// What goes out to the world for those who use tools. The door checks before it asks: the caller's permission, the
/// input against the tool's schema. It bounds the answer and the time, and records that the tool was used.
pub trait Tools: Send + Sync {
    /// The tools there are, those too that cannot be used now.
    fn list(&self) -> Using<'_, Vec<NodeTool>>;

    /// What tools and plugins are called. Nothing is started to look.
    fn names(&self) -> Vec<String>;

    /// The tool of that name. Others are not started to look.
    fn find(&self, tool: String) -> Using<'_, Option<NodeTool>>;

    /// Uses one of them. A failure is told in words for whoever asked.
    fn call(&self, tool: String, input: Map<String, Value>) -> Using<'_, Result<Told, String>>;
}

/// No tools but those that the door has itself.
pub(crate) struct NoTools;

impl Tools for NoTools {
    fn list(&self) -> Using<'_, Vec<NodeTool>> {
        Box::pin(async { Vec::new() })
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn find(&self, _: String) -> Using<'_, Option<NodeTool>> {
        Box::pin(async { None })
    }

    fn call(&self, tool: String, _: Map<String, Value>) -> Using<'_, Result<Told, String>> {
        Box::pin(async move { Err(format!("there is no tool '{tool}'")) })
    }
}

/// The name of the tool that searches the caller's memories.
pub(crate) use mesh_model::tool::MEMORY_ENHANCE;

/// The tools that need nothing but the door.
pub(crate) fn own() -> Vec<NodeTool> {
    static INPUT: LazyLock<Map<String, Value>> = LazyLock::new(|| {
        let schema = json!({
            "type": "object",
            "properties": {
                "query": {"type": "string", "minLength": 1, "maxLength": 1000},
                "limit": {"type": "integer", "minimum": 1, "maximum": 20},
            },
            "required": ["query"],
            "additionalProperties": false,
        });
        schema.as_object().cloned().unwrap_or_default()
    });
    vec![NodeTool {
        name: MEMORY_ENHANCE.to_owned(),
        about: "Find what you remember that fits a question, the closest first".to_owned(),
        input: INPUT.clone(),
        needs: Permission::MemoryRead,
        plugin: None,
        // It tells everybody of its own memories only.
        audience: Some(ToolAudience {
            trust: vec![
                Trust::Owner,
                Trust::Local,
                Trust::Federated,
                Trust::Untrusted,
            ],
            ..ToolAudience::default()
        }),
        off: None,
    }]
}
