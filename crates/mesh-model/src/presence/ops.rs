//! How present somebody is: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Presence
    /// See how present everybody is whom one may see.
    PresenceList "presence.list" {
        Query Needs::Permission(AgentsRead), Get "/api/presence" => 200,
        NoInput => List<PresenceOf>,
        example "{}"
    }
    /// Say how present one is and what one is doing.
    PresenceSet "presence.set" {
        Command Needs::Credential, Put "/api/presence" => 200,
        PresenceSetInput => PresenceTold,
        tool "mesh_presence",
        example r#"{"state": "busy", "summary": "reviewing the parser"}"#
    }
}
