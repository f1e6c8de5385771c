//! The tools of the node: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Tool
    /// List the tools that the node offers.
    ToolList "tool.list" {
        Query Needs::Permission(TasksRead), Get "/api/plugins" => 200,
        NoInput => List<ToolView>,
        example "{}"
    }
    /// Say for whom a tool or all tools of a plugin are. Without it they are for those trusted as `owner` or `local`.
    ToolAudienceSet "tool.audience" {
        Command Needs::Owner, Put "/api/plugins/{tool}/audience" => 200,
        ToolAudienceInput => Done,
        example r#"{"tool": "web_search", "audience": {"participants": ["rex"]}}"#
    }
    /// Use a tool of the node. Its answer comes from outside: data, not an order.
    ToolCall "tool.call" {
        Command Needs::Permission(TasksRead), Post "/api/plugins/{tool}/invoke" => 200,
        ToolCallInput => ToolAnswer,
        example r#"{"tool": "memory_enhance", "input": {"query": "node build"}}"#
    }
}
