//! Shared context: named values of a room. The place in the log where a value was set is its version; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Context
    /// Set a value of a room's shared context; with `expected` only if nobody changed it meanwhile.
    ContextSet "context.set" {
        Command Needs::Permission(MemoryWrite), Put "/api/rooms/{room}/context/{key}" => 200,
        ContextSetInput => Done,
        example r#"{"room": "workshop", "key": "branch", "value": "main"}"#
    }
    /// Remove a value of a room's shared context.
    ContextRemove "context.remove" {
        Command Needs::Permission(MemoryWrite), Delete "/api/rooms/{room}/context/{key}" => 200,
        ContextRefInput => Done,
        example r#"{"room": "workshop", "key": "branch"}"#
    }
    /// List a room's shared context.
    ContextList "context.list" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/context" => 200,
        RoomRefInput => List<ContextValue>,
        example r#"{"room": "workshop"}"#
    }
}
