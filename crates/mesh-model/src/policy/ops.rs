//! A room's rules, and why something is allowed or refused: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Policy
    /// Read a room's policy: who set it, when, and every rule.
    RoomPolicyGet "room.policy_get" {
        Query Needs::Permission(MessagesRead), Get "/api/rooms/{room}/policy" => 200,
        RoomRefInput => PolicyView,
        example r#"{"room": "workshop"}"#
    }
    /// Set a room's policy, whole. Only the room's creator and the owner of the mesh may. It holds
    /// from its place in the log on.
    RoomPolicySet "room.policy_set" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/policy" => 200,
        PolicySetInput => PolicySet,
        example r#"{"room": "attic", "policy": {"rules": [{"name": "agents-read-only", "effect": "deny", "to": {"kinds": ["agent"]}, "capabilities": ["data-write"], "why": "people keep the files"}]}}"#
    }
    /// Say what a participant could do in a room under a policy that is not set. Changes nothing.
    RoomPolicyTry "room.policy_try" {
        Command Needs::Permission(MessagesRead), Post "/api/rooms/{room}/policy/try" => 200,
        PolicyTryInput => Explanations,
        example r#"{"room": "workshop", "policy": {}, "participant": "rex"}"#
    }
    /// Say what a participant may do in a room, and why: the rule that decides, who set it and when.
    RoomExplain "room.explain" {
        Query Needs::Permission(MessagesRead), Get "/api/rooms/{room}/explain" => 200,
        ExplainInput => Explanations,
        example r#"{"room": "workshop", "participant": "rex", "action": "speak"}"#
    }
}
