//! Tools that the node offers besides its operations: what is behind them is given to the door from outside.

mod audience;
mod call;
mod list;

use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use mesh_model::Permission;
use mesh_model::api::{ToolAudience, ToolView};
use mesh_model::events::Trust;
use serde_json::{Map, Value, json};

use crate::door::Call;

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
    fn list(&self) -> Using<'_, Vec<ToolView>>;

    /// The tool of that name. Others are not started to look.
    fn find(&self, tool: String) -> Using<'_, Option<ToolView>>;

    /// Uses one of them. A failure is told in words for whoever asked.
    fn call(&self, tool: String, input: Map<String, Value>) -> Using<'_, Result<Told, String>>;
}

/// No tools but those that the door has itself.
pub(crate) struct NoTools;

impl Tools for NoTools {
    fn list(&self) -> Using<'_, Vec<ToolView>> {
        Box::pin(async { Vec::new() })
    }

    fn find(&self, _: String) -> Using<'_, Option<ToolView>> {
        Box::pin(async { None })
    }

    fn call(&self, tool: String, _: Map<String, Value>) -> Using<'_, Result<Told, String>> {
        Box::pin(async move { Err(format!("there is no tool '{tool}'")) })
    }
}

/// The name of the tool that searches the caller's memories.
pub(crate) use mesh_model::tool::MEMORY_ENHANCE;

/// The tools that need nothing but the door.
pub(crate) fn own() -> Vec<ToolView> {
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
    vec![ToolView {
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

/// For whom the tool is: what the owner said of it, or of its plugin, else what is declared with it.
pub(crate) fn audience_of(call: &Call, tool: &ToolView) -> ToolAudience {
    let said = |name: &str| call.access.tool_audience(name);
    said(&tool.name)
        .or_else(|| said(tool.plugin.as_deref()?))
        .or(tool.audience.as_ref())
        .cloned()
        .unwrap_or_default()
}

/// Whether the caller is among those for whom the tool is.
pub(crate) fn is_open(call: &Call, tool: &ToolView) -> bool {
    let audience = audience_of(call, tool);
    call.me()
        .is_ok_and(|me| call.access.is_tool_for(&audience, me))
}
