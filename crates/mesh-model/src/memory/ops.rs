//! Memories of agents. Their words are content, sealed by the node before they get here: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Memory
    /// Let an agent remember something under a name. What it remembered under that name is forgotten.
    MemorySet "memory.set" {
        Command Needs::Permission(MemoryWrite), Post "/api/memories" => 201,
        MemorySetInput => MemoryStored,
        tool "memory_set",
        example r#"{"participant": "rex", "key": "build", "text": "The build needs Node 20."}"#
    }
    /// List what an agent remembers.
    MemoryList "memory.list" {
        Query Needs::Permission(MemoryRead), Get "/api/memories" => 200,
        MemoryListInput => Page<MemoryView>,
        example r#"{"participant": "rex"}"#
    }
    /// Search what an agent remembers, the closest first.
    MemorySearch "memory.search" {
        Query Needs::Permission(MemoryRead), Get "/api/memories/search" => 200,
        MemorySearchInput => List<MemoryView>,
        tool "memory_search",
        example r#"{"participant": "rex", "q": "node build"}"#
    }
    /// Forget a memory: its words are erased.
    MemoryForget "memory.forget" {
        Command Needs::Permission(MemoryWrite), Delete "/api/agents/{participant}/memory/{key}" => 200,
        MemoryForgetInput => Done,
        example r#"{"participant": "rex", "key": "stale"}"#
    }
    /// Create a task that tidies an agent's memories; its input shows them to the room. Nothing changes before a
    /// person applies its result.
    MemoryConsolidate "memory.consolidate" {
        Command Needs::Permission(MemoryWrite), Post "/api/memories/consolidate" => 201,
        MemoryConsolidateInput => TasksCreated,
        example r#"{"participant": "rex", "room": "workshop", "capability": "tidying"}"#
    }
    /// Apply the changes that a consolidation proposes. Only a person above the agent does.
    MemoryApply "memory.apply" {
        Command Needs::Permission(MemoryWrite), Post "/api/memories/apply" => 200,
        MemoryApplyInput => MemoryApplied,
        example r#"{"task": "$tidied_task"}"#
    }
}
