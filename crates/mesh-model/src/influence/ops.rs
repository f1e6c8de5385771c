//! Influence: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Influence
    /// Say what the contexts of a participant have read: each open session, and calls without one.
    /// For itself, those above it, and whoever holds agents:admin.
    InfluenceGet "influence.get" {
        Query Needs::Permission(AgentsRead), Get "/api/influence" => 200,
        InfluenceGetInput => List<InfluenceView>,
        example "{}"
    }
    /// List acts that wait for a person's word because of what their context has read: one's own, and those
    /// that the caller may release.
    ActList "act.list" {
        Query Needs::Permission(MessagesRead), Get "/api/acts" => 200,
        ActListInput => List<ActView>,
        example "{}"
    }
    /// Let exactly this act happen, once; whoever wanted it asks for it again. For people above it, and for people
    /// of this mesh who may read all that stands against it and speak where it would happen.
    ActRelease "act.release" {
        Command Needs::Permission(MessagesWrite), Post "/api/acts/{act}" => 200,
        ActReleaseInput => Done,
        example r#"{"participant": "kite", "act": "$act"}"#
    }
    /// Say that this act is not to happen; whoever wants it is told so when it asks again, and in its act.list. It
    /// takes back a release that was not used yet. For those who may release it.
    ActDecline "act.decline" {
        Command Needs::Permission(MessagesWrite), Post "/api/acts/{act}/decline" => 200,
        ActDeclineInput => Done,
        example r#"{"participant": "kite", "act": "$act"}"#
    }
}
