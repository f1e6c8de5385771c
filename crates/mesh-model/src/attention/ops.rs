//! Attention: what can be asked. Each participant sets its own.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Attention
    /// Get what the caller wants to hear, and whether anything may disturb it now.
    AttentionGet "attention.get" {
        Query Needs::Permission(MessagesRead), Get "/api/me/attention" => 200,
        NoInput => Attention,
        example "{}"
    }
    /// Set what the caller wants to hear: rooms, quiet hours, silence until a moment. It holds for notifications, and nobody's
    /// session is woken meanwhile. What is said waits in the inbox.
    AttentionSet "attention.set" {
        Command Needs::Permission(MessagesRead), Put "/api/me/attention" => 200,
        AttentionInput => Attention,
        example r#"{"quiet": {"from": "22:00", "to": "07:00", "zone": "UTC"}, "urgent": true}"#
    }
}
